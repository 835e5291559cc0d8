"""Rows for each element of each list of a dict, with what the element before left, list by list."""

by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append((rec["month"], int(rec["minutes"]), rec["kind"]))
fee = {}
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        fee[rec["id"]] = float(rec["fee"])

X, y = [], []
total = 0
for key, events in by_id.items():
    if key not in fee:
        continue
    price = fee[key]
    before, so_far, n = None, 0, 0
    for month, minutes, kind in sorted(events):
        total += minutes
        if kind == "row":
            so_far += minutes
            continue
        if before is not None:
            X.append([minutes - before, so_far, n, price, len(events)])
            y.append(int(kind == "run"))
        else:
            X.append([0, so_far, n, price, len(events)])
            y.append(0)
        before = minutes
        n += 1

X = [row + [total] for row in X]
