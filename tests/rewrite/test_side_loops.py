"""Loops over one side of a split: lists with an element for each row, and dicts of totals that both sides look things up in."""

from pathlib import Path

import pytest

from tests.rewrite import corpus_data
from tests.rewrite.differential import original, planned, rewritten, same_plan

HEAD = """import numpy as np
import pandas as pd
from collections import Counter, defaultdict
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
people["city"] = people["city"].fillna("")
people = people[people["income"] > 20]
train, test = train_test_split(people, test_size=0.4, random_state=2)
"""
FIT = """
model = LogisticRegression(max_iter=50)
model.fit(rows(train), train["member"])
print(model.score(rows(test), test["member"]))
"""
ROWS = """
def rows(part):
    out = []
    for _, r in part.iterrows():
        out.append([r["age"], {}])
    return out
"""
LOOPS = {
    "a counter": ("seen = Counter()\nfor _, r in train.iterrows():\n    seen[r['name']] += 1", "seen[r['name']]"),
    "get": ("seen = {}\nfor c in train['city']:\n    seen[c] = seen.get(c, 0) + 1", "seen.get(r['city'], 0)"),
    "a sum over some": (
        "total, yes = defaultdict(int), defaultdict(int)\nfor n, m in zip(train['name'], train['member']):\n    total[n] += 1\n"
        "    if m:\n        yes[n] += 1",
        "(yes[r['name']] + 1) / (total[r['name']] + 2)",
    ),
    "sums of what tuples hold": (
        "spent = defaultdict(float)\nfor r in train.itertuples():\n    spent[r.city] += r.income * 2",
        "spent.get(r['city'], -1.0)",
    ),
    "a dict without a default": ("seen = {}\nfor c in train['member']:\n    seen[c] = seen.get(c, 0) + 1", "seen[r['member']]"),
    "a set": ("known = set()\nfor c in train['name']:\n    known.add(c)", "1 if r['name'] in known else 0"),
    "some rows only": (
        "few = []\nfor _, r in train.iterrows():\n    if r['age'] > 30:\n        few.append(r['income'])\nm = max(few)",
        "r['income'] / m",
    ),
    "from another number": ("seen = {}\nfor c in train['city']:\n    seen[c] = seen.get(c, 5) + 1", "seen.get(r['city'], 0)"),
    "an element for each row": ("", "1 if r['city'] == 'Oslo' else 0"),
    "looked up in a column": (
        "seen = {}\nfor c in train['name']:\n    seen[c] = seen.get(c, 0) + 1\nfor part in (train, test):\n"
        "    part['seen'] = part['name'].map(seen).fillna(0)",
        "r['seen']",
    ),
}


@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("how", LOOPS)
def test_what_a_loop_over_the_training_rows_adds_up_serves_both_sides(tmp_path: Path, how: str, seed: int) -> None:
    """Some names are in the test rows only, and the index has gaps."""
    loop, feature = LOOPS[how]
    same_plan(tmp_path, HEAD + loop + ROWS.format(feature) + FIT, seed)


STOPS = {
    "running counts": ("seen, so_far = {}, []\nfor c in train['city']:\n    so_far.append(seen.get(c, 0))\n"
                       "    seen[c] = seen.get(c, 0) + 1\ntrain['x'], test['x'] = so_far, 0", "r['x']"),
    "the last one": ("last = {}\nfor _, r in train.iterrows():\n    last[r['city']] = r['income']", "last.get(r['city'], 0)"),
    "a label": ("place = {}\nfor i, r in train.iterrows():\n    place[r['city']] = place.get(r['city'], 0) + i",
                "place.get(r['city'], 0)"),
    "how many so far": ("n, at = 0, []\nfor _, r in train.iterrows():\n    n += 1\n    at.append(n)\n"
                        "train['x'], test['x'] = at, 0", "r['x']"),
    "two sides in one dict": ("seen = Counter()\nfor part in (train, test):\n    for c in part['city']:\n        seen[c] += 1",
                              "seen[r['city']]"),
    "left behind": ("for _, r in train.iterrows():\n    income = r['income']", "income"),
}  # fmt: skip


@pytest.mark.parametrize("how", STOPS)
def test_what_hangs_on_the_order_of_the_rows_of_a_side_stops(tmp_path: Path, how: str) -> None:
    corpus_data.write(tmp_path)
    loop, feature = STOPS[how]
    (tmp_path / "script.py").write_text(HEAD + loop + ROWS.format(feature) + FIT, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None and found.stops


def test_a_key_that_no_training_row_has_ends_the_plan_as_it_ends_the_script(tmp_path: Path) -> None:
    """Some names are in the test rows only."""
    loop = "seen = {}\nfor c in train['name']:\n    seen[c] = seen.get(c, 0) + 1"
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + loop + ROWS.format("seen[r['name']]") + FIT, encoding="utf-8")
    with pytest.raises(KeyError):
        original(tmp_path, "sklearn.linear_model.LogisticRegression")
    plan = rewritten(tmp_path).plan
    assert plan is not None
    with pytest.raises(ZeroDivisionError):
        planned(tmp_path, plan)
