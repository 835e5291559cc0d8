"""Shared cleaning for the supporter extracts (used by the lapse model and the mailing list)."""
import csv
from collections import Counter, defaultdict


def to_float(text, missing=("", "NA", "?")):
    if text is None or text.strip() in missing:
        return None
    return float(text.replace(",", ""))


def gift_totals(path):
    """Per donor: number of gifts, sum, biggest, last date, favourite channel."""
    amounts = defaultdict(list)
    dates = defaultdict(list)
    channels = defaultdict(Counter)
    with open(path, newline="") as fh:
        for row in csv.DictReader(fh, delimiter="\t"):
            donor = row["donor"].upper()
            try:
                value = float(row["amount"])
            except ValueError:
                continue          # a pledge is not a gift yet
            amounts[donor].append(value)
            dates[donor].append(row["gift_date"])
            channels[donor][row["channel"].lower() or "unknown"] += 1
    totals = {}
    for donor, vals in amounts.items():
        totals[donor] = {
            "n_gifts": len(vals),
            "total": sum(vals),
            "biggest": sorted(vals, reverse=True)[0],
            "last_year": int(max(dates[donor])[:4]),
            "channel": channels[donor].most_common(1)[0][0],
        }
    return totals


def read_donors(path):
    seen = set()
    with open(path, newline="") as fh:
        for row in csv.DictReader(fh):
            donor = row["Donor ID"]
            status = row["Status"].strip().lower()
            if donor in seen or status == "deceased":
                continue
            seen.add(donor)
            yield {
                "donor": donor,
                "region": row["Region"].split(",")[0].strip().title(),
                "band": row["Band"].lower() or "bronze",
                "income": to_float(row["Income est"]),
                "first_year": int(row["First gift"][:4]),
                "km": to_float(row["Distance km"]),
                "newsletter": 1 if row["Newsletter"].lower().startswith("y") else 0,
                "status": "lapsed" if status == "lapsed" else "kept",
            }
