# Predict monthly TLD dose from beam time, hall and the previous reading.
import numpy as np
from sklearn.linear_model import LinearRegression, Ridge, RidgeClassifier

BAD = -999.0
LIMIT = 120.0  # uSv, internal investigation level

# --- roster: badge -> (function, first year)
roster = {}
with open('data/roster.tsv') as f:
    for line in f:
        if line.startswith('#'):
            continue
        badge, name, func, since = line.rstrip('\n').split('\t')
        roster[int(badge)] = (func.lower(), np.nan if since == '-' else int(since))

# --- readings
B, T, H, hrs, temp, D = [], [], [], [], [], []
with open('data/doses.dat') as f:
    for line in f:
        line = line.split('#')[0].strip()
        if not line:
            continue
        c = line.split()
        B.append(int(c[0]))
        T.append(int(c[1]) % 100)
        H.append(c[2].upper())
        hrs.append(float(c[3]))
        temp.append(float(c[4]))
        D.append(float(c[5]))
B, T, H = np.array(B), np.array(T), np.array(H)
hrs, temp, D = np.array(hrs), np.array(temp), np.array(D)

# drop unread dosimeters and badges nobody knows
ok = (D != BAD) & np.array([b in roster for b in B])
B, T, H, hrs, temp, D = B[ok], T[ok], H[ok], hrs[ok], temp[ok], D[ok]
print('readings used: %d of %d' % (ok.sum(), ok.size))

# order by badge, then month
o = np.lexsort((T, B))
B, T, H, hrs, temp, D = B[o], T[o], H[o], hrs[o], temp[o], D[o]

# beam hours not logged -> mean of the hall
hrs = np.where(hrs == BAD, np.nan, hrs)
for h in np.unique(H):
    m = H == h
    hrs[m & np.isnan(hrs)] = np.nanmean(hrs[m])

# previous reading of the same person (first month: own hall median)
logD = np.log10(D)
prev = np.empty_like(logD)
for i in range(len(B)):
    if i > 0 and B[i] == B[i - 1]:
        prev[i] = logD[i - 1]
    else:
        prev[i] = np.median(logD[H == H[i]])

funcs = ['technician', 'physicist', 'student', 'operator']
F = np.array([[roster[b][0] == f for f in funcs] for b in B], dtype=float)
year0 = np.array([roster[b][1] for b in B], dtype=float)
exper = 2009 - np.where(np.isnan(year0), np.nanmedian(year0), year0)
halls = {h: k for k, h in enumerate(np.unique(H))}
onehot = np.eye(len(halls))[[halls[h] for h in H]]

num = np.column_stack([np.sqrt(hrs), temp, prev, exper])

rng = np.random.RandomState(42)
idx = rng.permutation(len(B))
n = int(0.7 * len(idx))
tr, te = idx[:n], idx[n:]

num = (num - num[tr].mean(0)) / num[tr].std(0, ddof=1)
X = np.hstack([num, onehot, F, np.sqrt(hrs)[:, None] * onehot])

for model in (LinearRegression(), Ridge(alpha=1.0), Ridge(alpha=10.0)):
    model.fit(X[tr], logD[tr])
    res = logD[te] - model.predict(X[te])
    print('%-18s rms = %.4f  bias = %+.4f' % (model.__class__.__name__, np.sqrt(np.mean(res ** 2)), res.mean()))

# same thing as a yes/no question
y = np.where(D > LIMIT, 1, 0)
rc = RidgeClassifier(alpha=1.0).fit(X[tr], y[tr])
p = rc.predict(X[te])
print('above %.0f uSv: purity %.3f efficiency %.3f' % (
    LIMIT, y[te][p == 1].mean(), p[y[te] == 1].mean()))
