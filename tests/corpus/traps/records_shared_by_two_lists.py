# stops: shape
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
rows = []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        rows.append(row)
old = [r for r in rows if r['active'] == 'yes']
for r in rows:
    r['fee'] = str(float(r['fee']) * 2)
X = [[float(r['fee']), len(r['id'])] for r in old]
y = [int(r['town'] == 'Oslo') for r in old]
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
