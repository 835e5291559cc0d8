# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

found = {}
all_of_them = []
rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    one = {'n': 0, 'text': text}
    found[email] = one
    all_of_them.append(one)
for e in found:
    found[e]['n'] = 5
for one in all_of_them:
    rows.append([one['n'], 1])
    labels.append('late' in one['text'])

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
