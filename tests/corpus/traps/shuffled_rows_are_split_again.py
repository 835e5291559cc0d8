# stops: shape
import csv
import random

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

rows = [[float(r["fee"]), r["active"] == "yes"] for r in csv.DictReader(open("members.csv"))]
random.seed(1)
random.shuffle(rows)
train, test = train_test_split(rows, random_state=1)
clf = LogisticRegression()
clf.fit(np.array([[r[0]] for r in train]), np.array([r[1] for r in train]))
