# churn.py  -- who is going to leave us?
# (started 2012, moved to python3 some day in 2019)
import csv
import numpy as np
from collections import Counter, defaultdict
from sklearn.linear_model import LogisticRegression

DATA_DIR = "data/"
TRAIN_LINES = 190      # first lines are for training, rest is for checking


def clean_id(s):
    return s.strip().upper()


def to_float(s, default):
    try:
        return float(s)
    except ValueError:
        return default


# ---- 1. help desk calls -------------------------------------------------
n_calls = Counter()
minutes = defaultdict(float)
n_billing = {}
fh = open(DATA_DIR + "helpdesk_calls.csv")
fh.readline()      # header
for line in fh:
    parts = line.rstrip("\n").split(";")
    cid = clean_id(parts[1])
    n_calls[cid] += 1
    minutes[cid] += to_float(parts[2], 0.0)
    if parts[3].lower() == "billing":
        n_billing[cid] = n_billing.get(cid, 0) + 1
fh.close()

# ---- 2. customers -------------------------------------------------------
fh = open(DATA_DIR + "customers.csv", newline="")
reader = csv.reader(fh)
col = {}
for i, name in enumerate(next(reader)):
    col[name] = i
seen = set()
rows = []
skipped = 0
for rec in reader:
    cid = clean_id(rec[col["customer_id"]])
    if cid in seen:
        skipped += 1
        continue
    seen.add(cid)
    churned = rec[col["churned"]].strip().lower()
    if churned == "":
        skipped += 1
        continue
    rows.append({
        "id": cid,
        "plan": rec[col["plan"]].lower(),
        "region": rec[col["region"]].lower() or "unknown",
        "tenure": to_float(rec[col["tenure_months"]], None),
        "charge": to_float(rec[col["monthly_charge"]], None),
        "y": 1 if churned == "yes" else 0,
    })
fh.close()
print("%d rows kept, %d skipped" % (len(rows), skipped))

# missing charge: use mean of the plan.  missing tenure: use overall mean
sums, cnts = {}, {}
for r in rows:
    if r["charge"] is not None:
        sums[r["plan"]] = sums.get(r["plan"], 0.0) + r["charge"]
        cnts[r["plan"]] = cnts.get(r["plan"], 0) + 1
known = [r["tenure"] for r in rows if r["tenure"] is not None]
mean_tenure = sum(known) / len(known)
for r in rows:
    if r["charge"] is None:
        r["charge"] = sums[r["plan"]] / cnts[r["plan"]]
    if r["tenure"] is None:
        r["tenure"] = mean_tenure

# ---- 3. matrix ----------------------------------------------------------
plan_index = {}
for r in rows[:TRAIN_LINES]:
    if r["plan"] not in plan_index:
        plan_index[r["plan"]] = len(plan_index)
region_index = dict((v, k) for k, v in enumerate(sorted(set(r["region"] for r in rows))))

num = []
cat = np.zeros((len(rows), len(plan_index) + len(region_index)))
for i, r in enumerate(rows):
    num.append([r["tenure"], r["charge"], n_calls[r["id"]], minutes.get(r["id"], 0.0), n_billing.get(r["id"], 0)])
    if r["plan"] in plan_index:
        cat[i, plan_index[r["plan"]]] = 1
    cat[i, len(plan_index) + region_index[r["region"]]] = 1
num = np.array(num, dtype=float)
y = np.array([r["y"] for r in rows])

mu = num[:TRAIN_LINES].mean(axis=0)
sd = num[:TRAIN_LINES].std(axis=0)
num = (num - mu) / sd
X = np.hstack([num, cat])

clf = LogisticRegression(C=1.0, max_iter=500)
clf.fit(X[:TRAIN_LINES], y[:TRAIN_LINES])
pred = clf.predict(X[TRAIN_LINES:])
right = np.sum(pred == y[TRAIN_LINES:])
print("accuracy %.3f on %d customers" % (float(right) / len(pred), len(pred)))
