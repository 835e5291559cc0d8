"""Predict log10 Hp(10) of a badge from zone, time and shielding.

Files: badges_2014.dat (read-out), zones.dat (survey). Plain whitespace columns, '#' is a comment.
"""
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor

LOD = 0.05      # mSv, detection limit of the reader
NAN = float("nan")


def num(tok):
    try:
        return float(tok)
    except ValueError:
        return NAN


def read_zones(fname):
    z = {}
    with open(fname) as fh:
        for line in fh:
            if line.startswith("#"):
                continue
            name, d, a = line.split()
            z[name] = (float(d), float(a))
    return z


zones = read_zones("data/zones.dat")
d_mean = np.mean([v[0] for v in zones.values()])
a_mean = np.mean([v[1] for v in zones.values()])

staff, zone, doy, hours, temp, dose, shield, act = [], [], [], [], [], [], [], []
with open("data/badges_2014.dat") as fh:
    for line in fh:
        line = line.strip()
        if not line or line[0] == "#":
            continue
        tok = line.split()
        if len(tok) > 7:                # flagged by the lab, e.g. "!check"
            continue
        zz = tok[2].upper()
        staff.append(int(tok[1]))
        zone.append(zz)
        doy.append(int(tok[3]))
        hours.append(num(tok[4]))
        temp.append(num(tok[5]))
        dose.append(LOD / 2 if tok[6] == "<LOD" else float(tok[6]))
        d, a = zones.get(zz, (d_mean, a_mean))
        shield.append(d)
        act.append(a)

staff = np.array(staff)
zone = np.array(zone)
doy = np.array(doy)
hours = np.array(hours)
temp = np.array(temp)
dose = np.array(dose)
shield = np.array(shield)
act = np.array(act)

# sanity cuts
good = ~np.isnan(hours) & (dose > 0)
print("kept", good.sum(), "of", good.size)
staff, zone, doy, hours, temp, dose, shield, act = [
    v[good] for v in (staff, zone, doy, hours, temp, dose, shield, act)]

temp = np.where(temp < -100, np.nan, temp)
temp = np.where(np.isnan(temp), np.nanmedian(temp), temp)

# chronological order
order = np.argsort(doy, kind="stable")
zone, hours, temp, dose = zone[order], hours[order], temp[order], dose[order]
shield, act, doy = shield[order], act[order], doy[order]

season = np.sin(2 * np.pi * doy / 365.25)
names = np.unique(zone)
onehot = (zone[:, None] == names[None, :]).astype(float)
cont = np.column_stack([np.log10(hours), shield, np.log10(act), temp, season])
y = np.log10(dose)

n = int(0.75 * len(y))
mu = cont[:n].mean(axis=0)
sd = cont[:n].std(axis=0, ddof=1)
cont = (cont - mu) / sd
X = np.hstack([cont, onehot])

Xtr, Xte = X[:n], X[n:]
ytr, yte = y[:n], y[n:]


def rmse(a, b):
    return np.sqrt(np.mean((a - b) ** 2))


ridge = Ridge(alpha=0.5)
ridge.fit(Xtr, ytr)
print("ridge rmse(log10) = %.4f" % rmse(ridge.predict(Xte), yte))
print("constant rmse     = %.4f" % rmse(ytr.mean(), yte))

net = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", alpha=0.1, max_iter=2000, random_state=3)
net.fit(Xtr, ytr)
print("mlp   rmse(log10) = %.3f" % rmse(net.predict(Xte), yte))
