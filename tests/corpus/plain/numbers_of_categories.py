# categories as numbers: in sorted order and as first seen, used as values and in arithmetic
people = []
with open("people.csv", newline="") as f:
    for row in csv.DictReader(f):
        people.append(row)
codes = {city: i for i, city in enumerate(sorted({p["city"] for p in people}))}
seen = {}
for p in people:
    if p["signup"][:4] not in seen:
        seen[p["signup"][:4]] = len(seen)
X, y = [], []
for p in people:
    X.append([codes[p["city"]], seen[p["signup"][:4]], codes[p["city"]] * 10 + len(p["name"])])
    y.append(1 if p["member"] == "True" else 0)
