# RPC test stand: which runs will the offline people throw away?
# Quick look only. Numbers go into the group meeting slides, not in a paper.
import math
from datetime import date

import numpy as np
from sklearn.linear_model import LogisticRegression

P0, T0 = 1010.0, 293.15     # reference pressure / temperature for HV correction


def num(s):
    """'-' and -999 are the DAQ's two ways of saying 'sensor dead'."""
    try:
        v = float(s)
    except ValueError:
        return math.nan
    return math.nan if v == -999 else v


# ---------------------------------------------------------------- operators
years, inst = {}, {}
for line in open("data/operators.txt"):
    mail, yrs, lab = line.rstrip("\n").split("|")
    years[mail] = num(yrs)           # second entry for the same person = newer
    inst[mail] = lab

# ---------------------------------------------------------------- runs
run, day, who, stack, env, bad = [], [], [], [], [], []
with open("data/runs.txt") as f:
    for line in f:
        if line.startswith("#") or not line.strip():
            continue
        c = line.split()
        flag = c[8].upper()
        if flag == "?":
            continue                 # never looked at by a human
        run.append(int(c[0]))
        day.append(date.fromisoformat(c[1]).toordinal())
        who.append(c[2].lower())
        stack.append(c[3].upper())
        env.append([num(c[4]), num(c[5]), num(c[6]), num(c[7])])
        bad.append(flag == "BAD")

run = np.array(run)
day = np.array(day)
env = np.array(env)
y = np.array(bad, dtype=int)
print("runs kept:", len(y), " bad fraction: %.3f" % y.mean())

# experience of the shifter; unknown -> mean of the known ones
exper = np.array([years.get(w, math.nan) for w in who])
exper[np.isnan(exper)] = np.nanmean(exper)
n_prev = np.zeros(len(who))          # shifts this person has taken so far
so_far = {}
for i, w in enumerate(who):
    n_prev[i] = so_far.get(w, 0)
    so_far[w] = n_prev[i] + 1

# ---------------------------------------------------------------- fill holes
test = np.arange(len(y)) % 4 == 3    # every 4th run kept aside
for j in range(env.shape[1]):
    hole = np.isnan(env[:, j])
    env[hole, j] = np.median(env[~hole & ~test, j])
T, P, HV, rate = env.T

# effective voltage, the usual (P,T) correction
hv_eff = HV * (P0 / P) * ((T + 273.15) / T0)
dT = np.abs(T - T[~test].mean())
drate = np.abs(rate - np.median(rate[~test]))
gap = np.append(0, np.diff(run)) - 1          # skipped run numbers before this one
gap[0] = 0
low_hv = np.where(HV < 9500, 1.0, 0.0)

# one-hot for the stack
names = sorted(set(stack))
pos = {s: k for k, s in enumerate(names)}
onehot = np.zeros((len(stack), len(names)))
for i, s in enumerate(stack):
    onehot[i, pos[s]] = 1

Z = np.column_stack([T, dT, P, hv_eff, rate, drate, exper, n_prev, day - day.min()])
mu = Z[~test].mean(axis=0)
sd = Z[~test].std(axis=0, ddof=1)
Z = (Z - mu) / sd
X = np.hstack([Z, gap[:, None], low_hv[:, None], onehot])

# ---------------------------------------------------------------- fit
clf = LogisticRegression(C=1.0, max_iter=500)
clf.fit(X[~test], y[~test])
p = clf.predict_proba(X[test])[:, 1]
hit = (p > 0.5) == (y[test] == 1)
n = hit.size
eff = hit.mean()
print("test runs: %d  accuracy %.3f +- %.3f (binomial)" % (n, eff, math.sqrt(eff * (1 - eff) / n)))

worst = np.argsort(-p)[:5]
for k in worst:
    print("  run %d  p(bad)=%.2f  truth=%d" % (run[test][k], p[k], y[test][k]))
for s in names:
    sel = (np.array(stack) == s) & test
    print("  stack %s: %2d test runs, %2d bad" % (s, sel.sum(), y[sel].sum()))
