"""Keys of a dict of lists in order, and its items, of which no two have one key."""

by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(int(rec["minutes"]))
longest = {}
for key in sorted(by_id):
    longest[key] = max(by_id[key])
X, y = [], []
for key, minutes in sorted(by_id.items()):
    X.append([longest[key], len(minutes)])
    y.append(int(sum(minutes) > 90))
