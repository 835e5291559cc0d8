"""Layout of the export of the clinic's system."""
FIELDS = [
    ("patient", 0, 8),
    ("sex", 8, 9),
    ("birth", 9, 17),
    ("ward", 17, 21),
    ("sys", 21, 24),
    ("dia", 24, 27),
    ("temp", 27, 31),
    ("out", 31, 32),
]
WARDS = ["INT", "SUR", "NEU", "PED"]


def parse(line):
    rec = {}
    for name, a, b in FIELDS:
        rec[name] = line[a:b].strip()
    return rec


def to_float(s, default=None):
    try:
        return float(s)
    except ValueError:
        return default


def age(birth, year=2023):
    if len(birth) != 8 or not birth.isdigit():
        return None
    return year - int(birth[:4])
