# stops: no-rule
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['city'] = df['city'].fillna('none').replace({'Oslo': 1, 'Rome': 2, 'none': 0})
X = pd.get_dummies(df[['income', 'city']])
y = df['member']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
