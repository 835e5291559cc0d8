import random
import numpy as np
from sklearn.linear_model import LogisticRegression

countries, titles, premium = [], [], []
for line in open('customers.txt'):
    line = line.strip()
    if not line:
        continue
    p = line.split(',')
    countries.append(p[2])
    titles.append(len(p[1]))
    premium.append(p[3] == 'premium')

index = {c: i for i, c in enumerate(sorted(set(countries)))}
hot = np.zeros((len(countries), len(index)))
for i, c in enumerate(countries):
    hot[i, index[c]] = 1
titles = np.array(titles, dtype=float)
X = np.hstack([hot, titles.reshape(-1, 1)])
y = np.array(premium)

random.seed(13)
order = list(range(len(X)))
random.shuffle(order)
cut = int(0.8 * len(order))
train, test = order[:cut], order[cut:]
model = LogisticRegression()
model.fit(X[train], y[train])
print(model.score(X[test], y[test]))
