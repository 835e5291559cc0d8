# same
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
lab = visits[visits['kind'] == 'lab'].groupby('person_id')['cost'].sum()
every = visits.groupby('person_id')['cost'].sum()
df['share'] = df['id'].map(lab / every).fillna(-1)
X = df[['share', 'income']]
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
