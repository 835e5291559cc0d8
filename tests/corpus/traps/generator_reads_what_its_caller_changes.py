# stops: alias
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
X, y = [], []
names = []
def rows(extra):
    for line in open('members.csv').readlines()[1:]:
        p = line.strip().split(',')
        yield p[0], len(extra)
for k, n in rows(names):
    names.append(k)
    X.append([n, len(k)])
    y.append(int(k[-1:] in '13579'))
X = np.array(X)
y = np.array(y)
clf = LogisticRegression(max_iter=500)
clf.fit(X, y)
