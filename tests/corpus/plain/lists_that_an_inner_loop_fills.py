"""For each member a list is filled from the member's events, sorted, asked for its ends and for what it holds."""

by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append((rec["month"], int(rec["minutes"]), rec["kind"]))
X, y = [], []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        long, kinds = [], []
        for month, minutes, kind in by_id.get(rec["id"], []):
            if minutes > 30:
                long.append(minutes)
            kinds.append(kind)
        X.append([len(long), sum(long), sorted(long)[-1] if long else 0, int("run" in kinds), len(set(kinds)), len(kinds)])
        y.append(int(rec["active"] == "yes"))
