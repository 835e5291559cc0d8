# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
visits.loc[visits['cost'] < 15, 'cost'] = np.nan
visits = visits.dropna(subset=['cost'])
best = visits.loc[visits.groupby('person_id')['cost'].idxmax()]
df = df.merge(best[['person_id', 'cost', 'visit_id']], left_on='id', right_on='person_id', how='left')
df[['income', 'cost', 'visit_id']] = df[['income', 'cost', 'visit_id']].fillna(0)
X = df[['income', 'cost', 'visit_id']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
