"""JSON lines whose fields hold numbers in some rows and text, truth values or nothing in others."""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression


def clean(value):
    if value is None or value == "":
        return -1.0
    if isinstance(value, (int, float)):
        return float(value)
    value = value.strip()
    return float(value) if value.replace(".", "", 1).isdigit() else -2.0


rows = []
with open("answers.jsonl", encoding="utf-8") as fh:
    for line in fh:
        rows.append(json.loads(line))

X, y = [], []
for rec in rows:
    age = rec.get("age")
    try:
        years = int(age)
    except (TypeError, ValueError):
        years = 0
    if isinstance(age, str):
        age = 1.5 if age.isdigit() else 2.5
    elif age is None:
        age = 0
    active = rec.get("active", False)
    home = rec.get("address")
    city = home["city"] if home and "city" in home else "nowhere"
    X.append(
        [
            years,
            age,
            clean(rec.get("score")),
            1 if active else 0,
            int(active == 1),
            int(rec.get("age") in ("n/a", 20)),
            len(str(rec.get("active"))),
            1 if city == "Oslo" else 0,
            len((rec.get("address") or {}).get("zip") or ""),
        ]
    )
    y.append(1 if rec["left"] else 0)

model = LogisticRegression(max_iter=500).fit(np.array(X, dtype=float), np.array(y))
