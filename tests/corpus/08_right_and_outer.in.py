import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv', usecols=['id', 'name', 'income', 'member'])
visits = pd.read_csv('visits.csv', dtype={'kind': 'str'})
first = pd.merge(visits, people, left_on='person_id', right_on='id', how='right')
first['cost'] = first['cost'].fillna(-1)
second = people.merge(visits[['person_id', 'kind']], how='outer', left_on='id', right_on='person_id')
second['no_kind'] = second['kind'].isna()
kinds = second.groupby('name')['no_kind'].sum().reset_index()
first = first.merge(kinds, on='name')
X = first[['cost', 'income', 'no_kind']].values
y = first['member'].values
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=9)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
