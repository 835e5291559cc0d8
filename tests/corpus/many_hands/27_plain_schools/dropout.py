"""Predicts which pupils leave school early from the yearly school files."""
import csv
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score

DATA = Path("schools")


class Loader:
    def __init__(self, folder):
        self.folder = folder
        self.rows = []

    def load(self):
        for path in sorted(self.folder.glob("*.csv")):
            with path.open() as f:
                for row in csv.DictReader(f, delimiter=";"):
                    row["school"] = path.stem
                    self.rows.append(row)
        return self

    def clean(self):
        seen = set()
        kept = []
        for row in self.rows:
            key = (row["school"], row["pupil"])
            if key in seen or not row["pupil"].strip():
                continue
            seen.add(key)
            kept.append(row)
        self.rows = kept
        return self


class Dataset:
    def __init__(self, rows):
        self.rows = rows

    @staticmethod
    def _grade(text):
        text = text.replace(",", ".")
        return float(text) if text else 3.5

    def matrix(self):
        X = []
        for row in self.rows:
            grades = [self._grade(row[c]) for c in ("maths", "german", "english")]
            absent = int(row["absent"] or 0)
            X.append(grades + [min(grades), max(grades), absent, int(absent > 20)])
        return np.array(X)

    def target(self):
        return np.array([row["left"] == "1" for row in self.rows]).astype(int)

    def years(self):
        return np.array([int(row["year"]) for row in self.rows])


def main():
    loader = Loader(DATA).load().clean()
    data = Dataset(loader.rows)
    X, y, years = data.matrix(), data.target(), data.years()
    train = years < 2022
    test = years >= 2022
    model = RandomForestClassifier(n_estimators=60, max_depth=6, random_state=5)
    model.fit(X[train], y[train])
    print("balanced accuracy", balanced_accuracy_score(y[test], model.predict(X[test])))


if __name__ == "__main__":
    main()
