# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv', parse_dates=['signup'])
df.to_csv('clean.csv', index=False)
again = pd.read_csv('clean.csv')
again['late'] = again['signup'].str.len()
again['income'] = again['income'].fillna(0)
X = again[['income', 'late']]
y = again['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
