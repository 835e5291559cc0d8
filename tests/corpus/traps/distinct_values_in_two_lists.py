# stops: recurrence
"""Two names for one list of distinct values: what is appended under the other name is in it, too."""
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

cities = others = []
X, y = [], []
for rec in csv.DictReader(open("people.csv", newline="")):
    if rec["city"] not in cities:
        cities.append(rec["city"])
    others.append(rec["name"])
for rec in csv.DictReader(open("people.csv", newline="")):
    X.append([cities.index(rec["city"]), float(rec["income"])])
    y.append(rec["member"])
clf = LogisticRegression().fit(X, y)
