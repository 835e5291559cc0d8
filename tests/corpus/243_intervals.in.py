import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn.preprocessing import LabelEncoder
df = pd.read_csv('people.csv')
df['age'] = df['age'].fillna(df['age'].mean())
df['by_width'] = pd.cut(df['age'], 4, labels=False)
df['half_open'] = pd.cut(df['income'], 3, right=False, labels=['low', 'mid', 'high']).map({'low': 0, 'mid': 1, 'high': 2}).astype(int)
df['band'] = pd.qcut(df['income'], 4)
print(df.groupby('band', observed=True)['member'].mean())
df['band'] = LabelEncoder().fit_transform(df['band'])
df['decade'] = pd.cut(df['age'], bins=range(10, 101, 10), right=False).cat.codes
df['third'] = pd.qcut(df['age'].rank(method='first'), 3)
X = pd.get_dummies(df[['by_width', 'half_open', 'band', 'decade', 'third', 'income']], columns=['third'])
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
