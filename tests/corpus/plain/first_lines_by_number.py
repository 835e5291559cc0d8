"""The first lines of a file are passed over by their number, counted from 0 or from 1; blank lines among the rest are left out."""

X, y = [], []
with open("log.txt") as f:
    for i, line in enumerate(f):
        if i < 2:
            continue
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        day, who, level, number = line.split()
        X.append([int(number), len(who)])
        y.append(int(level.lower() == "low"))
n = 0
with open("towns.txt") as f:
    for k, line in enumerate(f, 1):
        if k == 1:
            continue
        n += int(line.split("|")[1])
X = [row + [n] for row in X]
