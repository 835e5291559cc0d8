import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
visits = pd.read_csv('visits.csv')
people = pd.read_csv('people.csv', index_col='id')
agg = visits.groupby('person_id').agg({'cost': 'sum', 'visit_id': 'count'}).rename(columns={'cost': 'total_cost', 'visit_id': 'n'})
full = people.join(agg, how='left')
full[['total_cost', 'n']] = full[['total_cost', 'n']].fillna(0)
full = full.reset_index()
full['per_visit'] = full['total_cost'] / full['n'].replace(0, 1)
full['heavy'] = (full['total_cost'] > full['total_cost'].quantile(0.5)).astype(int)
X = full[['income', 'n', 'per_visit']]
y = full['heavy']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7)
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
print('acc', model.score(X_test, y_test))
