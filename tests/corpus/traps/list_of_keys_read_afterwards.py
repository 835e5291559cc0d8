# stops: shape
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
known = []
rows = []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        if rec["id"] in known:
            known.append(rec["id"])  # the list holds some keys twice
            continue
        known.append(rec["id"])
        rows.append([float(rec["fee"]), len(rec["town"])])
X = np.array(rows) / len(known)
y = [int(r[1] > 4) for r in rows]
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
