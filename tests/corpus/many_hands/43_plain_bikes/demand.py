import argparse
import csv
import glob

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error


def load(pattern):
    rides = []
    for name in sorted(glob.glob(pattern)):
        with open(name) as f:
            reader = csv.reader(f, delimiter=";")
            next(reader)
            for rider, station, start, minutes in reader:
                if minutes == "" or rider == "test":
                    continue
                rides.append((rider, station, start[:10], int(start[11:13]), float(minutes.replace(",", "."))))
    return rides


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--pattern", default="rides/*.csv")
    ap.add_argument("--cut", default="2024-03-20")
    a = ap.parse_args()
    rides = load(a.pattern)

    per_rider = {}
    for rider, station, day, hour, minutes in rides:
        n, total = per_rider.get(rider, (0, 0.0))
        per_rider[rider] = (n + 1, total + minutes)

    weather = pd.read_csv("weather.csv")
    rain = dict(zip(weather["day"], weather["rain"]))

    stations = sorted(set(r[1] for r in rides))
    X_train, y_train, X_test, y_test = [], [], [], []
    for rider, station, day, hour, minutes in rides:
        n, total = per_rider[rider]
        x = [n, total / n, rain.get(day, 0.0), np.sin(hour / 24 * 2 * np.pi), np.cos(hour / 24 * 2 * np.pi)]
        x += [1.0 if s == station else 0.0 for s in stations]
        if day < a.cut:
            X_train.append(x)
            y_train.append(minutes)
        else:
            X_test.append(x)
            y_test.append(minutes)
    model = LinearRegression()
    model.fit(np.array(X_train), np.array(y_train))
    print("MSE", mean_squared_error(y_test, model.predict(np.array(X_test))))


if __name__ == "__main__":
    main()
