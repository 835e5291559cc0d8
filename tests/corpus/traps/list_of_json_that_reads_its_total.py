# same
"""What an element adds depends on what is there so far, so it is no sum, but a function of the row."""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
for line in open("persons.jsonl"):
    try:
        raw = json.loads(line)
    except ValueError:
        continue
    total = 1
    for tag in raw.get("tags") or []:
        total += total if tag["on"] else 1
    X.append([total])
    y.append(raw["id"] % 2)
clf = LogisticRegression(max_iter=500).fit(np.array(X), np.array(y))
