# same
import math

import numpy as np
from sklearn.linear_model import LogisticRegression


def num(text):
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return math.nan if value == -999 else value


who, level, day, numbers = [], [], [], []
with open("log.txt") as f:
    for line in f:
        if line.isspace() or line.lstrip()[0] == "#" or line.strip()[:2] == "%%":
            continue
        words = line.split()
        who.append(words[1].lower())
        day.append(int(words[0][5:7]))
        level.append(words[2].upper() == "HIGH")
        numbers.append([num(words[3]), num(words[0][5:7]), num(words[0][-2:] + words[3])])

numbers = np.array(numbers)
y = np.array(level, dtype=int)
day = np.array(day)
times = np.zeros(len(who))
so_far = {}
for i, w in enumerate(who):
    times[i] = so_far.get(w, 0)
    so_far[w] = times[i] + 1

test = np.arange(len(y)) % 4 == 3
for j in range(numbers.shape[1]):
    hole = np.isnan(numbers[:, j])
    numbers[hole, j] = np.median(numbers[~hole & ~test, j])
a, b, c = numbers.T
ratio = a * (10.0 / (b + 1)) - c
far = np.abs(b - np.median(b[~test]))
step = np.append(0, np.diff(day)) - 1
step[0] = 0
low = np.where(b < 5, 1.0, 0.0)

X = np.column_stack([a, ratio, far, times, low, step, day - np.min(day)])
mean = X[~test].mean(axis=0)
std = X[~test].std(axis=0, ddof=1)
X = (X - mean) / std
clf = LogisticRegression()
clf.fit(X[~test], y[~test])
