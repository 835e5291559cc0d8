# stops: shape
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(int(rec["minutes"]))
X, y = [], []
with open("members.csv", newline="") as f:
    members = list(csv.DictReader(f))
for m in members:
    fee = float(m["fee"])
    for minutes in by_id.get(m["id"], []):  # the last member may have none, and is the last one all the same
        X.append([minutes])
        y.append(int(minutes > 40))
X = [row + [fee] for row in X]
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
