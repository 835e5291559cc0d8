"""Rows read by hand, their header taken apart; the first, the last and the richest of them are what others are measured by."""

import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

with open("people.csv", newline="") as f:
    header, *lines = csv.reader(f)
at = {name: header.index(name) for name in ("age", "city", "income", "member")}

people = []
for line in lines:
    if line[at["city"]] == "":
        continue
    age = int(line[at["age"]]) if line[at["age"]] else None
    people.append({"city": line[at["city"]], "age": age or 40, "income": float(line[at["income"]]), "member": line[at["member"]]})

oldest = sorted(people, key=lambda p: -p["age"])[0]
richest = max(people, key=lambda p: p["income"])
first, last = people[0], people[-1]
_, poorest_income = min([(p["city"], p["income"]) for p in people], key=lambda pair: pair[1])

X = np.array(
    [
        [
            p["age"] / oldest["age"],
            (p["income"] - poorest_income) / (richest["income"] - poorest_income),
            1.0 if p["city"] == first["city"] else 0.0,
            1.0 if p["city"] == last["city"] else 0.0,
        ]
        for p in people
    ]
)
y = np.array([p["member"] == "True" for p in people])
model = LogisticRegression(max_iter=500).fit(X, y)
