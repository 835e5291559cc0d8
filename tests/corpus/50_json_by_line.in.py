"""One JSON object per line, read by hand: blank and broken lines are passed over, ids count once, fields may be null or not there."""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression


def objects(path):
    seen = set()
    with open(path, encoding="utf-8") as fh:
        for line in fh:
            line = line.strip()
            if not line:
                continue
            try:
                raw = json.loads(line)
            except json.JSONDecodeError:
                print("passed over")
                continue
            if raw["id"] in seen:
                continue
            seen.add(raw["id"])
            yield raw


rows, labels = [], []
for raw in objects("persons.jsonl"):
    home, tags = raw["home"], raw.get("tags") or []
    age = raw.get("age")
    rows.append(
        [
            age if age is not None else -1,
            raw["weight"] if raw["weight"] else 70.5,
            int(home.get("owner", False)),
            raw.get("contact", {}).get("calls", 3),
            len(tags),
            sum(1 for t in tags if t["on"]),
            1 if "vip" in raw else 0,
            len((raw.get("note") or "").strip()),
            0 if raw.get("contact") is None else 1,
        ]
    )
    labels.append(1 if raw["status"].lower() == "left" else 0)

model = LogisticRegression(max_iter=500).fit(np.array(rows, dtype=float), np.array(labels))
