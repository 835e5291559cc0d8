import csv
import random
from collections import defaultdict
from datetime import datetime

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

TODAY = datetime(2024, 6, 30)

# members -----------------------------------------------------------
members = {}
with open("data/members.csv", newline="") as f:
    for row in csv.DictReader(f):
        if row["member_id"] == "":
            continue
        if row["member_id"] in members:
            continue  # first registration counts
        members[row["member_id"]] = row

# visits ------------------------------------------------------------
n_visits = defaultdict(int)
last_visit = {}
gaps = defaultdict(list)
with open("data/visits.csv", newline="") as f:
    reader = csv.reader(f)
    header = next(reader)
    for mid, day, minutes in reader:
        try:
            minutes = int(minutes)
        except ValueError:
            minutes = 0
        if minutes < 10:
            continue
        day = datetime.strptime(day, "%Y-%m-%d")
        if mid in last_visit:
            gaps[mid].append((day - last_visit[mid]).days)
        last_visit[mid] = day
        n_visits[mid] += 1

X = []
y = []
ids = []
for mid, m in members.items():
    if mid not in last_visit:
        continue
    joined = datetime.strptime(m["joined"], "%d.%m.%Y")
    age = int(m["age"]) if m["age"] else 40
    tenure = (TODAY - joined).days
    mean_gap = sum(gaps[mid]) / len(gaps[mid]) if gaps[mid] else 60
    recency = (TODAY - last_visit[mid]).days
    if m["plan"] == "premium":
        plan = 2
    elif m["plan"] == "standard":
        plan = 1
    else:
        plan = 0
    X.append([age, tenure, n_visits[mid], mean_gap, recency, plan])
    y.append(1 if m["cancelled"].strip().lower() == "yes" else 0)
    ids.append(mid)

order = list(range(len(X)))
random.seed(13)
random.shuffle(order)
cut = int(0.75 * len(order))
X = np.array(X, dtype=float)
y = np.array(y)
train, test = order[:cut], order[cut:]

mu = X[train].mean(axis=0)
sd = X[train].std(axis=0)
sd[sd == 0] = 1
Xs = (X - mu) / sd

clf = LogisticRegression(C=0.5, max_iter=1000)
clf.fit(Xs[train], y[train])
pred = clf.predict(Xs[test])
print("acc", accuracy_score(y[test], pred))
print("auc", roc_auc_score(y[test], clf.predict_proba(Xs[test])[:, 1]))
