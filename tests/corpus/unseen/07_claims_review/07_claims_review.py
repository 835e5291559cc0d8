# Port of CLM_REVIEW.sas.  Steps keep the names of the old DATA / PROC steps.
import csv
import os

import numpy as np
from sklearn.metrics import f1_score
from sklearn.tree import DecisionTreeClassifier

from sasfmt import date9, dollar

CUTOFF = date9('01JUL2023')
WORK = 'out'
if not os.path.isdir(WORK):
    os.mkdir(WORK)

# DATA MEMBERS; INFILE 'members.txt' DLM='|';
members = {}
with open('data/members.txt') as f:
    for rec in f:
        ssn, dob, sex, state = rec.strip().split('|')
        members[ssn] = {'dob': date9(dob), 'sex': sex, 'state': state.upper()}

# DATA CLAIMS;
claims = []
with open('data/claims.csv', newline='') as f:
    for rec in csv.DictReader(f):
        paid = dollar(rec['PAID_AMT'])
        if paid is None or rec['REVIEW_FL'] == '':
            continue
        claims.append((rec['SSN'], date9(rec['SVC_DT']), rec['CLM_TYPE'], rec['PROV'] or 'UNK', paid, rec['REVIEW_FL']))

# PROC SORT NODUPRECS; BY SSN SVC_DT;
claims.sort(key=lambda c: (c[0], c[1], c[2], c[4]))
nodup = []
for c in claims:
    if nodup and nodup[-1] == c:
        continue
    nodup.append(c)
print('NOTE: %d observations read, %d after NODUPRECS.' % (len(claims), len(nodup)))

# DATA CLM2; SET CLAIMS; BY SSN SVC_DT; RETAIN N_PRIOR CUM_PAID LAST_DT;
with open(os.path.join(WORK, 'clm2.csv'), 'w', newline='') as f:
    out = csv.writer(f)
    out.writerow(['ssn', 'svc_dt', 'clm_type', 'paid', 'gap', 'n_prior', 'cum_paid', 'same_type', 'age', 'sex', 'state', 'target'])
    prev_ssn = None
    for ssn, svc_dt, clm_type, prov, paid, flag in nodup:
        if ssn != prev_ssn:                # FIRST.SSN
            n_prior = 0
            cum_paid = 0.0
            last_dt = None
            last_type = ''
        gap = svc_dt - last_dt if last_dt is not None else ''
        m = members.get(ssn)
        if m is not None:                  # MERGE ... IF IN_CLM AND IN_MEM
            age = (svc_dt - m['dob']) // 365 if m['dob'] is not None else ''
            out.writerow([ssn, svc_dt, clm_type, paid, gap, n_prior, round(cum_paid, 2),
                          int(clm_type == last_type), age, m['sex'], m['state'], 1 if flag == 'Y' else 0])
        n_prior += 1
        cum_paid += paid
        last_dt = svc_dt
        last_type = clm_type
        prev_ssn = ssn

# read the work table back, like PROC IMPORT did
with open(os.path.join(WORK, 'clm2.csv'), newline='') as f:
    table = list(csv.DictReader(f))

types = ['IP', 'OP', 'RX', 'LAB']
state_no = {}
X, y, dt = [], [], []
for t in table:
    gap = float(t['gap']) if t['gap'] != '' else 999.0
    if gap < 20:
        gap_grp = 1
    elif gap < 60:
        gap_grp = 2
    else:
        gap_grp = 3
    age = float(t['age']) if t['age'] else -1.0
    if t['state'] not in state_no:
        state_no[t['state']] = len(state_no) + 1
    X.append([types.index(t['clm_type']), float(t['paid']), gap_grp, int(t['n_prior']), float(t['cum_paid']),
              int(t['same_type']), age, 1 if t['sex'] == 'F' else 0, state_no[t['state']]])
    y.append(int(t['target']))
    dt.append(int(t['svc_dt']))
X = np.array(X)
y = np.array(y)
is_train = np.array(dt) < CUTOFF

# PROC HPSPLIT
tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=8, class_weight='balanced', random_state=0)
tree.fit(X[is_train], y[is_train])
pred = tree.predict(X[~is_train])
print('NOTE: train %d, validation %d.' % (is_train.sum(), (~is_train).sum()))
print('F1 = %6.4f   misclassification = %6.4f' % (f1_score(y[~is_train], pred), np.mean(pred != y[~is_train])))
