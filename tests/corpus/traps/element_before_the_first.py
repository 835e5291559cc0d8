# stops: shape
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
minutes = []
with open("events.csv") as f:
    for row in csv.DictReader(f):
        minutes.append(int(row["minutes"]))
for i in range(len(minutes)):
    X.append([minutes[i], minutes[i - 1]])
    y.append(minutes[i] > 40)
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
