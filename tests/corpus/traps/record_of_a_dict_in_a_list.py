# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

found = {}
all_of_them = []
rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    one = found.setdefault(email, {'n': 0})
    one['n'] += 1
    all_of_them.append(one)
    labels.append('1' in email)
for one in all_of_them:
    rows.append([one['n'], 1])

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
