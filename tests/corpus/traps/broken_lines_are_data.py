# stops: shape
"""What a handler collects of broken lines is used as data: no plan has these lines."""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

broken, X, y = [], [], []
for line in open("persons.jsonl"):
    try:
        rec = json.loads(line)
    except ValueError:
        broken.append(line)
        continue
    X.append([rec["id"], len(rec["status"])])
    y.append(rec["id"] % 2)
X = np.array(X) * len(broken[0])
clf = LogisticRegression(max_iter=500).fit(X, np.array(y))
