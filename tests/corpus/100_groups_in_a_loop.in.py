import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
rows = []
for person, group in visits.groupby('person_id'):
    lab = group[group['kind'] == 'lab']
    rows.append({
        'id': person,
        'n': len(group),
        'lab': len(lab),
        'lab_cost': lab['cost'].sum(),
        'dearest': group['cost'].max(),
    })
spent = pd.DataFrame(rows)
people = people.merge(spent, on='id', how='left')
cols = ['n', 'lab', 'lab_cost', 'dearest']
people[cols] = people[cols].fillna(0)
people['share'] = people['lab_cost'] / (people['dearest'] + 1)
people = people.drop(people[people['income'] < 12].index)
X_train, X_test, y_train, y_test = train_test_split(people[cols + ['share', 'income']], people['member'], random_state=2)
model = LogisticRegression(max_iter=2000).fit(X_train, y_train)
print((model.predict(X_test) == y_test).mean())
