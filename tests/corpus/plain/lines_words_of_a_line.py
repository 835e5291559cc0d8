X, y = [], []
with open("log.txt") as f:
    for line in f:
        if line.isspace() or line.lstrip()[0] == "#" or line.strip()[:2] == "%%":
            continue
        w = line.split()
        X.append([int(w[3]), int(w[0][5:7]), len(w[1])])
        y.append(w[2].upper() == "HIGH")
