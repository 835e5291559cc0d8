"""Counts looked up by the numbers of values, rows that were not drawn, and formulas of the training rows' totals."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split
people = pd.read_csv("people.csv")
"""
WHOLE = """
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(people[["n", "income"]], people["member"])
"""
SIDES = """train, test = train_test_split(people, test_size=0.3, random_state=2)
train, test = train.copy(), test.copy()
{steps}
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(train[["n", "income"]], train["member"])
print(model.score(test[["n", "income"]], test["member"]))
"""
COUNTED = [
    "names, codes, counts = np.unique(people['name'], return_inverse=True, return_counts=True)\npeople['n'] = counts[codes]",
    "codes, names = pd.factorize(people['name'])\npeople['n'] = np.bincount(codes, minlength=3)[codes] / len(people)",
    "names, counts = np.unique(people['age'].fillna(0), return_counts=True)\n"
    "people['n'] = people['age'].fillna(0).map(dict(zip(names, counts)))",
    "people['n'] = pd.factorize(people['city'], sort=True)[0]",
    "people['n'] = np.arange(5, len(people) + 5)",
]
ELSEWHERE = [
    "names, counts = np.unique(people['name'], return_counts=True)\ncodes, _ = pd.factorize(people['name'])\n"
    "people['n'] = counts[codes]",  # in the order of the values, by numbers in order of appearance
    "codes, names = pd.factorize(people['city'])\npeople['n'] = np.bincount(codes)[codes]",  # a number of -1 is refused
    "names, counts = np.unique(people['age'], return_counts=True)\npeople['n'] = people['age'].map(dict(zip(names, counts)))",
    "people['n'] = np.arange(5, len(people) + 4)",
]
FORMULAS = [
    "means = train.groupby('city')['income'].agg(['mean', 'count'])\n"
    "for d in (train, test):\n    d['n'] = d['city'].map(means['mean'] / (means['count'] + 1))",
    "t = train.groupby(['city', 'member'])['income'].agg(['max']).reset_index()\n"
    "train = train.merge(t, on=['city', 'member'], how='left').rename(columns={'max': 'n'})\n"
    "test = test.merge(t, on=['city', 'member'], how='left').rename(columns={'max': 'n'})",
    "g = train.groupby('name')['income']\nw = g.count() / (g.count() + 3)\n"
    "train['n'] = train['name'].map(w * g.mean())\ntest['n'] = test['name'].map(w * g.mean())",
]
NO_FORMULAS = [
    # keys that differ, a merge that leaves rows out, and a column of the rows themselves
    "a = train.groupby('city')['income'].mean() - train.groupby('name')['income'].mean()\n"
    "train['n'], test['n'] = train['city'].map(a), test['city'].map(a)",
    "t = train.groupby('city')['income'].agg(['mean', 'max'])\n"
    "train = train.merge(t, left_on='city', right_index=True).rename(columns={'max': 'n'})\n"
    "test = test.merge(t, left_on='city', right_index=True).rename(columns={'max': 'n'})",
    "a = train.groupby('city')['income'].mean() - train['income']\n"
    "train['n'], test['n'] = train['city'].map(a), test['city'].map(a)",
]
DRAWN = [
    "rng = np.random.default_rng(3)\ntest = rng.choice(len(people), 15, replace=False)\n"
    "train = np.setdiff1d(np.arange(len(people)), test)",
    "np.random.seed(3)\ntest = np.random.choice(people.index, size=15, replace=False)\ntrain = np.setdiff1d(people.index, test)",
    "n = len(people)\nrng = np.random.RandomState(3)\ntrain = rng.choice(n, int(0.7 * n), replace=False)\n"
    "test = np.setdiff1d(np.arange(n), train)",
]
NOT_DRAWN = [
    "order = np.random.RandomState(3).permutation(len(people))\ntest = order[:20]\n"
    "train = np.setdiff1d(np.arange(len(people)), test)",  # in their own order, beside rows in that of the permutation
    "rng = np.random.default_rng(3)\ntest = rng.choice(len(people), 15)\ntrain = np.setdiff1d(np.arange(len(people)), test)",
]
FIT = """
X, y = people[["income", "id"]].values, people["member"].values
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(X[train], y[train])
print(model.score(X[test], y[test]))
"""


def _same(folder: Path, text: str) -> None:
    corpus_data.write(folder)
    (folder / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(folder)
    assert found.plan is not None and not found.stops, found.stops
    for leave_out in ((), (0, 3, 17), (59, 31)):
        corpus_data.write(folder, leave_out=leave_out)
        assert_same(folder, found.plan)


def _stops(folder: Path, text: str) -> None:
    corpus_data.write(folder)
    (folder / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(folder)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}


@pytest.mark.parametrize("steps", COUNTED)
def test_a_count_is_that_of_the_rows_with_an_equal_value(tmp_path: Path, steps: str) -> None:
    _same(tmp_path, HEAD + steps + WHOLE)


@pytest.mark.parametrize("steps", ELSEWHERE)
def test_counts_that_are_looked_up_elsewhere_stop(tmp_path: Path, steps: str) -> None:
    _stops(tmp_path, HEAD + steps + WHOLE)


@pytest.mark.parametrize("steps", DRAWN)
def test_rows_that_were_not_drawn_are_the_other_side(tmp_path: Path, steps: str) -> None:
    _same(tmp_path, HEAD + steps + FIT)


@pytest.mark.parametrize("steps", NOT_DRAWN)
def test_rows_beside_a_permutation_stop(tmp_path: Path, steps: str) -> None:
    _stops(tmp_path, HEAD + steps + FIT)


@pytest.mark.parametrize("steps", FORMULAS)
def test_a_formula_of_totals_is_computed_where_it_is_looked_up(tmp_path: Path, steps: str) -> None:
    _same(tmp_path, HEAD + SIDES.format(steps=steps))


@pytest.mark.parametrize("steps", NO_FORMULAS)
def test_formulas_of_other_totals_stop(tmp_path: Path, steps: str) -> None:
    _stops(tmp_path, HEAD + SIDES.format(steps=steps))
