"""An inner loop through a person's list counts and goes on with the next element in the middle of branches."""

by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(rec)
X, y = [], []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        long, short, rows = 0, 0, 0
        for e in by_id.get(rec["id"], []):
            if e["kind"] == "row":
                rows += 1
                continue
            if int(e["minutes"]) > 45:
                long += 1
            else:
                short += int(e["minutes"])
                continue
            rows += 100
        X.append([long, short, rows])
        y.append(int(rec["active"] == "yes"))
