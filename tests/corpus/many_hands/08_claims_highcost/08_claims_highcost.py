# ------------------------------------------------------------------
# PROGRAM : 08_claims_highcost (was HICOST.SAS)
# PURPOSE : flag members who will be high cost next year
# INPUT   : data/claims.csv, data/members.csv
# OUTPUT  : out/member_year.txt (WORK dataset), model on the log
# ------------------------------------------------------------------
import csv
import os

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

HIGH_COST = 400.0


def money(text):
    # input(paid_amt, dollar12.2);  . is missing
    if text == ".":
        return None
    return float(text.replace("$", "").replace(",", ""))


# DATA CLAIMS; INFILE ...; -----------------------------------------
claims = []
fh = open("data/claims.csv", newline="")
for n, rec in enumerate(csv.reader(fh)):
    if n == 0:
        continue
    member, service_date, icd, paid, setting = rec
    mm, dd, yyyy = service_date.split("/")
    claims.append((member, yyyy + mm + dd, icd, paid, setting))
fh.close()
print("NOTE: %d observations read from CLAIMS" % len(claims))

# PROC SORT NODUPRECS; BY MEMBER SERVICE_DATE; ----------------------
claims = sorted(set(claims))
print("NOTE: %d observations after NODUPRECS" % len(claims))

# DATA MEMBER_YEAR; SET CLAIMS; BY MEMBER; RETAIN ...; --------------
os.makedirs("out", exist_ok=True)
out = open("out/member_year.txt", "w")
for i in range(len(claims)):
    member, day, icd, paid, setting = claims[i]
    first_member = i == 0 or claims[i - 1][0] != member
    last_member = i == len(claims) - 1 or claims[i + 1][0] != member
    if first_member:
        total, largest, n_claims, n_er, n_ip, chronic = 0.0, 0.0, 0, 0, 0, 0
        next_total = 0.0
        prev_day, max_gap = None, 0
    amount = money(paid)
    if day[:4] == "2022":
        n_claims += 1
        if amount is not None:
            total += amount
            largest = max(largest, amount)
        if setting == "ER":
            n_er += 1
        elif setting == "IP":
            n_ip += 1
        if icd in ("250.0", "E11", "I10", "401.9"):
            chronic = 1
        if prev_day is not None:
            max_gap = max(max_gap, int(day[4:6]) - int(prev_day[4:6]))
        prev_day = day
    elif amount is not None:
        next_total += amount
    if last_member:
        out.write("%s %.2f %.2f %d %d %d %d %d %.2f\n"
                  % (member, total, largest, n_claims, n_er, n_ip, chronic, max_gap, next_total))
out.close()

# PROC SQL left join members -> member_year ------------------------
member_year = {}
for line in open("out/member_year.txt"):
    parts = line.split()
    member_year[parts[0]] = [float(p) for p in parts[1:]]

X, y, dropped = [], [], 0
done = []
with open("data/members.csv", newline="") as fh:
    next(fh)
    for member, name, birth_year, sex, plan in csv.reader(fh):
        if member in done:
            continue
        done.append(member)
        if birth_year == ".":
            dropped += 1
            continue
        age = 2022 - int(birth_year)
        if age < 35:
            age_grp = [1, 0, 0]
        elif age < 65:
            age_grp = [0, 1, 0]
        else:
            age_grp = [0, 0, 1]
        vals = member_year[member] if member in member_year else [0.0] * 8
        male = 1 if sex == "M" else 0 if sex == "F" else 0.5
        X.append([np.log1p(vals[0]), np.log1p(vals[1])] + vals[2:7] + [male, int(plan == "HMO")] + age_grp)
        y.append(1 if vals[7] > HIGH_COST else 0)
print("NOTE: %d members kept, %d without birth year deleted" % (len(X), dropped))

# first 100 observations train, rest is validation ------------------
X, y = np.array(X), np.array(y)
mean, std = X[:100].mean(0), X[:100].std(0, ddof=1)
X = (X - mean) / std
model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(X[:100], y[:100])
prob = model.predict_proba(X[100:])[:, 1]
print("C-STATISTIC  %.4f" % roc_auc_score(y[100:], prob))
print("F1           %.4f" % f1_score(y[100:], prob > 0.5))
