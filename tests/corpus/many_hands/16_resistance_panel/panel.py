# panel definition and EUCAST-like breakpoints (simplified)

PANEL = ['gyrA', 'parC', 'qnrS', 'oqxB', 'aac6', 'tetA', 'blaTEM']

SPECIES = {
    'e. coli': 'ECO',
    'k. pneumoniae': 'KPN',
    'p. mirabilis': 'PMI',
}


def parse_qual(q, default):
    if q == '.':
        return default
    return float(q)


def breakpoint_call(mic):
    """S / I / R from the MIC string as typed by the lab, None if not tested."""
    mic = mic.strip()
    if mic in ('', '?', 'NA'):
        return None
    value = float(mic.lstrip('<>='))
    if value <= 0.25:
        return 'S'
    elif value > 0.5:
        return 'R'
    else:
        return 'I'
