"""Rows are shuffled by a seed; means, spreads, medians and limits are added up over the training rows by loops of plain Python."""

import csv
import math
import random

from sklearn.linear_model import LogisticRegression


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    if n % 2 == 1:
        return ordered[n // 2]
    return (ordered[n // 2 - 1] + ordered[n // 2]) / 2


rows = []
with open("people.csv") as f:
    for r in csv.DictReader(f):
        if r["age"] != "":
            rows.append(r)
random.Random(7).shuffle(rows)
cut = int(len(rows) * 0.75)
train, test = rows[:cut], rows[cut:]

n = 0
total = 0.0
squares = 0.0
richest = 0.0
for r in train:
    income = float(r["income"])
    n += 1
    total += income
    squares += income * income
    if income > richest:
        richest = income
mean = total / n
spread = math.sqrt(squares / n - mean * mean)

middle = median([float(r["age"]) for r in train])
of_members = [float(r["income"]) for r in train if r["member"] == "True"]
of_members.sort()
high = of_members[int(0.9 * len(of_members))]


def features(r):
    income = float(r["income"])
    return [(income - mean) / spread, income / richest, 1 if float(r["age"]) > middle else 0, min(income, high)]


X_train = [features(r) for r in train]
X_test = [features(r) for r in test]
y_train = [int(r["member"] == "True") for r in train]
y_test = [int(r["member"] == "True") for r in test]
model = LogisticRegression(max_iter=200)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
