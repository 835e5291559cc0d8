# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['name2'] = df['name'].str[1:]
df['a'] = df['name2'].replace({'1': 100, '2': 200}).astype(int)
df['b'] = df['city'].fillna('none').replace({'Oslo': 1, 'Rome': 2, 'Lima': 3, 'Kyiv': 4, 'none': 0}).astype(float)
X = df[['a', 'b']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
