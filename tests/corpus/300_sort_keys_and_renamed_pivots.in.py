import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
kinds = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='max', fill_value=0).reset_index()
kinds = kinds.rename(columns={'lab': 'lab_cost', 'check': 'check_cost', 'person_id': 'id'})
people = people.merge(kinds, on='id', how='left')
people[['lab_cost', 'check_cost']] = people[['lab_cost', 'check_cost']].fillna(0)
people = people.sort_values(['age', 'city', 'id'], ascending=[False, True, True], na_position='first')
people['spent_so_far'] = people['lab_cost'].cumsum()
people.sort_values('name', key=lambda names: names.str.upper(), kind='stable', inplace=True)
people['checked_so_far'] = people['check_cost'].cumsum()
X = people[['spent_so_far', 'checked_so_far', 'lab_cost']]
X_train, X_test, y_train, y_test = train_test_split(X, people['member'], random_state=1)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
