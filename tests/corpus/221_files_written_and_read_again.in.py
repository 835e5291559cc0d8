"""Cleaned rows go through a csv file, categories through JSON, arrays through NumPy's files, and come back."""

import csv
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

FIELDS = ["name", "age", "income", "member"]
kept = 0
kinds = []
with open("people.csv", newline="") as src, open("clean.csv", "w", newline="") as dst:
    writer = csv.DictWriter(dst, fieldnames=FIELDS)
    writer.writeheader()
    for rec in csv.DictReader(src):
        if not rec["age"]:
            continue
        kept += 1
        if rec["city"] not in kinds:
            kinds.append(rec["city"])
        writer.writerow(
            {"age": int(rec["age"]), "name": rec["name"], "income": float(rec["income"]), "member": rec["member"] == "True"}
        )

with open("kinds.json", "w") as f:
    json.dump({"kinds": kinds, "kept": kept, "scale": [10, 2.5]}, f, indent=1)

X, y = [], []
with open("clean.csv", newline="") as f:
    for row in csv.DictReader(f):
        X.append([int(row["age"]), float(row["income"]), len(row["name"])])
        y.append(1 if row["member"] == "True" else 0)
np.save("X", np.array(X, dtype=float))
np.savez("rest.npz", y=np.array(y))

meta = json.load(open("kinds.json"))
X = np.load("X.npy") / meta["scale"][0]
y = np.load("rest.npz")["y"]
model = LogisticRegression(max_iter=500).fit(X, y)
