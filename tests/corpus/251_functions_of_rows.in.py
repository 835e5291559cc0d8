import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')


def scores(row, weight):
    if row.member:
        return row['income'] * weight, row.id + 1
    return row['income'], row.id


df[['a', 'b']] = df.apply(scores, axis=1, args=(2,), result_type='expand')
df[['c', 'd']] = df.apply(lambda r: pd.Series([r['income'] + 1, r['id'] * 2]), axis=1)
df['e'] = df[['income', 'id']].apply(np.sum, axis=1)
df['f'] = df['income'].apply(lambda v, by: v / by, by=4)
df['g'] = df['income'].transform(np.sqrt)
df['h'] = df['income'].where(lambda s: s > 30, 0)
cols = ['income', 'id']
df[cols] = df[cols].apply(lambda c: (c - c.min()) / (c.max() - c.min()))
X = df[['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'income', 'id']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
