# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

GOOD = {'thanks'}
def mood(text):
    n = 0
    for w in text.split():
        if w in GOOD:
            n += 1
    return n
GOOD.add('late')

rows = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append((title, text, mood(text)))
X = np.array([[len(r[0]), r[2]] for r in rows])
y = np.array(['card' in r[1] for r in rows])

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
