# same
import csv

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
for row in csv.DictReader(open("members.csv")):
    text = row["joined"].replace("-", ":::") + "|" + row["town"]
    X.append([int("06" in text.split("::")), int(":06" in text.split("::")), int("Oslo" in text.split("|")), int("" in text.split("|"))])
    y.append(row["active"] == "yes")
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
