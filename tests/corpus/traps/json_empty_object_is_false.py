# same
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

rows, y = [], []
for line in open("persons.jsonl"):
    try:
        raw = json.loads(line)
    except ValueError:
        continue
    rows.append([1 if raw.get("contact") else 0])
    y.append(raw["status"] == "stays")
model = LogisticRegression().fit(np.array(rows, dtype=float), np.array(y))
