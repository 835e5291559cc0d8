# Data mining coursework 2 - who leaves the gym?
# reads data/members.csv and data/visits.csv
import csv
from collections import Counter

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

# ---- step 1: count the visits of every member
visit_count = Counter()
minute_count = Counter()
last_month = {}
with open("data/visits.csv") as f:
    for row in csv.DictReader(f):
        cid = row["customer_id"].upper()      # some ids are lower case
        n = int(row["visits"])
        visit_count[cid] += n
        if row["minutes"] != "":
            minute_count[cid] += int(row["minutes"])
        if row["month"] >= last_month.get(cid, ""):
            last_month[cid] = row["month"]

# ---- step 2: read the members (some are in there twice, keep the first)
members = []
seen = set()
no_status = 0
with open("data/members.csv") as f:
    for row in csv.DictReader(f):
        if row["customer_id"] in seen:
            continue
        seen.add(row["customer_id"])
        status = row["status"].lower()
        if status == "":
            no_status += 1
            continue
        try:
            age = float(row["age"])
        except ValueError:
            age = None
        city = row["city"].strip().lower()
        if not city:
            city = "other"
        members.append({
            "id": row["customer_id"],
            "age": age,
            "city": city,
            "plan": row["plan"],
            "fee": float(row["fee"]),
            "year": int(row["joined"][:4]),
            "left": 1 if status == "cancelled" else 0,
        })
print("members:", len(members), "without status:", no_status)
print("visits of unknown people:", len([c for c in visit_count if c not in seen]))

# ---- step 3: missing ages get the mean age
known = [m["age"] for m in members if m["age"] is not None]
mean_age = sum(known) / len(known)
for m in members:
    if m["age"] is None:
        m["age"] = mean_age

# ---- step 4: one hot encoding (by hand, like in the lecture)
plan_index = {}
city_index = {}
for m in members:
    if m["plan"] not in plan_index:
        plan_index[m["plan"]] = len(plan_index)
    if m["city"] not in city_index:
        city_index[m["city"]] = len(city_index)

X = []
y = []
for m in members:
    plan_vec = [0] * len(plan_index)
    plan_vec[plan_index[m["plan"]]] = 1
    city_vec = [0] * len(city_index)
    city_vec[city_index[m["city"]]] = 1
    visits = visit_count[m["id"]]
    minutes = minute_count[m["id"]]
    per_visit = minutes / visits if visits > 0 else 0
    still_coming = 1 if last_month.get(m["id"]) == "2023-03" else 0
    X.append([m["age"], m["fee"], 2023 - m["year"], visits, per_visit, still_coming] + plan_vec + city_vec)
    y.append(m["left"])

X = np.array(X, dtype=float)
y = np.array(y)

# ---- step 5: scale only the numbers (first 6 columns)
X[:, :6] = (X[:, :6] - X[:, :6].mean(axis=0)) / X[:, :6].std(axis=0)

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)
clf = LogisticRegression(max_iter=1000)
clf.fit(X_train, y_train)
pred = clf.predict(X_test)
print("accuracy: %.3f" % accuracy_score(y_test, pred))
print("auc:      %.3f" % roc_auc_score(y_test, clf.predict_proba(X_test)[:, 1]))
print("always stays: %.3f" % (1 - y_test.mean()))
