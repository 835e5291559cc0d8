# stops: recurrence
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
X, y = [], []
prev = ''
streak = 0
with open('events.csv') as f:
    for row in csv.DictReader(f):
        if row['kind'] == prev:
            streak += 1
        else:
            streak = 0
        prev = row['kind']
        X.append([streak, int(row['minutes'])])
        y.append(int(row['month'] > '2022-06'))
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
