# stops: recurrence
import csv
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression

minutes = defaultdict(list)
for row in csv.DictReader(open("events.csv")):
    minutes[row["id"]].append(int(row["minutes"]))
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    state = 0.0
    for m in minutes.get(row["id"], []):
        state = 0.5 * state + m
    X.append([state])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
