# stops: shape
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

rows, y, bad = [], [], 0
for line in open("persons.jsonl"):
    try:
        raw = json.loads(line)
    except ValueError:
        bad += 1
        continue
    rows.append([bad, len(raw["home"]["city"])])
    y.append(raw["status"] == "stays")
model = LogisticRegression().fit(np.array(rows, dtype=float), np.array(y))
