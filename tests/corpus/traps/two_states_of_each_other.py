# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
a, b = {}, {}
X, y = [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        a[k] = a.get(k, 0) + b.get(k, 0)
        b[k] = b.get(k, 0) + a[k] + 1
        X.append([a[k], int(row['minutes'])])
        y.append(int(row['month'] > '2022-06'))
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
