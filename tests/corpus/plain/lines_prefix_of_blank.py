X, y = [], []
for line in open("towns.txt"):
    if line.startswith("#"):
        continue
    if line.startswith(" "):
        continue
    town, zone, people = line.rstrip("\n").split("|")
    X.append([float(zone), len(town)])
    y.append(1 if int(zone) % 2 else 0)
