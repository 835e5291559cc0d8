import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
per_person = visits.groupby('person_id').agg(total=('cost', 'sum'), n=('visit_id', 'count'))
dear = visits[visits['cost'] > 20].groupby('person_id')['cost'].max().rename('dearest')
both = per_person.merge(dear, left_index=True, right_index=True, how='left')
df = people.merge(both, left_on='id', right_index=True, how='left')
df = df.set_index('id')
df['kinds'] = visits.groupby('person_id')['kind'].nunique()
df = df.reset_index().fillna({'total': 0, 'n': 0, 'dearest': 0, 'kinds': 0})
extra = pd.DataFrame({'rich': (df['income'] > 50).astype(int), 'income': df['income'] / 10})
df = df.join(extra, rsuffix='_tens')
X = df[['total', 'n', 'dearest', 'kinds', 'rich', 'income', 'income_tens']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
