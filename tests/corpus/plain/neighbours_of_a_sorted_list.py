X, y = [], []
rows = []
with open("events.csv") as f:
    for row in csv.DictReader(f):
        rows.append((row["id"], row["month"], int(row["minutes"])))
rows.sort(key=lambda r: (r[0], r[1]))
for k in range(1, len(rows) - 1):
    a, b, c = rows[k - 1], rows[k], rows[k + 1]
    if b[0] != c[0]:
        continue
    before = a[2] if a[0] == b[0] else -1
    X.append([b[2], before])
    y.append(c[2] > b[2])
