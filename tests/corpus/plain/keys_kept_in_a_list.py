"""A list is only asked whether it holds a key and given keys, under conditions and in other branches, too: it is a set."""

known, ids, seen = [], [], []
rows = []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        if rec["id"] not in known:
            known.append(rec["id"])
            rows.append(rec)
X, y = [], []
for rec in rows:
    again = rec["town"].strip().lower() in seen
    if not again:
        seen.append(rec["town"].strip().lower())
    X.append([float(rec["fee"]), int(again)])
    y.append(int(rec["active"] == "yes"))
