# same
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
for m in members:  # some come twice: each time their list is gone through from the start
    so_far = 0
    for minutes in by_id.get(m["id"], []):
        X.append([so_far, minutes])
        y.append(int(minutes > 40))
        so_far += minutes
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
