X, y = [], []
for line in open("log.txt"):
    if not line.strip(): continue
    if line.strip().startswith("#"):
        continue
    if line.strip().startswith("%"):
        continue
    a, b, c, d = line.split()
    X.append([len(a), len(b)])
    y.append(c == "LOW")
