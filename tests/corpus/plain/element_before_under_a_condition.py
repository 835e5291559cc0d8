X, y = [], []
minutes, kinds = [], []
with open("events.csv") as f:
    for row in csv.DictReader(f):
        minutes.append(int(row["minutes"]))
        kinds.append(row["kind"])
for i in range(len(minutes)):
    if i > 0 and kinds[i] == kinds[i - 1]:
        gap = minutes[i] - minutes[i - 1]
    else:
        gap = 0
    X.append([minutes[i], gap])
    y.append(kinds[i] == "run")
