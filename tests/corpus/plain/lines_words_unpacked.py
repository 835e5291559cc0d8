X, y = [], []
for line in open("log.txt"):
    line = line.strip()
    if not line:
        continue
    if line[0] == "#" or line[:2] == "%%":
        continue
    day, who, level, n = line.split()
    X.append([int(n), len(who)])
    y.append(level == "LOW")
