# same
import csv
import numpy as np
from sklearn.linear_model import LogisticRegression
import pandas as pd

rows = pd.read_csv("events.csv").to_dict("records")
for r in rows:
    r["minutes"] = r["minutes"] * 2
    r["long"] = r["minutes"] > 60
X = [[r["minutes"], int(r["long"])] for r in rows]
y = [int(r["kind"] == "run") for r in rows]
clf = LogisticRegression(max_iter=500)
clf.fit(np.array(X), np.array(y))
