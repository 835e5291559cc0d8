"""
Predict next month's deep dose Hp(10) of a badge wearer from this month's reading.

H_{t+1} = f(H_t, H_{t-1}, Hp(0.07)/Hp(10), group, time in service, hours)
log scale throughout, reading below detection limit set to MDL/sqrt(2)
"""
import numpy as np
from sklearn.linear_model import Ridge

MDL = 0.05          # mSv
SEED = 1905

# --- personnel register:  worker | group | years | hours
register = {}
with open('data/workers.dat') as fh:
    for line in fh:
        if line.startswith('#'):
            continue
        wid, grp, yrs, hrs = [s.strip() for s in line.split('|')]
        yrs = np.nan if yrs == '?' else float(yrs)
        hrs = float(hrs) if hrs else np.nan
        register[wid] = (grp.lower(), yrs, hrs)

# --- readings:  worker  month  Hp10  Hp007  reader
raw = []
with open('data/readings.txt') as fh:
    for line in fh:
        if line[0] == '#':
            continue
        wid, month, hp10, hp007, reader = line.split()
        if hp10 == '-':
            continue
        d = float(hp10)
        if hp007 == '-':
            s = np.nan
        elif hp007 == '<MDL':
            s = MDL / np.sqrt(2)
        else:
            s = float(hp007)
        raw.append((wid, int(month[5:7]), d, s))

raw.sort(key=lambda t: (t[0], t[1]))

# --- pair consecutive months of the same worker
groups = sorted({g for g, _, _ in register.values()})
gidx = {g: i for i, g in enumerate(groups)}
feat, target, owner = [], [], []
for k in range(1, len(raw) - 1):
    w0, m0, d0, s0 = raw[k - 1]
    w1, m1, d1, s1 = raw[k]
    w2, m2, d2, _ = raw[k + 1]
    if w1 != w2 or m2 - m1 != 1:        # also drops double read-outs
        continue
    if w1 not in register:
        continue
    before = d0 if w0 == w1 else d1
    grp, yrs, hrs = register[w1]
    feat.append([np.log(d1), np.log(before), s1 / d1, yrs, hrs, m1, gidx[grp]])
    target.append(np.log(d2))
    owner.append(w1)

A = np.array(feat)
y = np.array(target)
owner = np.array(owner)
print('pairs:', A.shape[0], ' workers:', len(np.unique(owner)), ' NaN:', int(np.isnan(A).sum()))

# --- replace NaN by column mean, one-hot the group, add season
g = A[:, 6].astype(int)
A = A[:, :6]
A = np.where(np.isnan(A), np.nanmean(A, axis=0), A)
onehot = np.zeros((len(g), len(groups)))
onehot[np.arange(len(g)), g] = 1.0
season = np.column_stack([np.cos(2 * np.pi * A[:, 5] / 12), np.sin(2 * np.pi * A[:, 5] / 12)])

# --- split by worker so that nobody is on both sides
rng = np.random.default_rng(SEED)
workers = np.unique(owner)
rng.shuffle(workers)
held_out = workers[: len(workers) // 4]
test = np.isin(owner, held_out)
train = ~test

# --- standardise with training moments (unbiased)
mu = A[train, :5].mean(axis=0)
sd = A[train, :5].std(axis=0, ddof=1)
Z = np.hstack([(A[:, :5] - mu) / sd, season, onehot])

fit = Ridge(alpha=1.0).fit(Z[train], y[train])
res = y[test] - fit.predict(Z[test])
naive = y[test] - A[test, 0]
print('rms residual (log)  model %.4f   persistence %.4f' % (np.sqrt((res ** 2).mean()), np.sqrt((naive ** 2).mean())))
print('R^2 = %.4f' % fit.score(Z[test], y[test]))
worst = np.argsort(-np.abs(res))[:3]
for i in worst:
    print('  outlier', owner[test][i], 'residual %+.3f' % res[i])
