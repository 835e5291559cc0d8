# stops: alias
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(rec)
X, y = [], []
for key, events in by_id.items():
    n = 0
    for e in events:
        e["n"] = n
        n += 1
        X.append([int(e["minutes"]), n])
        y.append(int(e["kind"] == "run"))
X = [row + [max(e["n"] for e in by_id["M1"])] for row in X]
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
