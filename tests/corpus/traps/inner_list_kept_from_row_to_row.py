# stops: no-rule
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(int(rec["minutes"]))
X, y = [], []
minutes = []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        for m in by_id.get(rec["id"], []):
            minutes.append(m)  # of all members so far
        X.append([len(minutes), float(rec["fee"])])
        y.append(int(rec["active"] == "yes"))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
