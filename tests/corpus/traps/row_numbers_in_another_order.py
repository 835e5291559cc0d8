# stops: no-rule
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
rows, y = [], []
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        rows.append([int(rec["minutes"]), len(rec["kind"])])
        y.append(int(rec["kind"] == "run"))
late = [i for i in range(len(rows)) if rows[i][0] > 30]
late = sorted(late, key=lambda i: -i)
X = np.array(rows)[late]
y = np.array(y)[late]
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
