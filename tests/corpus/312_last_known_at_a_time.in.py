import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


df = pd.read_csv('people.csv', parse_dates=['signup']).dropna(subset=['signup']).sort_values(['signup', 'id'])
visits = pd.read_csv('visits.csv').merge(df[['id', 'signup', 'city']], left_on='person_id', right_on='id')
visits = visits.sort_values(['signup', 'visit_id'])
first = visits[['signup', 'cost', 'kind']].rename(columns={'signup': 'day'})
df = pd.merge_asof(df, first, left_on='signup', right_on='day', allow_exact_matches=False)
df = pd.merge_asof(df, visits[['signup', 'city', 'cost']], on='signup', by='city', suffixes=('', '_there'))
df = pd.merge_asof(df, visits[['signup', 'cost']], on='signup', direction='forward', suffixes=('', '_next'))
df['waited'] = (df['signup'] - df['day']).dt.days
df['age'] = df['age'].interpolate()
df['age'] = df['age'].bfill()
df['between'] = df.groupby('name')['cost'].transform(lambda s: s.interpolate(limit_direction='both'))
df['left'] = df['income'].rsub(100)
df = df.join(pd.get_dummies(df['city'], prefix='city', dummy_na=True))
df = df.fillna({'cost': 0, 'cost_there': -1, 'cost_next': -1, 'waited': -1, 'between': 0})
train = df[df['signup'] < pd.Timestamp('2022-06-01')]
test = df[df['signup'] >= pd.Timestamp('2022-06-01')]
columns = [c for c in df.columns if c.startswith(('cost', 'city_'))] + ['waited', 'age', 'between', 'left']
model = LogisticRegression(max_iter=500)
model.fit(train[columns], train['member'])
print(model.score(test[columns], test['member']))
