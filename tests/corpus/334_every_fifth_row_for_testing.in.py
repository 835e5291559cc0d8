"""Both sides of a split written out: every fifth row is for testing."""

import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

with open("people.csv", newline="") as fh:
    rows = [r for r in csv.DictReader(fh) if r["age"]]

train = [r for i, r in enumerate(rows) if i % 5 != 0]
test = [r for i, r in enumerate(rows) if i % 5 == 0]


def features(row):
    return [float(row["age"]), float(row["income"]), len(row["city"])]


X_train, y_train = [features(r) for r in train], [r["member"] == "True" for r in train]
X_test, y_test = [features(r) for r in test], [r["member"] == "True" for r in test]
model = LogisticRegression(max_iter=500).fit(np.array(X_train), np.array(y_train))
print("accuracy", model.score(np.array(X_test), np.array(y_test)))
