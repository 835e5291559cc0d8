import sys
import numpy as np
from sklearn.linear_model import LogisticRegression
np.random.seed(3)
def read(path, sep=','):
    data = []
    with open(path, 'r') as f:
        header = f.readline().strip().split(sep)
        for line in f:
            values = line.strip().split(sep)
            data.append(dict(zip(header, values)))
    return header, data
header, data = read('people.csv')
data = [d for d in data if d['age'] != '']
X = np.array([[float(d['age']), float(d['income'])] for d in data])
y = np.array([1 if d['member'] == 'True' else 0 for d in data])
idx = np.random.permutation(len(X))
split = int(len(X) * .8)
X_train, y_train = X[idx[:split]], y[idx[:split]]
X_test, y_test = X[idx[split:]], y[idx[split:]]
mu, sigma = X_train.mean(0), X_train.std(0)
model = LogisticRegression().fit((X_train - mu) / sigma, y_train)
print(model.score((X_test - mu) / sigma, y_test))
