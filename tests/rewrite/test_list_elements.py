"""One element of a list of rows, and lists that are taken apart, on data where the naive reading is another one."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.rewrite.lift.stop import Reason
from tests.reference.operators import EvaluationError
from tests.rewrite.differential import assert_same, original, planned, rewritten

HEAD = """import csv
from sklearn.linear_model import LogisticRegression

with open('rows.csv') as f:
    lines = [line.rstrip('\\n').split(',') for line in f][1:]
tuples = [(k, float(v), int(y)) for k, v, w, y in lines]
dicts = [{'k': k, 'v': float(v), 'y': int(y)} for k, v, w, y in lines]
lists = [[k, float(v), int(y)] for k, v, w, y in lines]
"""
FIT = """
model = LogisticRegression().fit([[x] for x in xs], [t[2] for t in tuples])
"""
LOGISTIC = "sklearn.linear_model.LogisticRegression"
ROWS = "k,v,w,y\nb,3,,0\n,1,2.5,1\na,2,1.5,0\nb,3,,1\na,5,0.5,1\nc,0,4.0,0\n"
OTHER = "k,v,w,y\nc,0,4.0,0\na,5,0.5,1\nb,3,,1\na,2,1.5,0\n,1,2.5,1\nb,3,,0\n"

ELEMENTS = {
    "first of split lines": "first = lines[0]\nxs = [v - float(first[1]) for _, v, _ in tuples]",
    "last of tuples": "last = tuples[-1]\nxs = [v - last[1] for _, v, _ in tuples]",
    "at once": "xs = [v - tuples[2][1] + dicts[3]['v'] for _, v, _ in tuples]",
    "unpacked": "k, base, y = tuples[0]\nxs = [v - base + (name == k) for name, v, _ in tuples]",
    "a dict": "top = dicts[1]\nxs = [d['v'] - top['v'] for d in dicts]",
    "of a sorted list": "best = sorted(dicts, key=lambda d: d['v'])[-1]\nxs = [d['v'] - best['v'] for d in dicts]",
    "of a filtered list": "some = [t for t in tuples if t[1] > 1]\nxs = [v - some[1][1] for _, v, _ in tuples]",
    "before it is sorted": "first = dicts[0]\ndicts.sort(key=lambda d: d['v'])\nxs = [v - first['v'] for _, v, _ in tuples]",
    "of single values": "values = [v for _, v, _ in tuples]\nxs = [v - values[0] * values[-1] for v in values]",
    "taken apart": "first, *others = tuples\nxs = [v - first[1] + len(others) * 0 for _, v, _ in tuples]",
    "a loop": "xs = []\nfor k, v, y in tuples:\n    xs.append(v - tuples[0][1] if k == tuples[-1][0] else v)",
    "largest by a key": "best = max(dicts, key=lambda d: d['v'])\nxs = [d['v'] - best['v'] for d in dicts]",
    "smallest by a key, the first of equal ones": "low = min(tuples, key=lambda t: t[2])\nxs = [t[1] - low[1] for t in tuples]",
    "largest by a key, the first of equal ones": "top = max(tuples, key=lambda t: t[2])\nxs = [t[1] - top[1] for t in tuples]",
}


def project(folder: Path, text: str, fit: str = FIT) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "script.py").write_text(HEAD + text + fit, encoding="utf-8")
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    return folder


@pytest.mark.parametrize("what", ELEMENTS)
def test_a_plan_does_the_same_on_other_rows_and_orders(tmp_path: Path, what: str) -> None:
    found = rewritten(project(tmp_path, ELEMENTS[what]))
    assert found.plan is not None and not found.plan.opaque_steps and not found.stops, found.stops
    for rows in (ROWS, OTHER):
        (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
        assert_same(tmp_path, found.plan)


VALUES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-5, 5), st.just(""), st.integers(0, 1)), min_size=4, max_size=9)


@pytest.fixture(scope="module")
def of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = "low, high = min(dicts, key=lambda d: d['v']), max(lists, key=lambda r: r[1])\nfirst = lists[0]\n"
    return project(
        tmp_path_factory.mktemp("elements"),
        text + "xs = [v * low['v'] - first[1] + tuples[3][1] * high[2] for _, v, _ in tuples]",
    )


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_random_rows_give_what_the_script_gives(of_all: Path, rows: list[tuple[str, int, str, int]]) -> None:
    (of_all / "rows.csv").write_text(ROWS, encoding="utf-8")
    found = rewritten(of_all)
    assert found.plan is not None and not found.stops, found.stops
    if len({r[3] for r in rows}) < 2:
        rows = [*rows, ("a", 1, "", 0), ("a", 1, "", 1)]
    with (of_all / "rows.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("k", "v", "w", "y"), *rows])
    assert_same(of_all, found.plan)


HEADERS = {
    "of split lines": "header, *rows = [line.rstrip('\\n').split(',') for line in open('rows.csv')]\n",
    "of a reader": "header, *rows = csv.reader(open('rows.csv'))\n",
    "of a list": "header, *rows = list(csv.reader(open('rows.csv')))\n",
    "in two steps": "whole = [line.rstrip('\\n').split(',') for line in open('rows.csv')]\nheader, *rows = whole\n",
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_is_taken_off(tmp_path: Path, what: str) -> None:
    fit = "at = header.index('v')\nLogisticRegression().fit([[float(r[at])] for r in rows], [int(r[-1]) for r in rows])\n"
    found = rewritten(project(tmp_path, HEADERS[what], fit))
    assert found.plan is not None and not found.plan.opaque_steps and not found.stops, found.stops
    for rows in (ROWS, OTHER):
        (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
        assert_same(tmp_path, found.plan)


ENDS = {
    "no such row": "xs = [v - tuples[5][1] for _, v, _ in tuples]",
    "none of these": "some = [t for t in tuples if t[1] > 4]\nlast = some[-1]\nxs = [v - last[1] for _, v, _ in tuples]",
    "none to choose from": "best = max([t for t in tuples if t[1] > 4], key=lambda t: t[1])\n"
    "xs = [v - best[1] for _, v, _ in tuples]",
}


@pytest.mark.parametrize("what", ENDS)
def test_where_there_is_no_such_element_plan_and_script_end(tmp_path: Path, what: str) -> None:
    found = rewritten(project(tmp_path, ENDS[what]))
    assert found.plan is not None and not found.stops, found.stops
    (tmp_path / "rows.csv").write_text("k,v,w,y\nb,3,,0\na,2,1.5,1\nb,3,,1\n", encoding="utf-8")
    with pytest.raises((IndexError, ValueError)):
        original(tmp_path, LOGISTIC)
    with pytest.raises(EvaluationError):
        planned(tmp_path, found.plan)


SHARED = {
    "changed in its list": "first = dicts[0]\nfor d in dicts:\n    d['v'] = d['v'] / 10\n"
    "xs = [v - first['v'] for _, v, _ in tuples]",
    "changed through its name": "first = dicts[0]\nfirst['v'] = 100.0\nxs = [d['v'] for d in dicts]",
    "changed at its place": "first = lists[0]\nlists[0][1] = 100.0\nxs = [r[1] - first[1] for r in lists]",
    "added to": "first = lists[0]\nfirst[1] += 100\nxs = [r[1] for r in lists]",
    "changed by a function": "def fix(d):\n    d['v'] = 9.0\nfix(dicts[0])\nxs = [d['v'] for d in dicts]",
    "changed in another list of the same": "first = dicts[0]\nsame = [d for d in dicts if d['y'] == 0]\n"
    "for d in same:\n    d['v'] = 7.0\nxs = [v - first['v'] for _, v, _ in tuples]",
    "in a pair": "pairs = [(d, 1) for d in dicts]\nd, one = pairs[0]\nfor e in dicts:\n    e['v'] = 3.0\n"
    "xs = [v - d['v'] for _, v, _ in tuples]",
    "largest, then changed": "best = max(dicts, key=lambda d: d['v'])\nfor d in dicts:\n    d['v'] = d['v'] / 2\n"
    "xs = [v - best['v'] for _, v, _ in tuples]",
}


@pytest.mark.parametrize("what", SHARED)
def test_a_record_that_is_changed_is_not_what_it_was(tmp_path: Path, what: str) -> None:
    found = rewritten(project(tmp_path, SHARED[what]))
    assert found.stops and all(s.reason is not Reason.INTERNAL for s in found.stops), found.stops
    if found.plan is not None and not found.plan.opaque_steps:
        assert_same(tmp_path, found.plan)
