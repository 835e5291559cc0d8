import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
cost = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='sum').add_prefix('cost_').reset_index()
times = visits.groupby(['person_id', 'kind']).size().unstack(fill_value=0)
people = people.merge(cost, left_on='id', right_on='person_id', how='left')
people = people.join(times, on='id')
people['ward'] = people['ward'].fillna(-1)
people[['cost_lab', 'cost_check']] = people[['cost_lab', 'cost_check']].fillna(0)
people['age'] = people['age'].fillna(people['age'].median())
people[['id', 'age', 'ward', 'cost_lab', 'cost_check', 'member']].to_csv('wide.csv', index=False)

table = pd.read_csv('wide.csv')
X = table[['age', 'ward', 'cost_lab', 'cost_check']]
X_train, X_test, y_train, y_test = train_test_split(X, table['member'], random_state=1)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
