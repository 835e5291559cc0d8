X, y = [], []
with open("towns.txt", newline="") as f:
    for row in csv.reader(f, delimiter="|"):
        if not row or row[0].startswith("#"):
            continue
        X.append([int(row[1]), len(row[0])])
        y.append(row[0] == "Rome")
