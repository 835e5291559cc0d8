# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append((rec["kind"], int(rec["minutes"])))
count = {}


def so_far(kind):
    return count.get(kind, 0)


X, y = [], []
for key, events in by_id.items():
    runs = so_far("run")
    for kind, m in events:
        count[kind] = count.get(kind, 0) + 1
        X.append([runs, m])
        y.append(int(m > 40))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
