import csv
import datetime as dt
import os
import pickle

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

FOLDER = "input"
CUT = dt.date(2023, 9, 1)


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def parse_date(s):
    for fmt in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(s, fmt).date()
        except ValueError:
            pass
    return None


orders = read("orders.csv")
customers = read("customers.csv")
returned = {r["order_id"] for r in read("returns.csv")}

stats = {}
bought_after = set()
for o in orders:
    day = parse_date(o["date"])
    if day is None or not o["customer"]:
        continue
    if day >= CUT:
        bought_after.add(o["customer"])
        continue
    s = stats.setdefault(o["customer"], {"n": 0, "sum": 0.0, "last": day, "first": day, "returns": 0})
    s["n"] += 1
    s["sum"] += float(o["total"].replace("EUR", "").replace(",", ".").strip() or 0)
    s["last"] = max(s["last"], day)
    s["first"] = min(s["first"], day)
    if o["order_id"] in returned:
        s["returns"] += 1

ids, recency, frequency, money, back, newsletter = [], [], [], [], [], []
for c in customers:
    if c["customer"] not in stats:
        continue
    s = stats[c["customer"]]
    ids.append(c["customer"])
    recency.append((CUT - s["last"]).days)
    frequency.append(s["n"])
    money.append(s["sum"])
    back.append(s["returns"] / s["n"])
    newsletter.append(c["newsletter"].lower() in ("y", "yes", "1"))

recency = np.array(recency)
frequency = np.array(frequency)
money = np.array(money)


def quintile(v):
    edges = np.percentile(v, [20, 40, 60, 80])
    return np.digitize(v, edges)


X = np.c_[quintile(recency), quintile(frequency), quintile(money), np.log1p(money), back, newsletter]
y = np.array([1 if i in bought_after else 0 for i in ids])

rng = np.random.default_rng(0)
mask = rng.random(len(ids)) < 0.7
clf = LogisticRegression(max_iter=1000)
clf.fit(X[mask], y[mask])
prob = clf.predict_proba(X)[:, 1]
print("AUC", roc_auc_score(y[~mask], prob[~mask]))

with open("model.pkl", "wb") as f:
    pickle.dump(clf, f)
with open("scores.csv", "w", newline="") as f:
    w = csv.DictWriter(f, fieldnames=["customer", "probability"])
    w.writeheader()
    for i, p in sorted(zip(ids, prob), key=lambda t: -t[1]):
        w.writerow({"customer": i, "probability": round(float(p), 4)})
