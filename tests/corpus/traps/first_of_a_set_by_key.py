# stops: shape
import csv
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

kinds = defaultdict(set)
for row in csv.DictReader(open("events.csv")):
    kinds[row["id"]].add(row["kind"])
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    if row["id"] not in kinds:
        continue
    X.append([len(list(kinds[row["id"]])[0])])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
