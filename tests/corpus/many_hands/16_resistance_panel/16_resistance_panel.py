#!/usr/bin/env python
# ciprofloxacin resistance from the targeted panel (enterics, 2021 isolates)
# isolates.tsv : one line per isolate, several isolates per patient
# calls.tsv    : one line per variant call
import csv
import random
from collections import defaultdict

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import balanced_accuracy_score

from panel import PANEL, SPECIES, breakpoint_call, parse_qual

MIN_QUAL = 30

# ---- variant calls -> {sample: {gene: n}} ----
calls = defaultdict(dict)
n_low = n_off = 0
with open('data/calls.tsv') as fh:
    for line in fh:
        if line.startswith('#'):
            continue
        sample, gene, pos, ref, alt, qual, flt = line.rstrip('\n').split('\t')
        for g in PANEL:
            if g == gene:
                break
        else:
            n_off += 1          # gene not on the panel
            continue
        if flt != 'PASS' or parse_qual(qual, default=MIN_QUAL) < MIN_QUAL:
            n_low += 1
            continue
        calls[sample][gene] = calls[sample].get(gene, 0) + 1
print('calls dropped: %d low quality, %d off panel' % (n_low, n_off))

# ---- isolates ----
isolates = []
seen = set()
with open('data/isolates.tsv', newline='') as fh:
    for rec in csv.DictReader(fh, delimiter='\t'):
        if rec['sample_id'] in seen:
            continue
        seen.add(rec['sample_id'])
        sir = breakpoint_call(rec['cip_mic'])
        if sir is None or sir == 'I':
            continue            # not tested, or intermediate: not used for training
        rec['R'] = 1 if sir == 'R' else 0
        rec['patient'] = rec['patient_no'].upper()
        rec['sp'] = SPECIES.get(rec['species'].lower(), 'other')
        isolates.append(rec)

# isolates of one patient in order of collection
by_patient = defaultdict(list)
for rec in isolates:
    by_patient[rec['patient']].append(rec)
for recs in by_patient.values():
    recs.sort(key=lambda r: (r['collected'], r['sample_id']))
    for i, r in enumerate(recs):
        r['order'] = i

# ---- hold out 30 % of the *patients*, otherwise we train on sister isolates ----
patients = sorted(by_patient)
rng = random.Random(2021)
held_out = set(rng.sample(patients, int(0.3 * len(patients))))
train = [r for r in isolates if r['patient'] not in held_out]
test = [r for r in isolates if r['patient'] in held_out]

ages = [float(r['age']) for r in train if r['age'] != '']
mean_age = sum(ages) / len(ages)

sp_col = {s: k for k, s in enumerate(sorted(set(r['sp'] for r in train)))}
ward_col = {w: k for k, w in enumerate(sorted(set(r['ward'].strip() for r in train)))}


def matrix(recs):
    M = np.zeros((len(recs), len(PANEL) + 4 + len(sp_col) + len(ward_col)))
    for i, r in enumerate(recs):
        hits = calls.get(r['sample_id'], {})
        for j, g in enumerate(PANEL):
            M[i, j] = min(hits.get(g, 0), 2)
        k = len(PANEL)
        M[i, k] = sum(hits.values())
        M[i, k + 1] = float(r['age']) if r['age'] else mean_age
        M[i, k + 2] = r['order']
        M[i, k + 3] = 1 if r['site'].lower() == 'blood' else 0
        k += 4
        if r['sp'] in sp_col:
            M[i, k + sp_col[r['sp']]] = 1
        k += len(sp_col)
        if r['ward'].strip() in ward_col:
            M[i, k + ward_col[r['ward'].strip()]] = 1
    return M


X_tr, X_te = matrix(train), matrix(test)
y_tr = np.array([r['R'] for r in train])
y_te = np.array([r['R'] for r in test])

# z-scores, population sd
m, s = X_tr.mean(axis=0), X_tr.std(axis=0)
s[s == 0] = 1
X_tr, X_te = (X_tr - m) / s, (X_te - m) / s

print('isolates: %d train (%.0f%% R), %d test (%.0f%% R)' % (
    len(train), 100 * y_tr.mean(), len(test), 100 * y_te.mean()))
for name, clf in [('logreg', LogisticRegression(max_iter=1000)), ('5-nn', KNeighborsClassifier(5))]:
    clf.fit(X_tr, y_tr)
    print('%-8s balanced acc. %.4f' % (name, balanced_accuracy_score(y_te, clf.predict(X_te))))
