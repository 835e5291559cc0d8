# stops: no-rule
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['even'] = (df['id'] % 2).replace({0: 'yes', 1: 'no'})
df['city'] = df['city'].fillna('none')
texts = [c for c in ['even', 'city'] if df[c].dtype == object]
X = pd.get_dummies(df[['income', *texts]], columns=texts)
y = df['member']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
