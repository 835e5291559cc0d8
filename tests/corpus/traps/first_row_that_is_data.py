# same
"""The first row is looked at, but the script goes on with all of them: it is no header, and its values are data."""
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

rows = [line.strip().split(",") for line in open("customers.txt")]
first = rows[0]
X = np.array([[len(r[1]), int(r[3] == first[3])] for r in rows])
y = np.array([r[2] == "DE" for r in rows])
clf = LogisticRegression().fit(X, y)
