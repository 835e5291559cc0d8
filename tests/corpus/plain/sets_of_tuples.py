"""Tuples without repetitions, in order."""

with open("events.csv", newline="") as f:
    events = [(r["id"], r["kind"], int(r["minutes"]) // 30) for r in csv.DictReader(f)]
distinct = sorted(set(events))
X = [[n, len(kind)] for key, kind, n in distinct]
y = [int(key < "M2") for key, kind, n in distinct]
