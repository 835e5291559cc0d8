X, y = [], []
kept = 0
for line in open("log.txt"):
    words = line.split()
    if not words:
        continue
    if line.strip().startswith(("#", "%")):
        continue
    kept += 1
    X.append([kept, len(words)])
    y.append(words[1] == "eve")
