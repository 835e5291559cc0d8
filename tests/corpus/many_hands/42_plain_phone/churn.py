import json
import os
from itertools import groupby

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")

calls = []
for line in open(os.path.join(DATA, "calls.jsonl")):
    rec = json.loads(line)
    if rec.get("duration") is None:
        continue
    calls.append((rec["number"], rec["day"], rec["duration"], rec.get("type", "voice")))

with open(os.path.join(DATA, "contracts.json")) as f:
    contracts = json.load(f)

calls.sort()
usage = {}
for number, group in groupby(calls, key=lambda c: c[0]):
    group = list(group)
    total = sum(c[2] for c in group)
    days = len(set(c[1] for c in group))
    data_calls = [c for c in group if c[3] == "data"]
    usage[number] = {"calls": len(group), "total": total, "per_day": total / days, "data": len(data_calls),
                     "last": group[-1][1]}

rows = []
labels = []
for c in contracts:
    u = usage.get(c["number"])
    if u is None:
        u = {"calls": 0, "total": 0, "per_day": 0.0, "data": 0, "last": 0}
    tariff = c["tariff"].lower()
    rows.append([c["months"], {"s": 0, "m": 1, "l": 2}.get(tariff, -1), u["calls"], u["total"], u["per_day"], u["data"], u["last"]])
    labels.append(1 if c["state"] == "ended" else 0)

X = np.array(rows, dtype=np.float64)
y = np.array(labels)
rng = np.random.default_rng(4)
order = rng.permutation(len(y))
test = order[: len(y) // 4]
train = order[len(y) // 4 :]
clf = GradientBoostingClassifier(n_estimators=30, random_state=0)
clf.fit(X[train], y[train])
print("accuracy:", np.mean(clf.predict(X[test]) == y[test]))
