# same
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
costs = visits.groupby('person_id').agg(total=('cost', 'sum'))
df = df.merge(costs, left_on='id', right_index=True, how='left').fillna({'total': 0})
X = df.drop(columns=['name', 'age', 'city', 'member', 'signup'])
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
