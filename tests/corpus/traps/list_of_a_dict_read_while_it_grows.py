# stops: shape
import csv
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
minutes = defaultdict(list)
for row in csv.DictReader(open("events.csv")):
    X.append([len(minutes[row["id"]]), int(row["minutes"])])
    minutes[row["id"]].append(int(row["minutes"]))
    y.append(row["kind"] == "run")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
