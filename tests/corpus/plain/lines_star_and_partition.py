X, y = [], []
for line in open("notes.txt"):
    key, n, *rest = line.rstrip("\n").split(";")
    head, sep, tail = line.strip().partition(";")
    left, right = line.rsplit(";", 1)
    X.append([int(n), len(tail), len(left), len(key), len(right.strip())])
    y.append(head == "k1" or sep == "")
