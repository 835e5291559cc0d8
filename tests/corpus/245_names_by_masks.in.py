import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['income_sq'] = df['income'] ** 2
df['income_log'] = np.log1p(df['income'])
df['n_missing'] = df[['age', 'city']].isna().sum(axis=1)
df = df.loc[:, ~df.columns.str.contains('^Unnamed')]
df = df.loc[:, df.columns != 'name']
df = df.loc[:, ~(df.columns.isin(['signup', 'city']) | (df.columns == 'id'))]
means = df.filter(like='income').mean(axis=1)
numbers = df.columns[df.columns.str.startswith('income')]
df['mean_income'] = means
df['largest'] = df[numbers].max(axis=1)
first = df.columns[0]
X = df[[*df.filter(regex='^(income|n_)').columns, 'mean_income', 'largest']].copy()
X['first'] = df[first].fillna(0)
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
