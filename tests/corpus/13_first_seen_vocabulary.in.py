import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
for line in open('customers.txt'):
    cid, email, country, level = line.strip().split(',')
    rows.append((country, len(email), level))

index = {}
for country, size, level in rows:
    if country not in index:
        index[country] = len(index)
vectors = np.zeros((len(rows), len(index)))
for i, row in enumerate(rows):
    vectors[i][index[row[0]]] = 1.0
X = np.c_[vectors, np.array([r[1] for r in rows])]
y = np.array([1 if r[2] == 'premium' else 0 for r in rows])
rng = np.random.RandomState(5)
order = rng.permutation(len(X))
n_train = int(len(X) * 0.7)
model = LogisticRegression()
model.fit(X[order[:n_train]], y[order[:n_train]])
print(model.score(X[order[n_train:]], y[order[n_train:]]))
