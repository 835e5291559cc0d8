# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
old = df[df['income'] > 50]
df['a'] = df['city'].isin(old['city']).astype(int)
df['b'] = df['age'].isin(old['age'].dropna()).astype(int)
rest = df[df['age'].isin(old['age'])]

X = rest[['income', 'a', 'b']]
y = rest['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
