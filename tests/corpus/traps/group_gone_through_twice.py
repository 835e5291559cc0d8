# stops: alias
import csv
from itertools import groupby

import numpy as np
from sklearn.linear_model import LogisticRegression

events = sorted(csv.DictReader(open("events.csv")), key=lambda e: e["id"])
X, y = [], []
for who, group in groupby(events, key=lambda e: e["id"]):
    longest = max(int(e["minutes"]) for e in group)
    X.append([longest, sum(1 for e in group)])
    y.append(longest > 50)
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
