import numpy as np
from sklearn.linear_model import LogisticRegression

data = np.genfromtxt('people.csv', delimiter=',', names=True, dtype=None, encoding='utf-8', usecols=('name', 'city', 'income', 'member'))
cities, codes = np.unique(data['city'], return_inverse=True)
hot = np.eye(len(cities))[codes]

X = np.empty((len(data), 2))
X[:, 0] = data['income']
X[:, 1] = np.digitize(data['income'], [25, 50, 75])
X = np.hstack([X, hot])
y = data['member'].astype(int)

rng = np.random.RandomState(5)
order = rng.permutation(len(X))
cut = int(0.75 * len(X))
train, test = order[:cut], order[cut:]
model = LogisticRegression(max_iter=500)
model.fit(X[train], y[train])
print(model.score(X[test], y[test]))
