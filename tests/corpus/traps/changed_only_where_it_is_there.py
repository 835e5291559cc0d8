# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
n = {}
X, y = [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        if k in n:
            n[k] += 1
        elif row['kind'] == 'run':
            n[k] = 1
        X.append([n.get(k, 0), int(row['minutes'])])
        y.append(int(row['month'] > '2022-06'))
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
