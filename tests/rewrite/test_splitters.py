"""One draw of scikit-learn's splitters is a split, in every way in which scripts take it."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import rewritten, same_plan

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GroupKFold, GroupShuffleSplit, KFold, ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit, TimeSeriesSplit,
)

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
X = people[["income", "age"]]
y = people["member"].astype(int)
"""
FIT = """X_train, X_test = X.iloc[train], X.iloc[test]
model = LogisticRegression(max_iter=50)
model.fit(X_train, y.iloc[train])
print(model.score(X_test, y.iloc[test]))
"""
TAKEN = {
    "groups": "train, test = next(GroupShuffleSplit(n_splits=1, test_size=0.3, random_state=4).split(X, groups=people['name']))",
    "groups by default": "train, test = next(GroupShuffleSplit(random_state=4).split(X, y, people['name']))",
    "groups by array": "g = people['name'].values\ncut = GroupShuffleSplit(2, train_size=0.6, random_state=4)\n"
    "train, test = next(cut.split(X, y, g))",
    "rows": "cut = ShuffleSplit(n_splits=3, test_size=0.2, random_state=4)\ntrain, test = next(cut.split(people))",
    "iterator": "draws = iter(ShuffleSplit(n_splits=1, random_state=4).split(X))\ntrain, test = next(draws)",
    "list": "train, test = list(ShuffleSplit(n_splits=1, random_state=4).split(X))[0]",
    "stratified": "train, test = next(StratifiedShuffleSplit(n_splits=1, test_size=0.25, random_state=4).split(X, y))",
    "first fold": "train, test = next(KFold(n_splits=4, shuffle=True, random_state=4).split(X))",
    "first of stratified folds": "cut = StratifiedKFold(3, shuffle=True, random_state=4)\ntrain, test = list(cut.split(X, y))[0]",
    "last of folds": "folds = list(KFold(5, shuffle=True, random_state=4).split(X, y))\ntrain, test = folds[-1]",
    "loop": "for train, test in StratifiedShuffleSplit(n_splits=1, test_size=0.25, random_state=4).split(X, y):\n    pass",
}


@pytest.mark.parametrize("how", TAKEN)
def test_the_first_draw_is_a_split(tmp_path: Path, how: str) -> None:
    plan = same_plan(tmp_path, f"{HEAD}{TAKEN[how]}\n{FIT}")
    assert plan.split.kind == "random" and plan.split.seed == 4


@pytest.mark.parametrize(
    "draw",
    [
        "next(GroupShuffleSplit(n_splits=1, test_size=0.3).split(X, groups=people['name']))",  # no seed
        "next(ShuffleSplit(1, test_size=0.3, train_size=0.3, random_state=1).split(X))",  # leaves rows out
        "next(TimeSeriesSplit(5).split(X))",  # leaves later rows out
        "list(KFold(5).split(X))[2]",
        "(next(draws := KFold(5).split(X)), next(draws))[1]",  # the second fold
        "(next(draws := ShuffleSplit(3, random_state=1).split(X)), next(draws))[1]",
        "list(ShuffleSplit(n_splits=2, random_state=1).split(X))[1]",  # the second draw
    ],
)
def test_other_draws_stop(tmp_path: Path, draw: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(f"{HEAD}train, test = {draw}\n{FIT}", encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}


@pytest.mark.parametrize(
    "take",
    [
        "next(GroupKFold(n_splits=4).split(X, y, groups=people['name']))",
        "next(iter(StratifiedKFold(n_splits=4).split(X, y)))",
        "list(TimeSeriesSplit(n_splits=4).split(X))[-1]",
    ],
)
def test_folds_without_a_seed(tmp_path: Path, take: str) -> None:
    plan = same_plan(tmp_path, f"{HEAD}train, test = {take}\n{FIT}")
    assert plan.split.folds == 4 and plan.split.seed is None
