"""Lines of JSON: broken ones and those without a field are collected, by one handler or by two; the rest becomes records."""

import json
import logging

import numpy as np
from sklearn.linear_model import LogisticRegression

log = logging.getLogger(__name__)
rejected, without = [], 0
records = []
for line in open("persons.jsonl").read().splitlines():
    try:
        rec = json.loads(line)
        note = rec["note"]
    except json.JSONDecodeError as error:
        rejected.append((line, error))
        continue
    except KeyError:
        without += 1
        note = "none"
    records.append({"length": len(note or ""), "city": rec["home"]["city"], "status": rec["status"].lower()})
log.info("%d lines rejected, %d without a note", len(rejected), without)

X = np.array([[r["length"], 1.0 if r["city"] else 0.0, len(r["city"])] for r in records])
y = np.array([r["status"] == "left" for r in records])
model = LogisticRegression(max_iter=500).fit(X, y)
