# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df = df.drop(df[df['age'] > 70].index)
young = df[df['age'] < 40]
poor = young[young['income'] < 45]
df = df.drop(poor.index)
df.loc[df[df['income'] > 60].index, 'income'] = 60
X = df[['income', 'age']].fillna(0)
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
