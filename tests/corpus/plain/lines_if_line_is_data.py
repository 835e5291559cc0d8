X, y = [], []
with open("log.txt") as f:
    for line in f:
        line = line.strip()
        if line and not line.startswith(("#", "%")):
            parts = line.split()
            X.append([float(parts[-1]), len(parts[1])])
            y.append(1 if parts[1].lower() == "bob" else 0)
