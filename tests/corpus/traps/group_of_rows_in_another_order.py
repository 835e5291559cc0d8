# stops: no-rule
import csv
from itertools import groupby

import numpy as np
from sklearn.linear_model import LogisticRegression

events = sorted(csv.DictReader(open("events.csv")), key=lambda e: e["month"])
X, y = [], []
for who, group in groupby(events, key=lambda e: e["id"]):
    X.append([sum(1 for e in group)])
    y.append(who > "M2")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
