# stops: no-rule
import csv
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
minutes = defaultdict(list)
for row in csv.DictReader(open("events.csv")):
    minutes[row["id"]].append(int(row["minutes"]))
for row in csv.DictReader(open("members.csv")):
    if row["id"] not in minutes:
        continue
    mine = minutes[row["id"]]
    mine.sort()
    X.append([minutes[row["id"]][0], mine[-1]])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
