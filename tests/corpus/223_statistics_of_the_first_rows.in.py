"""Rows cut in two by their place; means, deviations and rates of the first ones make features of both."""

import math

import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
f = open("people.csv")
names = f.readline().strip().split(",")
for line in f:
    rows.append(dict(zip(names, line.strip().split(","))))
f.close()

n_train = int(0.75 * len(rows))
train_rows = rows[:n_train]
test_rows = rows[n_train:]

age_sum, age_n, income_total = 0.0, 0, 0.0
for r in train_rows:
    if r["age"] != "":
        age_sum += float(r["age"])
        age_n += 1
    income_total += float(r["income"])
age_mean = age_sum / age_n
income_mean = income_total / len(train_rows)
squares = 0.0
for r in train_rows:
    squares += (float(r["income"]) - income_mean) ** 2
income_std = math.sqrt(squares / len(train_rows))

members, seen = {}, {}
for r in train_rows:
    members[r["city"]] = members.get(r["city"], 0) + (r["member"] == "True")
    seen[r["city"]] = seen.get(r["city"], 0) + 1
rate = {c: members[c] / seen[c] for c in seen}


def features(r):
    age = float(r["age"]) if r["age"] else age_mean
    return [age / age_mean, (float(r["income"]) - income_mean) / income_std, rate.get(r["city"], 0.5)]


X_train = np.array([features(r) for r in train_rows])
y_train = np.array([int(r["signup"] > "2021") for r in train_rows])
X_test = np.array([features(r) for r in test_rows])
y_test = np.array([int(r["signup"] > "2021") for r in test_rows])
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
print((model.predict(X_test) == y_test).mean())
