"""Rows drawn by pandas for training, and the rest of the table, in every way in which scripts say it."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.reference.operators import EvaluationError
from tests.rewrite import corpus_data
from tests.rewrite.differential import planned, rewritten, same_plan

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
people["y"] = people["member"].astype(int)
"""
FIT = """columns = ["income", "age"]
model = LogisticRegression(max_iter=50)
model.fit(train[columns], train["y"])
print(model.score(test[columns], test["y"]))
"""
DRAWN = {
    "drop": "train = people.sample(frac=0.7, random_state=3)\ntest = people.drop(train.index)",
    "drop index": "train = people.sample(frac=0.725, random_state=3)\ntest = people.drop(index=train.index)",
    "number": "train = people.sample(n=41, random_state=3)\ntest = people.drop(train.index, axis=0)",
    "isin": "train = people.sample(frac=0.8, random_state=3)\ntest = people[~people.index.isin(train.index)]",
    "loc": "train = people.sample(frac=0.8, random_state=3)\ntest = people.loc[~people.index.isin(train.index)]",
    "by an index of its own": "people = people.set_index('id')\ntrain = people.sample(frac=0.7, random_state=3)\n"
    "test = people.drop(train.index)",
    "not in its index": "people = people.set_index('id')\ntrain = people.sample(frac=0.7, random_state=3)\n"
    "test = people[~people.index.isin(train.index)]",
    "not among its values": "train = people.sample(frac=0.7, random_state=3)\ntest = people[~people['id'].isin(train['id'])]",
    "test drawn": "test = people.sample(frac=0.2, random_state=3)\ntrain = people.drop(test.index)",
    "persons": "names = people['name'].unique()\nrng = np.random.RandomState(7)\n"
    "tested = rng.permutation(names)[: len(names) // 4]\n"
    "is_test = people['name'].isin(tested)\ntrain, test = people[~is_test], people[is_test]",
}


@pytest.mark.parametrize("how", DRAWN)
def test_drawn_rows_and_the_rest_are_a_split(tmp_path: Path, how: str) -> None:
    same_plan(tmp_path, f"{HEAD}{DRAWN[how]}\n{FIT}")


@pytest.mark.parametrize(
    "draw",
    [
        "train = people.sample(frac=0.7)\ntest = people.drop(train.index)",  # no seed
        "train = people.sample(frac=0.7, random_state=3, replace=True)\ntest = people.drop(train.index)",
        "people = pd.concat([people, people[people['age'] > 50]])\n"
        "train = people.sample(frac=0.7, random_state=3)\ntest = people.drop(train.index)",  # equal row numbers go together
        "train = people.sample(frac=0.7, random_state=3)\ntest = people[~people['id'].isin(train['age'])]",
    ],
)
def test_draws_that_are_no_split_stop(tmp_path: Path, draw: str) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(f"{HEAD}{draw}\n{FIT}", encoding="utf-8")
    found = rewritten(tmp_path)
    assert Reason.INTERNAL not in {s.reason for s in found.stops}
    assert found.plan is None or found.plan.opaque_steps or found.plan.split.kind == "none" or found.stops


@pytest.mark.parametrize("how", ["by an index of its own", "not in its index", "not among its values"])
def test_where_a_value_that_tells_rows_apart_is_there_twice_the_plan_ends(tmp_path: Path, how: str) -> None:
    """The script takes both rows of such a value from the test rows."""
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(f"{HEAD}{DRAWN[how]}\n{FIT}", encoding="utf-8")
    plan = rewritten(tmp_path).plan
    assert plan is not None
    path = tmp_path / "people.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[7]]) + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError):
        planned(tmp_path, plan)
