"""Loops over folds: the last round is the pipeline, where the script's text shows that earlier ones do not matter to it."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from lester_gui.rewrite.rules import Rewrite
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit
from sklearn.preprocessing import StandardScaler

people = pd.read_csv("people.csv").dropna(subset=["city"])
y = people["member"].astype(int)
"""


def _rewritten(folder: Path, body: str) -> Rewrite:
    corpus_data.write(folder)
    (folder / "script.py").write_text(HEAD + body, encoding="utf-8")
    return rewritten(folder)


LOOP = """X = people[["income", "id"]].values
t = y.values
scores = []
for {target} in {folds}:
    sc = StandardScaler().fit(X[train])
    model = LogisticRegression()
    model.fit(sc.transform(X[train]), t[train])
    scores.append(model.score(sc.transform(X[test]), t[test]))
"""
PLAIN = LOOP.format(target="train, test", folds="KFold(4).split(X)")
FOLDS = {
    "plain": ("train, test", "KFold(n_splits=4).split(X)"),
    "shuffled and numbered": ("i, (train, test)", "enumerate(KFold(4, shuffle=True, random_state=3).split(X, t))"),
    "stratified": ("train, test", "StratifiedKFold(3, shuffle=True, random_state=1).split(X, t)"),
    "by person": ("train, test", "GroupKFold(3).split(X, t, people['name'])"),
    "in time": ("train, test", "TimeSeriesSplit(n_splits=3).split(X)"),
}


@pytest.mark.parametrize("name", FOLDS)
def test_the_last_round_of_a_loop_over_folds_is_the_pipeline(tmp_path: Path, name: str) -> None:
    target, folds = FOLDS[name]
    found = _rewritten(tmp_path, LOOP.format(target=target, folds=folds))
    assert found.plan is not None and found.plan.split.folds, found.stops
    assert_same(tmp_path, found.plan)


@pytest.mark.parametrize(
    "body",
    [
        LOOP.format(target="train, test", folds="KFold(4, shuffle=True).split(X)"),  # no seed
        PLAIN + "    if scores[-1] > 0.5:\n        break\n",
        PLAIN.replace("    sc = ", "    X[train] = X[train] + 1\n    sc = "),
        PLAIN.replace("    sc = ", "    t = t * 2\n    sc = "),
    ],
)
def test_rounds_that_hang_on_others_stop(tmp_path: Path, body: str) -> None:
    found = _rewritten(tmp_path, body)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}, found.stops
