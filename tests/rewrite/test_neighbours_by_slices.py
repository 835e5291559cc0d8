"""Arrays without their first or last rows, beside each other: each row's own value and that of a row before or after it."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.reference.operators import EvaluationError
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

SCRIPT = """import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
df = pd.read_csv('table.csv')
a, b = df['a'].values, df['b'].values
d = np.zeros(len(df))
{steps}
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(np.c_[d, a, b], df['label'])
"""
STEPS = {
    "differences": "d[1:] = a[1:] - a[:-1]",
    "two rows apart": "d[2:] = a[2:] + 2 * b[:-2]",
    "the row after": "d[:-1] = b[1:]",
    "differences before the row": "d[:-1] = np.diff(a)",
    "shares of the row before": "d = np.append(0.0, np.diff(a) / a[:-1])",
    "whole numbers": "d = b.copy()\nd[1:] = d[1:] - b[:-1]",
    "one end after the other": "d = np.roll(a, 1) - np.roll(a, -1)",
    "edges": "d = np.digitize(a, [1.5, 4]) + 10 * np.searchsorted([15, 18], b, side='right')",
}
RANKS = {
    "stable": "d = np.argsort(np.argsort(b, kind='stable'))",
    "downwards": "d = np.argsort(-b, kind='stable').argsort() / 10",
    "two keys": "d = np.lexsort((a, b)).argsort()",
}
STOPS = {
    "another number of rows": "d[1:] = a[2:] - a[:-2]",
    "rows that do not fit together": "d[1:] = a[1:] - a[:-2]",
    "both ends": "d[1:-1] = a[2:] - a[:-2]",
    "a side of a split": "d = a[:10] - b[10:20]",
    "further around": "d = np.roll(a, 3)",
}


def _write(folder: Path, gaps: bool, rows: int = 24) -> None:
    lines = [
        f"{'' if gaps and i in (0, 3, 7, 8) else i / 4},{'' if gaps and i in (7, 12) else 20 - i * i % 7},{int(i % 4 > 1)}\n"
        for i in range(rows)
    ]
    (folder / "table.csv").write_text("a,b,label\n" + "".join(lines))


@pytest.mark.parametrize("case", STEPS)
def test_rows_beside_each_other_with_gaps_that_come_later_and_few_rows(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=STEPS[case]))
    _write(tmp_path, gaps=False)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(tmp_path, found.plan)
    for gaps, rows in ((True, 24), (False, 3)):
        _write(tmp_path, gaps, rows)
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", RANKS)
def test_sorted_twice_is_the_place_of_each_row(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=RANKS[case]))
    _write(tmp_path, gaps=False)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for gaps, rows in ((False, 24), (True, 24), (False, 3)):
        _write(tmp_path, gaps, rows)
        assert_same(tmp_path, found.plan)


def test_ranks_in_an_order_that_is_not_stable_are_those_of_numpy_and_stop_where_it_leaves_them_open(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps="d = b.argsort().argsort()"))
    _write(tmp_path, gaps=False, rows=200)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(tmp_path, found.plan)
    _write(tmp_path, gaps=True)
    with pytest.raises(EvaluationError):
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize("case", STOPS)
def test_arrays_that_do_not_fit_together_stop(case: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(steps=STOPS[case]))
    _write(tmp_path, gaps=False)
    found = rewritten(tmp_path)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}


DICTS = """import pandas as pd
from collections import Counter, OrderedDict, defaultdict
from sklearn.ensemble import HistGradientBoostingClassifier
people = pd.read_csv("people.csv")
{steps}
model = HistGradientBoostingClassifier(max_iter=2)
model.fit(people[["n", "income"]], people["member"])
"""


@pytest.mark.parametrize(
    "steps",
    [
        "d = defaultdict(lambda: 'far', {'Oslo': 'near'})\npeople['n'] = (people['city'].map(d) == 'far').astype(int)",
        "d = defaultdict(int, Oslo=2)\npeople['n'] = people['city'].map(d)",
        "d = defaultdict(float, {'Oslo': 0.5})\npeople['n'] = [d[c] for c in people['city'].fillna('')]",
        "c = Counter(people[people['income'] > 80]['name'])\npeople['n'] = people['name'].map(c)",
    ],
)
def test_a_dict_with_a_default_has_a_value_for_every_key(steps: str, tmp_path: Path) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(DICTS.format(steps=steps))
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for leave_out in ((), (0, 3, 17), tuple(range(0, 60, 2))):
        corpus_data.write(tmp_path, leave_out=leave_out)
        assert_same(tmp_path, found.plan)


@pytest.mark.parametrize(
    "steps",
    [
        "c = Counter(people['city'])\npeople['n'] = people['city'].map(c)",  # NaN is a key here, and none for numbers
        "d = defaultdict(list, {'Oslo': [1]})\npeople['n'] = people['city'].map(d)",
        "d = defaultdict(lambda: len(d), {'Oslo': 1})\npeople['n'] = people['city'].map(d)",
    ],
)
def test_what_is_made_under_a_missing_key_stops(steps: str, tmp_path: Path) -> None:
    corpus_data.write(tmp_path)
    (tmp_path / "script.py").write_text(DICTS.format(steps=steps))
    found = rewritten(tmp_path)
    assert found.plan is None
    assert Reason.INTERNAL not in {s.reason for s in found.stops}
