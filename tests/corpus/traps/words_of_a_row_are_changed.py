# stops: no-rule
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression


def letters(text):
    return [c for c in text if c.isalpha()]


X, y = [], []
for r in csv.DictReader(open("members.csv")):
    found = letters(r["town"])
    found.append("x")
    X.append([len(found)])
    y.append(r["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
