# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['mean'] = df[['age', 'income']].mean(axis=1).fillna(0)
df['sum'] = df[['age', 'income']].sum(axis=1)
df['top'] = df[['age', 'income']].max(axis=1).fillna(0)
df['there'] = df[['age', 'income', 'city']].count(axis=1)
df['gone'] = df[['age', 'income', 'city']].isnull().sum(axis=1)
X = df[['mean', 'sum', 'top', 'there', 'gone']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
