# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['age'] = df['age'].fillna(0)
train, test = df[df['age'] < 50], df[~(df['age'] < 50)]
mu, sd = train[['income', 'age']].mean(), train[['income', 'age']].std()
clf = LogisticRegression(max_iter=500).fit((train[['income', 'age']] - mu) / sd, train['member'])
print((clf.predict((test[['income', 'age']] - mu) / sd) == test['member']).mean())
X = df[['income', 'age']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
