import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
spent = visits.groupby('person_id')['cost'].max()
people['most'] = people['id'].map(spent)
people['most'] = people['most'].fillna(0)
seen = visits[visits['kind'] == 'lab']['person_id']
people['lab'] = people['id'].isin(seen)
people['log_income'] = np.log1p(people['income'])
people['age'] = people['age'].fillna(people['age'].median())
people['z'] = (people['age'] - people['age'].mean()) / people['age'].std()
X = people[['most', 'log_income', 'z']].to_numpy()
X_train, X_test, y_train, y_test = train_test_split(X, people['lab'].to_numpy(), random_state=4)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
