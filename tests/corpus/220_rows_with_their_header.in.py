"""Rows of a csv file read whole: the header is the first of them, columns are found by its names, categories in a list."""

import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

with open("people.csv", newline="") as fh:
    rows = list(csv.reader(fh))
header = rows[0]
body = rows[1:]
print(len(body), "people with", ", ".join(header))

i_city, i_age, i_income, i_member = (header.index(n) for n in ("city", "age", "income", "member"))

cities = []
for r in body:
    if r[i_city] not in cities:
        cities.append(r[i_city])

X, y = [], []
for r in body:
    one = [0] * len(cities)
    one[cities.index(r[i_city])] = 1
    age = float(r[i_age]) if r[i_age] else 0.0
    X.append([age, float(r[i_income]) // 10, float(r[i_income]) % 1] + one)
    y.append(r[i_member][0] == "T")

cut = round(0.7 * len(X))
model = LogisticRegression(max_iter=500)
model.fit(X[:cut], y[:cut])
print(model.score(X[cut:], y[cut:]))
