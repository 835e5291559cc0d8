# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
from collections import namedtuple

Holder = namedtuple("Holder", "fees name")
fees = {}
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        fees[rec["id"]] = float(rec["fee"])
X, y = [], []
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        h = Holder(fees, rec["id"])
        h.fees[rec["id"]] = 1.0
        X.append([int(rec["minutes"]), fees[rec["id"]]])
        y.append(int(rec["kind"] == "run"))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
