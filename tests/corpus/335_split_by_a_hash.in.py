"""A person is for training or testing by a checksum of the id, whatever rows there are."""

import csv
import zlib

import numpy as np
from sklearn.linear_model import LogisticRegression


def trains(row):
    return zlib.crc32(row["id"].encode("utf-8")) % 10 < 8


X_train, y_train, X_test, y_test = [], [], [], []
with open("people.csv", newline="") as fh:
    for row in csv.DictReader(fh):
        values = [float(row["income"]), len(row["city"])]
        member = 1 if row["member"] == "True" else 0
        if trains(row):
            X_train.append(values)
            y_train.append(member)
        else:
            X_test.append(values)
            y_test.append(member)

model = LogisticRegression(max_iter=500).fit(np.array(X_train), np.array(y_train))
print("accuracy", model.score(np.array(X_test), np.array(y_test)))
