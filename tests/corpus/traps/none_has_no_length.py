# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

found = {}
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    if 'late' in text:
        found[mid] = title
rows = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    known = found.get(mid)
    rows.append((0 if known is None else len(known), len(text), text))
X = np.array([[r[0], r[1]] for r in rows])
y = np.array(['late' in r[2] for r in rows])

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
