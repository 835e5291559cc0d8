"""A whole file split at the ends of its lines, whose lines have several numbers of fields, the last and the middle ones picked."""

X, y = [], []
with open("notes.txt") as f:
    for line in f.read().split("\n")[1:]:
        if not line:
            continue
        p = line.split(";")
        middle = ",".join(p[2:-1])
        X.append([int(p[1]), len(middle), len(p[-1]), p[0][1:].isdigit()])
        y.append(p[0] == "k1")
