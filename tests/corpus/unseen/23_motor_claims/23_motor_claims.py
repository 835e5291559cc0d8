"""Referral model for motor claims. Was a SAS job with RETAIN and FIRST./LAST. logic."""
import csv
import json
from datetime import datetime

import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import roc_auc_score


def sasnum(v):
    return None if v.strip() in (".", "") else float(v)    # '.' is missing in SAS


class RateBook:
    def __init__(self, path):
        with open(path) as fh:
            self.areas = json.load(fh)["areas"]

    def load(self, area, age):
        """Area factor times the loading of the age band; 1.0 where nothing applies."""
        entry = self.areas.get(area)
        if entry is None:
            return 1.0
        if age is None:
            return entry["factor"]
        for band in entry["bands"]:
            if band["from"] <= age <= band["to"]:
                loading = band["load"]
                break
        else:
            loading = 1.5    # off the table
        return entry["factor"] * loading


def read_policies(path):
    out = {}
    with open(path, newline="") as fh:
        for p in csv.DictReader(fh):
            p["age"] = sasnum(p["age"])
            p["area"] = p["area"].lower() or "unknown"
            p["ncd_years"] = int(p["ncd_years"])
            out[p["policy"]] = p
    return out


def read_claims(path):
    out, seen = [], set()
    with open(path, newline="") as fh:
        for c in csv.DictReader(fh):
            if c["claim_no"] in seen or c["outcome"] == "":
                continue
            seen.add(c["claim_no"])
            c["loss_date"] = datetime.strptime(c["loss_date"], "%d%b%Y")
            c["amount"] = sasnum(c["amount"])
            c["witnesses"] = sasnum(c["witnesses"])
            c["peril"] = c["peril"].lower()
            out.append(c)
    return out


rates = RateBook("data/rates.json")
policies = read_policies("data/policies.csv")
claims = [c for c in read_claims("data/claims.csv") if c["policy"] in policies]

# proc sort; by ssn loss_date;
claims.sort(key=lambda c: (policies[c["policy"]]["ssn"], c["loss_date"], c["claim_no"]))

amounts = sorted(c["amount"] for c in claims if c["amount"] is not None)
median_amount = amounts[len(amounts) // 2]

# retain n_prev paid_prev last_date;
last_ssn = None
for c in claims:
    ssn = policies[c["policy"]]["ssn"]
    if ssn != last_ssn:                      # first.ssn
        n_prev, paid_prev, last_date = 0, 0.0, None
        last_ssn = ssn
    c["n_prev"] = n_prev
    c["paid_prev"] = paid_prev
    c["gap"] = 999 if last_date is None else (c["loss_date"] - last_date).days
    n_prev += 1
    paid_prev += c["amount"] or 0.0
    last_date = c["loss_date"]

perils = {k: i for i, k in enumerate(sorted({c["peril"] for c in claims}))}
bodies = {k: i for i, k in enumerate(sorted({p["body"] for p in policies.values()}))}

n = len(claims)
P, B = np.zeros((n, len(perils))), np.zeros((n, len(bodies)))
num = np.empty((n, 8))
y = np.empty(n, dtype=int)
for i, c in enumerate(claims):
    pol = policies[c["policy"]]
    P[i, perils[c["peril"]]] = 1
    B[i, bodies[pol["body"]]] = 1
    amount = c["amount"] if c["amount"] is not None else median_amount
    num[i] = [np.log(amount), c["night"].upper() == "Y", c["witnesses"] or 0, pol["ncd_years"],
              rates.load(pol["area"], pol["age"]), c["n_prev"], np.log1p(c["paid_prev"]), min(c["gap"], 365) / 365]
    y[i] = 1 if c["outcome"].upper() == "REF" else 0

perm = np.random.RandomState(23).permutation(n)
test, train = perm[:n // 4], perm[n // 4:]
m, s = num[train].mean(axis=0), num[train].std(axis=0, ddof=1)
X = np.hstack([(num - m) / s, P, B])

print("claims", n, "referred", int(y.sum()))
for name, model in (("logistic", LogisticRegression(max_iter=1000)), ("ridge", RidgeClassifier(alpha=5.0))):
    model.fit(X[train], y[train])
    print("%-9s auc %.3f" % (name, roc_auc_score(y[test], model.decision_function(X[test]))))
