import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['number'] = range(len(df))
df['odd'] = df.index % 2
df['third'] = np.arange(len(df)) % 3
df['before'] = df['id'].shift(1, fill_value=-1)
df['again'] = df['name'].duplicated().astype(int)
df = df.drop(df.index[df['income'] < 20])
df[['year', 'rest']] = df['signup'].str.split('-', n=1, expand=True)
df['year'] = df['year'].astype(int)
df['long'] = df['city'].str.cat(df['name'], sep='/', na_rep='?').str.len()
df = df.dropna(thresh=7)
X = df[['number', 'odd', 'third', 'before', 'again', 'year', 'long', 'income']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
