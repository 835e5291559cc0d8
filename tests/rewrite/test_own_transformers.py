"""Transformers of the script's own classes, as steps of pipelines."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from lester_gui.rewrite.rules import Rewrite
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

people = pd.read_csv("people.csv").dropna(subset=["city"])
y = people["member"].astype(int)


class Pick(BaseEstimator, TransformerMixin):
    def __init__(self, names):
        self.names = names

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[self.names]


class Centre(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        self.mean_ = X["income"].mean()
        return self

    def transform(self, X):
        X = X.copy()
        X["income"] = X["income"] - self.mean_
        return X


class Ratio(BaseEstimator, TransformerMixin):
    def __init__(self, plus=1.0):
        self.plus = plus

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.c_[X, X[:, 0] / (X[:, 1] + self.plus)]


class Spread(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        self.std_ = np.std(X, axis=0)
        return self

    def transform(self, X):
        return X / self.std_


class Shorter(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X[X["income"] > 20]


def logs(df):
    return np.log1p(df[["income"]])


X_train, X_test, y_train, y_test = train_test_split(people.drop(columns="member"), y, test_size=0.25, random_state=2)
"""
SAME = {
    "columns picked": "p = Pipeline([('pick', Pick(['income', 'id'])), ('model', LogisticRegression())])\n",
    "centred by the training rows": "p = make_pipeline(Centre(), Pick(['id', 'income']), StandardScaler(), "
    "LogisticRegression())\n",
    "beside each other": "p = Pipeline([('u', FeatureUnion([('a', make_pipeline(Pick(['age']), SimpleImputer())), "
    "('b', make_pipeline(Pick(['city']), OneHotEncoder(handle_unknown='ignore')))])), ('model', LogisticRegression())])\n",
    "functions of tables": "p = make_pipeline(FunctionTransformer(logs), StandardScaler(), LogisticRegression())\n",
    "functions without a name": "p = make_pipeline(FunctionTransformer(lambda d: d[['income', 'id']]), LogisticRegression())\n",
    "an array after an encoder": "p = make_pipeline(Pick(['income', 'age']), SimpleImputer(), Ratio(plus=2), "
    "LogisticRegression())\n",
}
FIT = "p.fit(X_train, y_train)\nprint(p.score(X_test, y_test))\n"


def _rewritten(folder: Path, body: str) -> Rewrite:
    corpus_data.write(folder)
    (folder / "script.py").write_text(HEAD + body, encoding="utf-8")
    return rewritten(folder)


@pytest.mark.parametrize("name", SAME)
def test_transformers_of_the_script_do_what_they_do(tmp_path: Path, name: str) -> None:
    found = _rewritten(tmp_path, SAME[name] + FIT)
    assert found.plan is not None and not found.plan.opaque_steps, found.stops
    assert_same(tmp_path, found.plan)


STOPS = {
    "it learns after an encoder": "p = make_pipeline(Pick(['income', 'age']), SimpleImputer(), Spread(), LogisticRegression())\n",
    "it leaves rows out": "p = make_pipeline(Shorter(), Pick(['income']), LogisticRegression())\n",
}


@pytest.mark.parametrize("name", STOPS)
def test_transformers_that_cannot_be_followed_stop(tmp_path: Path, name: str) -> None:
    found = _rewritten(tmp_path, STOPS[name] + "p.fit(X_train, y_train)\n")
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}, found.stops
