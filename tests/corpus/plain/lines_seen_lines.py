X, y = [], []
seen = set()
for line in open("notes.txt"):
    line = line.rstrip()
    if line in seen:
        continue
    seen.add(line)
    parts = line.split(";")
    X.append([int(parts[1]), len(line), 1 if "bb" in line else 0])
    y.append(parts[0] == "k1")
