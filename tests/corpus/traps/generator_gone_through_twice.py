# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append([len(text), len(title)])
    labels.append('card' in text)
places = (r[0] for r in rows)
total = sum(places)
rest = sum(places)
rows = [[a / total, rest] for a, b in rows]

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
