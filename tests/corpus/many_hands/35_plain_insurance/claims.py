# one dump file with several sections, see the manual of the old system
import sys

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

path = sys.argv[1] if len(sys.argv) > 1 else "dump.txt"

customers = {}
policies = {}
claims = []
section = None
for raw in open(path, encoding="latin-1"):
    line = raw.strip()
    if line == "" or line[0] == "%":
        continue
    if line.startswith("[") and line.endswith("]"):
        section = line[1:-1].lower()
        continue
    parts = [p.strip() for p in line.split("|")]
    if section == "customers":
        customers[parts[0]] = {"born": int(parts[2]), "zip": parts[3]}
    elif section == "policies":
        policies[parts[0]] = {"customer": parts[1], "kind": parts[2], "premium": float(parts[3])}
    elif section == "claims":
        try:
            claims.append((parts[0], parts[1], float(parts[2])))
        except ValueError:
            print("bad claim")

print(len(customers), len(policies), len(claims))

total = {}
count = {}
for policy, _, amount in claims:
    total[policy] = total.get(policy, 0) + amount
    count[policy] = count.get(policy, 0) + 1

kinds = ["car", "home", "life"]
rows = []
target = []
for number, p in policies.items():
    c = customers.get(p["customer"])
    if c is None:
        continue
    onehot = [0, 0, 0]
    if p["kind"] in kinds:
        onehot[kinds.index(p["kind"])] = 1
    region = int(c["zip"][0]) if c["zip"] else 9
    rows.append([2024 - c["born"], region, p["premium"], count.get(number, 0)] + onehot)
    target.append(total.get(number, 0.0))

X = np.array(rows, dtype=np.float64)
y = np.array(target)
test = []
train = []
for i in range(len(X)):
    if i % 4 == 3:
        test.append(i)
    else:
        train.append(i)
Xtr, Xte = X[train], X[test]
m, s = Xtr.mean(0), Xtr.std(0)
s = np.where(s == 0, 1, s)
Xtr = (Xtr - m) / s
Xte = (Xte - m) / s
reg = LinearRegression()
reg.fit(Xtr, np.log(y[train] + 1))
print("mse", mean_squared_error(np.log(y[test] + 1), reg.predict(Xte)))
