import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


class Columns(BaseEstimator, TransformerMixin):
    def __init__(self, names):
        self.names = names

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = X.copy()
        X['log_income'] = np.log(X['income'])
        return X[self.names]


people = pd.read_csv('people.csv')
y = people['member'].astype(int)
folds = StratifiedKFold(n_splits=4, shuffle=True, random_state=9)
pipe = Pipeline(
    [
        ('columns', Columns(['age', 'log_income'])),
        ('fill', SimpleImputer(strategy='median')),
        ('scale', StandardScaler()),
        ('model', LogisticRegression()),
    ]
)
scores = []
for number, (train, test) in enumerate(folds.split(people, y)):
    pipe.fit(people.iloc[train], y.iloc[train])
    scores.append(pipe.score(people.iloc[test], y.iloc[test]))
print(np.mean(scores))
