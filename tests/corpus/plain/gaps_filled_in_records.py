"""Gaps in records are filled with a total of those that are there, and are none afterwards."""

from statistics import mean, pstdev

rows = []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        age = int(rec["age"]) if rec["age"].isdigit() else None
        rows.append({"age": age, "fee": float(rec["fee"]), "active": rec["active"] == "yes"})
typical = mean([r["age"] for r in rows if r["age"] is not None])
for r in rows:
    if r["age"] is None:
        r["age"] = typical
m, s = mean([r["age"] for r in rows]), pstdev([r["age"] for r in rows])
X = [[(r["age"] - m) / s, r["fee"]] for r in rows]
y = [int(r["active"]) for r in rows]
