# stops: no-rule
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
fees, y = [], []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        fees.append(float(rec["fee"]))
        y.append(int(rec["active"] == "yes"))
X = np.digitize(fees, np.percentile(fees, [75, 25])).reshape(-1, 1)
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
