import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
merged = visits.merge(people, left_on='person_id', right_on='id', suffixes=('_visit', '_person'))
means = merged.groupby('kind').agg(mean_cost=('cost', 'mean')).reset_index()
merged = merged.merge(means, on='kind', how='left')
merged['label'] = merged['cost'] > merged['mean_cost']
train, test = train_test_split(merged, test_size=0.3, random_state=0)
encode = ColumnTransformer([
    ('cat', Pipeline([('fill', SimpleImputer(strategy='most_frequent')), ('hot', OneHotEncoder(handle_unknown='ignore'))]), ['city', 'kind']),
    ('num', StandardScaler(), ['income', 'cost']),
])
model = Pipeline([('encode', encode), ('learn', LogisticRegression())])
model.fit(train, train['label'])
print(model.score(test, test['label']))
