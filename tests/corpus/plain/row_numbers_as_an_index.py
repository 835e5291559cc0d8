"""Row numbers that a loop and a comprehension collect are rows of an array: a condition by another name."""

rows, months, y = [], [], []
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        rows.append([int(rec["minutes"]), len(rec["kind"])])
        months.append(int(rec["month"][5:]))
        y.append(int(rec["kind"] == "run"))
X = np.array(rows)
y = np.array(y)
early = [i for i in range(len(rows)) if months[i] < 9]
late = []
for i, month in enumerate(months):
    if month >= 9:
        late.append(i)
low = X[early].mean(axis=0)
X = X[late] - low
y = y[late]
