import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn.metrics import *
df = pd.read_csv('people.csv')
print(f'missing: {df.isnull().sum().sum()}, mean {df.income.mean():.2f}')
share = df.isnull().sum() / len(df)
print(share[share > 0].sort_values(ascending=False).head())
df['income2'] = df['income'] * df['income'] / 40
numbers = df[['income', 'income2']]
q1, q3 = numbers.quantile(0.25), numbers.quantile(0.75)
iqr = q3 - q1
df = df[~((numbers < (q1 - 0.4 * iqr)) | (numbers > (q3 + 0.4 * iqr))).any(axis=1)]
df = df.fillna(df.mean(numeric_only=True))
X = df[['age', 'income', 'income2']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
pred = model.predict(X_test)
p, r, f, _ = precision_recall_fscore_support(y_test, pred, average='binary', zero_division=0)
print(pd.DataFrame([{'p': p, 'r': r, 'f': f, 'kappa': cohen_kappa_score(y_test, pred)}]))
