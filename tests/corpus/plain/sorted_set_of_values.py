"""Categories from a set comprehension, in order: columns for each of them, a loop through them, and how many there are."""

with open("events.csv", newline="") as f:
    events = list(csv.DictReader(f))
kinds = sorted({e["kind"] for e in events})
months = set()
for e in events:
    months.add(e["month"])
months = sorted(months)
code = {m: i for i, m in enumerate(months)}
per_kind = {}
for e in events:
    per_kind[e["kind"]] = per_kind.get(e["kind"], 0) + int(e["minutes"])
X = [[int(e["minutes"]), per_kind[e["kind"]]] + [int(e["kind"] == k) for k in kinds] for e in events]
y = [int(int(e["minutes"]) > 40) for e in events]
for k in kinds:
    print(k, per_kind[k])
