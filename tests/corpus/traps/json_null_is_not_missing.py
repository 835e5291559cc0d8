# same
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

rows, y = [], []
with open("persons.jsonl") as fh:
    for line in fh:
        if line.strip():
            try:
                raw = json.loads(line)
            except ValueError:
                continue
            age = raw.get("age", 18)  # null stays None
            rows.append([1 if age is None else 0, 5 if "note" in raw and raw["note"] is None else 7, raw.get("tags", []) is None])
            y.append(raw["status"] == "stays")
model = LogisticRegression().fit(np.array(rows, dtype=float), np.array(y))
