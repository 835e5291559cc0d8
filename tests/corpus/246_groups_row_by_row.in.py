import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
df['city'] = df['city'].fillna('none')
df['age'] = df.groupby('city')['age'].apply(lambda s: s.fillna(s.median())).reset_index(level=0, drop=True)
df['centred'] = df.groupby('city', group_keys=False).income.apply(lambda s: s - s.mean())
df['town'] = df.groupby('city').ngroup()
df['p90'] = df['city'].map(df.groupby('city').income.quantile(0.9))
spread = visits.groupby('person_id').agg(iqr=('cost', lambda c: c.quantile(0.75) - c.quantile(0.25)), middle=('cost', 'median')).reset_index()
df = df.merge(spread, left_on='id', right_on='person_id', how='left').drop(columns='person_id')
df = df.fillna({'iqr': 0, 'middle': 0, 'age': 0})
stats = df['income'].agg(['mean', 'std'])
df['z'] = (df['income'] - stats['mean']) / stats['std']
X = df[['age', 'centred', 'town', 'p90', 'iqr', 'middle', 'z']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
