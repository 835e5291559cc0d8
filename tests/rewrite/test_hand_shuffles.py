"""Rows dealt by row numbers that the script shuffles or draws itself: the sides of the plan are those of the script."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import csv
import random
import numpy as np
from sklearn.tree import DecisionTreeClassifier
people = []
with open("people.csv") as f:
    for row in csv.DictReader(f):
        if row["age"] and row["income"]:
            people.append(row)
def features(p):
    return [float(p["age"]), float(p["income"])]
def label(p):
    return int(p["member"] == "True")
"""
BOTH = "X, y = [features(p) for p in train], [label(p) for p in train]\n"
BOTH += "X_test, y_test = [features(p) for p in test], [label(p) for p in test]\n"
NUMBERS = "random.seed(3)\nnumbers = list(range(len(people)))\nrandom.shuffle(numbers)\nk = int(0.8 * len(people))\n"
TAIL = """model = DecisionTreeClassifier(max_depth=3)
model.fit(np.array(X), np.array(y))
print(model.score(np.array(X_test), np.array(y_test)))
"""
DEALT = {
    "lists by number": NUMBERS + "train = [people[i] for i in numbers[:k]]\ntest = [people[i] for i in numbers[k:]]\n" + BOTH,
    "loops over numbers": NUMBERS + "X, y, X_test, y_test = [], [], [], []\n"
    "for i in numbers[:k]:\n    X.append(features(people[i]))\n    y.append(label(people[i]))\n"
    "for i in numbers[k:]:\n    X_test.append(features(people[i]))\n    y_test.append(label(people[i]))\n",
    "a set of numbers": NUMBERS + "held = set(numbers[k:])\ntrain = [p for i, p in enumerate(people) if i not in held]\n"
    "test = [p for i, p in enumerate(people) if i in held]\n" + BOTH,
    "numbers that are drawn": "random.seed(3)\nheld = set(random.sample(range(len(people)), len(people) // 5))\n"
    "train = [p for i, p in enumerate(people) if i not in held]\ntest = [p for i, p in enumerate(people) if i in held]\n" + BOTH,
    "a permutation": "order = np.random.default_rng(5).permutation(len(people))\nk = len(people) // 4\n"
    "test = [people[i] for i in order[:k]]\ntrain = [people[i] for i in order[k:]]\n" + BOTH,
}
STOPS = {
    "a set that is gone through": NUMBERS + "train = [people[i] for i in set(numbers[:k])]\ntest = people[k:]\n" + BOTH,
    "a number drawn for each row": "random.seed(1)\ntrain, test = [], []\nfor p in people:\n    if random.random() < 0.8:\n"
    "        train.append(p)\n    else:\n        test.append(p)\n" + BOTH,
}


@pytest.mark.parametrize("case", DEALT)
def test_sides_are_those_of_the_script(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(HEAD + DEALT[case] + TAIL)
    for seed in (1, 2):
        corpus_data.write(tmp_path, seed)
        found = rewritten(tmp_path)
        assert found.plan is not None and not found.plan.opaque_steps, found.stops
        assert found.plan.split.kind == "random"
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", STOPS)
def test_what_no_plan_says_stops(case: str, tmp_path: Path) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + STOPS[case] + TAIL)
    assert rewritten(tmp_path).plan is None
