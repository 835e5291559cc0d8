# stops: no-rule
import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
n = 0
for line in open("towns.txt"):
    n += 1
    if line.startswith("#"):
        continue
    town, zone, people = line.rstrip("\n").split("|")
    X.append([float(zone), n])
    y.append(1 if n % 2 else 0)
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
