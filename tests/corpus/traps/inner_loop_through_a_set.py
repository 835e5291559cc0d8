# stops: shape
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
months = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        months.setdefault(rec["id"], set()).add(rec["month"])
X, y = [], []
for key, found in months.items():
    for month in found:  # in no order
        X.append([int(month[5:]), len(found)])
        y.append(int(month > "2022-06"))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
