# stops: no-rule
"""JSON turns the numbers that are keys into texts, so no number is found in the dict that comes back."""
import csv
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

json.dump({0: 1.5, 1: 2.5}, open("weights.json", "w"))
weights = json.load(open("weights.json"))
X, y = [], []
for rec in csv.DictReader(open("people.csv", newline="")):
    X.append([weights.get(int(rec["id"]) % 2, 0.0), float(rec["income"])])
    y.append(rec["member"])
clf = LogisticRegression().fit(X, y)
