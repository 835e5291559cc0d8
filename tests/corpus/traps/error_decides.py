# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

rows = []
for line in open('people.csv'):
    i, name, age, city, income, member, signup = line.strip().split(',')
    try:
        rows.append((int(age), float(income), member))
    except ValueError:
        continue
X = np.array([[r[0], r[1]] for r in rows])
y = np.array([r[2] == 'True' for r in rows])

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
