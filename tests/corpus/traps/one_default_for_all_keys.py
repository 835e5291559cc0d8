# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

found = {}
base = {'n': 0}
rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    one = found.setdefault(email, base)
    one['n'] += 1
for e, one in found.items():
    rows.append([one['n'], len(e)])
    labels.append('1' in e)

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
