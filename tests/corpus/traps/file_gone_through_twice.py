# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append([len(text), len(title)])
    labels.append('card' in text)
known = open('customers.txt')
first = 0
second = 0
for line in known:
    c, e, country, kind = line.strip().split(',')
    first += 1
for line in known:
    c, e, country, kind = line.strip().split(',')
    second += 1
rows = [[a / first, second] for a, b in rows]

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
