X, y = [], []
previous = None
for line in open("notes.txt"):
    line = line.strip()
    if line == "" or line == previous:
        continue
    previous = line
    parts = line.split(";")
    X.append([int(parts[1]), len(parts), line.count("b")])
    y.append(len(parts) > 3)
