# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
a = {}
X, y = [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        X.append([a.get(k, 0), int(row['minutes'])])
        y.append(int(row['month'] > '2022-06'))
        a[k] = a.get(k, 0) * 2 + 1
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
