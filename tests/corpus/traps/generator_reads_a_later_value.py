# stops: alias
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append([len(text), len(title)])
    labels.append('card' in text)
times = 1
places = (r[0] * times for r in rows)
times = 2
total = sum(places)
rows = [[a / total, b] for a, b in rows]

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
