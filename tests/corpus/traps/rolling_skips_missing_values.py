# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['mean3'] = df['age'].rolling(3, min_periods=1).mean().fillna(0)
df['sum2'] = df['age'].rolling(2).sum().fillna(-1)
df['std4'] = df['age'].rolling(4, min_periods=2).std().fillna(0)
df['max3'] = df.groupby('city')['age'].transform(lambda s: s.rolling(3, min_periods=1).max()).fillna(0)
df['low'] = df.groupby('city')['age'].rolling(2, min_periods=1).min().reset_index(level=0, drop=True)
df['low'] = df['low'].fillna(0)
df['so_far'] = df['age'].expanding().mean().fillna(0)
df['before'] = df.groupby('city')['age'].transform(lambda s: s.shift().expanding().sum()).fillna(0)
X = df[['mean3', 'sum2', 'std4', 'max3', 'low', 'so_far', 'before']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
