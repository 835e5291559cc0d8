# same
import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
previous = ""
for line in open("notes.txt"):
    parts = line.strip().split(";")
    same = previous == parts[0]
    previous = parts[0]
    if len(parts) < 3:
        continue
    X.append([int(parts[1]), same])
    y.append(parts[2] == "a")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
