import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
visits['mean_of_kind'] = visits.groupby('kind')['cost'].transform('mean')
visits['share'] = visits['cost'] / visits['mean_of_kind']
visits['level'] = visits['kind'].map({'check': 1, 'lab': 2, 'ward': 3})
counts = visits.groupby('person_id').size().reset_index(name='n_visits')
total = visits.groupby('person_id', as_index=False)['cost'].sum()
table = people.merge(counts, left_on='id', right_on='person_id', how='left')
table['n_visits'] = table['n_visits'].fillna(0)
table = table.merge(total.rename(columns={'cost': 'total'}), how='left', left_on='id', right_on='person_id', suffixes=('', '_total'))
table['total'] = table['total'].fillna(table['total'].mean())
table['score'] = table.apply(lambda row: row['income'] * 2 if row['n_visits'] > 1 else row['income'] + row['total'], axis=1)
table['band'] = table['income'].apply(lambda v: 0 if v < 30 else 1 if v < 60 else 2)
y = table['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(table[['n_visits', 'total', 'score', 'band']], y, test_size=0.2, random_state=5)
clf = LogisticRegression(max_iter=2000)
clf.fit(X_train, y_train)
print((clf.predict(X_test) == y_test).mean())
