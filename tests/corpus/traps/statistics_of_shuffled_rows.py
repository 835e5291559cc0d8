# same
"""Rows are shuffled before they are cut: which are the first ones is no matter of their places."""
import random

import numpy as np
from sklearn.linear_model import LogisticRegression

rows = [line.strip().split(",") for line in open("customers.txt")]
random.seed(3)
random.shuffle(rows)
cut = int(0.7 * len(rows))
train, test = rows[:cut], rows[cut:]
total = 0
for r in train:
    total += len(r[1])
mean = total / len(train)
X = np.array([[len(r[1]) / mean] for r in train])
y = np.array([r[2] == "DE" for r in train])
clf = LogisticRegression().fit(X, y)
print(clf.score(np.array([[len(r[1]) / mean] for r in test]), np.array([r[2] == "DE" for r in test])))
