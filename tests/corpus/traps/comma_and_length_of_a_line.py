# stops: no-rule
"""Beside the object, the length of its line is used, which the reader of objects does not keep."""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
for line in open("clicks.txt"):
    line = line.strip()
    if line.startswith("#") or line.startswith("//") or not line:
        continue
    rec = json.loads(line.rstrip(","))
    X.append([len(line)])
    y.append(rec["kind"] == "buy")
clf = LogisticRegression().fit(np.array(X), np.array(y))
