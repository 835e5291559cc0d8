# same
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

long = {}
for row in csv.DictReader(open("events.csv")):
    found = long.setdefault(row["id"], [])
    if int(row["minutes"]) > 60:
        found.append(int(row["minutes"]))
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    X.append([int(row["id"] in long), len(long.get(row["id"], []))])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
