import numpy as np
from sklearn.metrics import confusion_matrix
from sklearn.neighbors import KNeighborsClassifier

from utils import WARDS, age, parse, to_float

records = []
f = open("stays.txt")
for i, line in enumerate(f):
    if i < 3:          # preamble
        continue
    line = line.rstrip("\n")
    if not line or line.startswith("*"):
        continue
    records.append(parse(line))
f.close()

records = [r for r in records if r["patient"] and r["out"] in ("0", "1")]
n = len(records)
X = np.zeros((n, 5 + len(WARDS)))
y = np.zeros(n, dtype=int)
for i, r in enumerate(records):
    X[i, 0] = 1 if r["sex"] == "F" else 0
    a = age(r["birth"])
    X[i, 1] = a if a is not None else np.nan
    X[i, 2] = to_float(r["sys"], np.nan)
    X[i, 3] = to_float(r["dia"], np.nan)
    X[i, 4] = to_float(r["temp"], 36.8)
    if r["ward"] in WARDS:
        X[i, 5 + WARDS.index(r["ward"])] = 1
    y[i] = int(r["out"])

test = np.arange(n) % 5 == 0
for j in (1, 2, 3):
    m = np.nanmean(X[~test, j])
    X[np.isnan(X[:, j]), j] = m

mean = X[~test].mean(axis=0)
std = X[~test].std(axis=0) + 1e-9
Z = (X - mean) / std

knn = KNeighborsClassifier(n_neighbors=7)
knn.fit(Z[~test], y[~test])
yhat = knn.predict(Z[test])
print(confusion_matrix(y[test], yhat))
print("error rate: %.3f" % np.mean(yhat != y[test]))
