# Replacements for the SAS informats we used in the old job.
import datetime

MONTHS = {'JAN': 1, 'FEB': 2, 'MAR': 3, 'APR': 4, 'MAY': 5, 'JUN': 6,
          'JUL': 7, 'AUG': 8, 'SEP': 9, 'OCT': 10, 'NOV': 11, 'DEC': 12}
SAS_EPOCH = datetime.date(1960, 1, 1)


def date9(s):
    """01JAN2023 -> days since 1960, None for missing (.)"""
    s = s.strip().upper()
    if s in ('', '.'):
        return None
    d = datetime.date(int(s[5:9]), MONTHS[s[2:5]], int(s[0:2]))
    return (d - SAS_EPOCH).days


def dollar(s):
    """$1,234.50 -> 1234.5, None for missing (.)"""
    s = s.replace('$', '').replace(',', '')
    if s == '.':
        return None
    return float(s)
