import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
lab = visits[visits['kind'] == 'lab'].groupby('person_id').cost.sum().rename('lab')
ward = visits[visits['kind'] == 'ward'].groupby('person_id').cost.sum().rename('ward')
every = visits.groupby('person_id')['cost'].agg('sum').rename('every')
table = pd.concat([ward, lab, every], axis=1)
table['apart'] = ward.sub(lab, fill_value=0)
table['share'] = lab / every
df = people.join(table, on='id')
df[['ward', 'lab', 'every', 'apart', 'share']] = df[['ward', 'lab', 'every', 'apart', 'share']].fillna(-1)
X = df[['ward', 'lab', 'every', 'apart', 'share', 'income']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
