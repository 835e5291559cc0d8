"""The element in the middle of a sorted list, and one at a share of its length, fill gaps."""


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


rows = []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        rows.append((number(rec["age"]), float(rec["fee"]), rec["active"]))
known = sorted(age for age, _, _ in rows if age is not None)
middle = known[len(known) // 2]
fees = sorted(fee for _, fee, _ in rows)
high = fees[int(0.9 * len(fees))]
X = [[age if age is not None else middle, min(fee, high)] for age, fee, _ in rows]
y = [int(active == "yes") for _, _, active in rows]
