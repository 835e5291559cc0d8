import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class Shares(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = X.copy()
        X['share'] = X['cost_lab'] / (X['income'] + 1)
        return X


people = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
kinds = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='sum', fill_value=0)
kinds.columns = [f'cost_{kind}' for kind in kinds.columns]
people = people.merge(kinds.reset_index(), left_on='id', right_on='person_id', how='left')
costs = [c for c in people.columns if c.startswith('cost_')]
people[costs] = people[costs].fillna(0)
people['city'] = people['city'].fillna('none')
y = people['member']
X = people.drop(columns=['member', 'name'])
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
encode = ColumnTransformer([
    ('numbers', StandardScaler(), ['income', 'share', 'cost_lab']),
    ('city', OneHotEncoder(handle_unknown='ignore'), ['city']),
])
model = Pipeline([('shares', Shares()), ('encode', encode), ('model', LogisticRegression(max_iter=500))])
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
