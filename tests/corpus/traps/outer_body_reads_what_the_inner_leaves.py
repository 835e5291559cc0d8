# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
by_id = {}
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        by_id.setdefault(rec["id"], []).append(int(rec["minutes"]))
X, y = [], []
total = 0
for key, minutes in by_id.items():
    if total > 1000:  # asked once for each person, not for each event
        continue
    start = total
    for m in minutes:
        total += m
        X.append([start, m])
        y.append(int(m > 40))
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
