import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('people.csv').dropna()
X = df[['age', 'income']].to_numpy()
y = np.where(df['city'] == 'Oslo', 1, 0)
rng = np.random.default_rng(21)
order = rng.permutation(len(X))
cut = int(0.75 * len(X))
X_train, X_test = X[order[:cut]], X[order[cut:]]
y_train, y_test = y[order[:cut]], y[order[cut:]]
mean, std = X_train.mean(axis=0), X_train.std(axis=0)
X_train = (X_train - mean) / std
X_test = (X_test - mean) / std
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
