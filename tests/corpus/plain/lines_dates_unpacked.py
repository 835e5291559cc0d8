X, y = [], []
with open("events.csv") as f:
    for row in csv.DictReader(f):
        year, month = row["month"].split("-")
        X.append([int(year), int(month), int(row["minutes"])])
        y.append(row["kind"].split("w")[0] == "s")
