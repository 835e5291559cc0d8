"""Next-day consumption per household, from the billing export and the weather file."""
import json
from datetime import date, timedelta

import numpy as np
from sklearn.linear_model import LinearRegression, Ridge

SPLIT_DAY = date(2023, 1, 24)
TARIFFS = ["eco7", "flat", "green"]


class Weather:
    def __init__(self, path):
        self.temp = {}
        with open(path) as fh:
            next(fh)
            for line in fh:
                day, _station, t_mean, _wind = line.rstrip().split(",")
                try:
                    self.temp[day] = float(t_mean)
                except ValueError:
                    continue

    def on(self, day):
        for back in range(4):
            key = (day - timedelta(days=back)).isoformat()
            if key in self.temp:
                return self.temp[key]
        return 0.0


class Household:
    def __init__(self, blob):
        self.ssn = blob["holder"]["ssn"]
        self.occupants = blob["holder"].get("occupants", 2)
        self.area = blob["dwelling"]["area_m2"]
        self.tariff = blob["dwelling"]["tariff"].lower()
        self.days = self._clean(blob["readings"])

    @staticmethod
    def _clean(readings):
        by_day = {}
        for r in readings:
            try:
                by_day[r["d"]] = float(r["kwh"])
            except (TypeError, ValueError):
                pass                      # None or 'ERR'
        return [(date.fromisoformat(d), v) for d, v in sorted(by_day.items())]

    def examples(self, weather):
        """Walk through the readings, keeping what was known the evening before."""
        prev_day, prev_kwh, running, n = None, None, 0.0, 0
        for day, kwh in self.days:
            if prev_day is not None and (day - prev_day).days <= 2:
                yield {
                    "day": day, "ssn": self.ssn, "kwh": kwh,
                    "prev": prev_kwh, "avg": running / n, "gap": (day - prev_day).days,
                    "temp": weather.on(day), "dtemp": weather.on(day) - weather.on(prev_day),
                    "weekend": day.weekday() >= 5, "area": self.area,
                    "occ": self.occupants, "tariff": self.tariff,
                }
            running += kwh
            n += 1
            prev_day, prev_kwh = day, kwh


def load(path):
    with open(path) as fh:
        export = json.load(fh)
    homes = []
    for site in export["sites"]:
        for blob in site["meters"]:
            homes.append(Household(blob))
    return homes


def to_matrix(rows, area_fill):
    num = [[r["prev"], r["avg"], r["gap"], r["temp"], r["dtemp"], float(r["weekend"]), r["occ"],
            area_fill if r["area"] is None else r["area"]] for r in rows]
    cat = [[1.0 if r["tariff"] == t else 0.0 for t in TARIFFS] for r in rows]
    return np.array(num), np.array(cat)


def main():
    weather = Weather("data/weather.csv")
    homes = load("data/meters.json")
    rows = [ex for h in homes for ex in h.examples(weather)]
    train = [r for r in rows if r["day"] < SPLIT_DAY]
    test = [r for r in rows if r["day"] >= SPLIT_DAY]

    area_fill = float(np.median([h.area for h in homes if h.area is not None]))
    N_tr, C_tr = to_matrix(train, area_fill)
    N_te, C_te = to_matrix(test, area_fill)
    mean, std = N_tr.mean(axis=0), N_tr.std(axis=0, ddof=1)
    X_tr = np.hstack([(N_tr - mean) / std, C_tr])
    X_te = np.hstack([(N_te - mean) / std, C_te])
    y_tr = np.array([r["kwh"] for r in train])
    y_te = np.array([r["kwh"] for r in test])

    print(f"{len(homes)} households, {len(train)} train rows, {len(test)} test rows")
    print(f"persistence  MAE {np.abs(N_te[:, 0] - y_te).mean():.3f} kWh")
    for name, model in (("ols", LinearRegression()), ("ridge", Ridge(alpha=3.0))):
        model.fit(X_tr, y_tr)
        err = np.abs(model.predict(X_te) - y_te)
        print(f"{name:<12s} MAE {err.mean():.3f} kWh, worst {err.max():.2f}")


if __name__ == "__main__":
    main()
