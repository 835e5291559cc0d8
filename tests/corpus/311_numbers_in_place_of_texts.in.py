import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
df = df.merge(visits.drop_duplicates('person_id'), left_on='id', right_on='person_id', how='left').dropna(subset=['kind', 'city'])
df['stage'] = df['kind'].replace('check', 0)
print(df['stage'].value_counts())
df['stage'] = df['stage'].replace({'lab': 1, 'ward': 2})
df['place'] = df['city'].replace({'Oslo': 1, 'Rome': 2, 'Lima': 3, 'Kyiv': 4})
df = df[df['income'] > 20]
df[['stage']] = df[['stage']].astype(int)
df['twice'] = df['stage'] * 2
df['even'] = df['id'] % 2
df['even'] = df['even'].replace({0: 'yes', 1: 'no'})
X = pd.get_dummies(df[['stage', 'twice', 'place', 'even', 'age']], columns=['even'], drop_first=True)
X['age'] = X['age'].fillna(X['age'].mean())
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
