X, y = [], []
kinds, minutes = [], []
with open("events.csv") as f:
    for row in csv.DictReader(f):
        if row["kind"] == "row":
            continue
        kinds.append(row["kind"])
        minutes.append(float(row["minutes"]))
for i in range(2, len(minutes)):
    window = minutes[i - 2] + minutes[i - 1]
    X.append([minutes[i], window, i])
    y.append(kinds[i] != kinds[i - 1])
