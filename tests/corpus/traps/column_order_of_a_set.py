# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

rows = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append((sent[0:4], text))
years = list(set(r[0] for r in rows))
index = {v: i for i, v in enumerate(years)}
X = np.zeros((len(rows), len(index)))
for i, r in enumerate(rows):
    X[i, index[r[0]]] = 1
y = np.array(['late' in r[1] for r in rows])

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
