import csv
import os
from collections import namedtuple
from datetime import date
from itertools import groupby

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error

Reading = namedtuple("Reading", "household month kwh temp")
BASE = os.path.join(os.path.dirname(__file__), "data")

temps = {}
with open(os.path.join(BASE, "temperature.csv")) as f:
    for line in f.readlines()[1:]:
        month, t = line.strip().split(",")
        temps[month] = float(t)

readings = []
with open(os.path.join(BASE, "readings.csv")) as f:
    for r in csv.DictReader(f):
        if r["kwh"] in ("", "NA"):
            continue
        y, m = r["month"].split("-")
        readings.append(Reading(r["household"], date(int(y), int(m), 1), float(r["kwh"]), temps.get(r["month"], 10.0)))

info = {}
with open(os.path.join(BASE, "households.csv")) as f:
    for r in csv.DictReader(f):
        info[r["household"]] = (int(r["persons"] or 1), float(r["area"] or 80), r["heating"])

readings.sort(key=lambda r: (r.household, r.month))
samples = []
for household, group in groupby(readings, key=lambda r: r.household):
    if household not in info:
        continue
    persons, area, heating = info[household]
    previous = None
    total = 0.0
    n = 0
    for r in group:
        if previous is not None:
            samples.append(
                (r.month, [previous, total / n, r.temp, r.month.month, persons, area, heating == "electric"], r.kwh)
            )
        previous = r.kwh
        total += r.kwh
        n += 1

cutoff = date(2023, 10, 1)
X_train = np.array([x for d, x, _ in samples if d < cutoff], dtype=float)
y_train = np.array([t for d, _, t in samples if d < cutoff])
X_test = np.array([x for d, x, _ in samples if d >= cutoff], dtype=float)
y_test = np.array([t for d, _, t in samples if d >= cutoff])

cap = np.percentile(y_train, 99)
y_train = np.minimum(y_train, cap)

model = RandomForestRegressor(n_estimators=80, min_samples_leaf=3, random_state=0)
model.fit(X_train, y_train)
print("MAE", mean_absolute_error(y_test, model.predict(X_test)))
