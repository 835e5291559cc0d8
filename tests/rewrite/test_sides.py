"""What a script does to the training and the test side of a split, each for itself."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
people["member"] = people["member"].astype(int)
"""
ARRAYS = """X = people[["age", "income"]].to_numpy()
y = people["member"].to_numpy()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=2)
"""
FIT = """
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
CHANGED = {
    "a column where a mask holds": ARRAYS + "for part in (X_train, X_test):\n    part[part[:, 0] > 60, 0] = 60\n",
    "cells": ARRAYS + "X_train[X_train > 70] = 70\nX_test[X_test > 70] = 70\n",
    "labels": ARRAYS + "y_train[y_train == 0] = -1\ny_test[y_test == 0] = -1\n",
    "a whole column": ARRAYS + "X_train[:, 1] = X_train[:, 1] / X_train[:, 0]\nX_test[:, 1] = X_test[:, 1] / X_test[:, 0]\n",
}


@pytest.mark.parametrize("how", CHANGED)
def test_both_sides_changed_alike_are_one_plan(tmp_path: Path, how: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + CHANGED[how] + FIT, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(tmp_path, found.plan)


UNLIKE = {
    "features of one side": ARRAYS + "X_train[X_train[:, 0] > 60, 0] = 60\n",
    "labels of one side": ARRAYS + "y_train[y_train == 0] = -1\n",
    "labels of one side, in a table": "train, test = train_test_split(people, random_state=1)\n"
    'train["member"] = 1 - train["member"]\nX_train, y_train = train[["age"]], train["member"]\n'
    'X_test, y_test = test[["age"]], test["member"]\n',
    "a mask of the other side": ARRAYS + "X_train[X_test[:, 0] > 60, 0] = 60\n",
    "a view of the whole": "X, y = people[['age', 'income']].to_numpy(), people['member'].to_numpy()\nn = int(0.7 * len(X))\n"
    "X_train, y_train, y_test = X[:n], y[:n], y[n:]\nX_train[X_train[:, 0] > 60, 0] = 60\nX_test = X[n:]\n",
}


@pytest.mark.parametrize("how", UNLIKE)
def test_sides_changed_in_different_ways_stop(tmp_path: Path, how: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + UNLIKE[how] + FIT, encoding="utf-8")
    assert rewritten(tmp_path).stops
