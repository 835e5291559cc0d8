# stops: shape
import csv
from collections import Counter, defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

kinds = defaultdict(Counter)
for row in csv.DictReader(open("events.csv")):
    mine = kinds[row["id"]]
    if int(row["minutes"]) > 60:
        mine[row["kind"]] += 1
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    X.append([int(row["id"] in kinds)])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
