import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn.preprocessing import LabelEncoder, MinMaxScaler, StandardScaler
df = pd.read_csv('people.csv')
df['city'] = LabelEncoder().fit_transform(df['city'].fillna('none'))
df['kind'] = df['name'].str[-1].astype('category')
df['kind'] = df['kind'].cat.codes
df[['income']] = StandardScaler().fit_transform(df[['income']])
df['place'] = MinMaxScaler().fit_transform(df[['id']])
df = df[df['income'] < 1.2].sort_values('id', ascending=False)
df = df.drop_duplicates(subset='name', keep='last').dropna(subset=['age'])
df['mixed'] = df['city'] * 10 + df['kind']
X = df[['city', 'kind', 'income', 'place', 'mixed', 'age']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
