import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df = df[(df.income > 20) & ~df['name'].isin(['p3', 'p4'])]
df = df.assign(rich=lambda d: d['income'] > 50, double=df['income'] * 2)
df['age'] = df['age'].fillna(0)
df['group'] = np.where(df['age'] >= 40, 'old', 'young')
df['is_old'] = (df['group'] == 'old').astype(int)
df = df.rename(columns={'double': 'twice'}).drop(columns=['signup'])
X = df[['age', 'twice', 'is_old']]
y = df['rich']
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
clf = LogisticRegression(max_iter=200).fit(X_train, y_train)
print(clf.score(X_test, y_test))
