import csv
import glob

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error

RACES = {"5k": 5.0, "10k": 10.0, "half": 21.0975, "marathon": 42.195}


def seconds(clock):
    """'1:02:03' or '45:10' -> seconds"""
    parts = [int(x) for x in clock.split(":")]
    if len(parts) == 3:
        h, m, s = parts
    else:
        h = 0
        m, s = parts
    return 3600 * h + 60 * m + s


class Athlete:
    def __init__(self, name, born, sex):
        self.name = name
        self.born = born
        self.sex = sex
        self.paces = []
        self.km = 0.0

    def add(self, distance, secs):
        self.paces.append(secs / distance)
        self.km += distance

    def features(self, year):
        best = min(self.paces) if self.paces else 360.0
        mean = sum(self.paces) / len(self.paces) if self.paces else 360.0
        return [year - self.born, 1 if self.sex == "w" else 0, best, mean, len(self.paces), self.km]


athletes = {}
with open("athletes.csv") as f:
    for row in csv.DictReader(f):
        athletes[row["licence"]] = Athlete(row["name"], int(row["born"]), row["sex"])

X, y, when = [], [], []
for name in sorted(glob.glob("results/*.csv")):
    with open(name) as f:
        for row in csv.DictReader(f):
            athlete = athletes.get(row["licence"])
            if athlete is None or row["time"] in ("DNF", "DNS", ""):
                continue
            km = RACES[row["race"]]
            t = seconds(row["time"])
            X.append(athlete.features(int(row["year"])) + [km])
            y.append(t / km)
            when.append(int(row["year"]))
            athlete.add(km, t)

X = np.array(X)
y = np.array(y)
when = np.array(when)
train = when <= 2021
model = GradientBoostingRegressor(n_estimators=80, random_state=2)
model.fit(X[train], y[train])
print("MAE s/km", mean_absolute_error(y[~train], model.predict(X[~train])))
