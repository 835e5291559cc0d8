# stops: no-rule
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df['city'] = df['city'].astype('category')
df = df[df['city'] != 'Rome']
X = pd.get_dummies(df[['city', 'income']])
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
