# stops: no-rule
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
X, y = [], []
with open("log.txt") as f:
    for i, line in enumerate(f):
        if not line.strip():  # counts, though it is left out
            continue
        if i < 3:
            continue
        if line.strip().startswith("#"):
            continue
        day, who, level, number = line.split()
        X.append([int(number), len(who)])
        y.append(int(level.lower() == "low"))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
