"""What a script does to the training and the test side of a split, each for itself."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import rewritten, same_plan

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
    same_plan(tmp_path, HEAD + CHANGED[how] + FIT)


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


TABLES = """train, test = train_test_split(people, test_size=0.3, random_state=2)
train, test = train.copy(), test.copy()
"""
FRAMES = """
X_train, y_train = train[columns], train["member"]
X_test, y_test = test[columns], test["member"]
"""
LEARNT = {
    "capped at quantiles": "low, high = train['income'].quantile([0.1, 0.9])\nfor part in (train, test):\n"
    "    part['x'] = part['income'].clip(low, high)",
    "capped where a mask holds": "high = train['income'].quantile(0.8)\ntrain.loc[train['income'] > high, 'income'] = high\n"
    "test.loc[test['income'] > high, 'income'] = high\ntrain['x'], test['x'] = train['income'], test['income']",
    "percentile of an array": "high = np.percentile(train['income'], 75)\nfor part in (train, test):\n"
    "    part['x'] = (part['income'] > high).astype(int)",
    "mean of a group": "means = train.groupby('city')['income'].mean()\nfor part in (train, test):\n"
    "    part['x'] = part['city'].map(means).fillna(train['income'].mean())",
    "as a dict": "means = train.groupby('name')['income'].max().to_dict()\nfor part in (train, test):\n"
    "    part['x'] = part['name'].map(means).fillna(-1)",
    "counts": "counts = train['city'].value_counts()\nfor part in (train, test):\n"
    "    part['x'] = part['city'].map(counts).fillna(0)",
    "spread of what was filled": "m = train['grown'].mean()\ntrain['grown'] = train['grown'].fillna(m)\n"
    "test['grown'] = test['grown'].fillna(m)\ns = train['grown'].max() - train['grown'].min()\nfor part in (train, test):\n"
    "    part['x'] = part['grown'] / s",
    "one after the other": "train['grown'] = train['grown'].fillna(train['grown'].median())\n"
    "test['grown'] = test['grown'].fillna(train['grown'].median())\nfor part in (train, test):\n    part['x'] = part['grown']",
    "text": "best = train['city'].mode()[0]\nfor part in (train, test):\n    part['city'] = part['city'].fillna(best)\n"
    "    part['x'] = part['city'].map({'Oslo': 1, 'Rome': 2, 'Lima': 3, 'Kyiv': 4})",
    "a formula of both": "m, big = train['grown'].median(), train['income'].quantile(0.9)\nfor part in (train, test):\n"
    "    part['grown'] = part['grown'].fillna(m)\n    part['x'] = part['grown'] / part['income'].clip(upper=big)",
    "of a formula": "for part in (train, test):\n    part['rel'] = part['income'] / part['grown'].fillna(train['grown'].mean())\n"
    "top = train['rel'].quantile(0.7)\nfor part in (train, test):\n    part['x'] = (part['rel'] > top).astype(int)",
}
APART = """people["grown"] = people["age"].where(people["age"] > 25)
people = people[people["city"].notna() | (people["income"] > 50)]
"""


@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize("how", LEARNT)
def test_totals_of_the_training_rows_are_learnt_by_encoders(tmp_path: Path, how: str, seed: int) -> None:
    """Some cities and names are in the test rows only, some cities are missing, and the index has gaps."""
    text = HEAD + APART + TABLES + LEARNT[how] + "\ncolumns = ['x', 'age']" + FRAMES + FIT
    assert same_plan(tmp_path, text, seed).encode.fit_on == "train"


NOT_LEARNT = {
    "each side by its own groups": "sizes = train.groupby(['city', 'member'])['age'].transform('median')\n"
    "train['x'] = sizes.fillna(0)\ntest['x'] = test.groupby(['city', 'member'])['age'].transform('median').fillna(0)",
    "rows chosen by one": "high = train['income'].quantile(0.9)\ntrain = train[train['income'] < high]\n"
    "train['x'], test['x'] = train['income'], test['income']",
    "each side by its own": "for part in (train, test):\n    part['x'] = part['income'].clip(upper=part['income'].quantile(0.9))",
    "of the test rows": "m = test['income'].quantile(0.9)\nfor part in (train, test):\n"
    "    part['x'] = part['income'].clip(upper=m)",
    "looked up by another column": "means = train.groupby('city')['income'].mean()\nfor part in (train, test):\n"
    "    part['x'] = part['name'].map(means).fillna(0)",
    "rows without a key as a group": "means = train.groupby('city', dropna=False)['income'].mean()\nfor part in (train, test):\n"
    "    part['x'] = part['city'].map(means).fillna(0)",
    "used on the whole": "people['x'] = (people['income'] > train['income'].quantile(0.5)).astype(int)\n"
    "train, test = train_test_split(people, test_size=0.3, random_state=2)",
}


@pytest.mark.parametrize("how", NOT_LEARNT)
def test_other_uses_of_such_totals_stop(tmp_path: Path, how: str) -> None:
    corpus_data.write(tmp_path)
    text = HEAD + TABLES + NOT_LEARNT[how] + "\ncolumns = ['x', 'age']" + FRAMES + FIT
    (tmp_path / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None and found.stops
