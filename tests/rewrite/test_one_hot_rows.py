"""Rows of zeros and ones that scripts write by hand: each is run and compared with its plan, also with people left out."""

from pathlib import Path

import pytest

from lester_gui.ir.serialise import plan_hash
from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """
import csv
import datetime
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split

people = []
with open('people.csv', newline='') as f:
    for r in csv.DictReader(f):
        people.append({'id': r['id'], 'city': r['city'] or 'none', 'income': float(r['income']), 'n': len(r['name']),
                       'kind': 'True' if r['member'] == 'True' else 'False', 'day': r['signup'],
                       'y': int(float(r['income']) > 40)})
city_index, kind_index = {}, {}
for p in people:
    if p['city'] not in city_index:
        city_index[p['city']] = len(city_index)
    if p['kind'] not in kind_index:
        kind_index[p['kind']] = len(kind_index)
cities = sorted(set(p['city'] for p in people))
kinds = sorted(set(p['kind'] for p in people))
model = LogisticRegression(max_iter=200)
X, y = [], []
"""
SPLIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=4)
model.fit(X_train, y_train)
"""
LOOP = """
for p in people:
    city = [0] * len(city_index)
    city[city_index[p['city']]] = 1
"""

SAME = {
    "rows put together": LOOP
    + "    kind = [0] * len(kind_index)\n    kind[kind_index[p['kind']]] = 1\n    X.append([p['income'], p['n']] + kind + city)\n"
    "    y.append(p['y'])\nX = np.array(X, dtype=float)\ny = np.array(y)\n"
    "X[:, :2] = (X[:, :2] - X[:, :2].mean(axis=0)) / X[:, :2].std(axis=0)\n",
    "block first, without an array": LOOP + "    X.append(city + [p['income']])\n    y.append(p['y'])\n",
    "row grown step by step": "for p in people:\n    row = [p['income']]\n    vec = [0.0] * len(city_index)\n"
    "    vec[city_index[p['city']]] = 1.0\n    row.extend(vec)\n    row.append(p['n'])\n    row += [p['n'] * 2, 1]\n"
    "    X.append(row)\n    y.append(p['y'])\n",
    "spread out": LOOP + "    X.append([*city, p['income'], *[p['n'], 3]])\n    y.append(p['y'])\n",
    "indicators by comprehension": "for p in people:\n"
    "    X.append([p['income']] + [1 if p['city'] == c else 0 for c in cities]\n"
    "             + [int(k == p['kind']) for k in kinds])\n"
    "    y.append(p['y'])\n",
    "indicators in a loop of appends": "for p in people:\n    row = [p['n'], p['income']]\n    for c in cities:\n"
    "        row.append(1.0 if c == p['city'] else 0.0)\n    X.append(row)\n    y.append(p['y'])\n",
    "numbers of categories compared": "for p in people:\n    row = [p['income']]\n    for i in range(len(city_index)):\n"
    "        row.append(int(i == city_index[p['city']]))\n    X.append(row)\n    y.append(p['y'])\n",
    "arrays of zeros": "for p in people:\n    vec = np.zeros(len(city_index))\n    vec[city_index[p['city']]] = 1\n"
    "    X.append(np.concatenate([[p['income'], p['n']], vec]))\n    y.append(p['y'])\nX = np.array(X)\n",
    "one if the category has a number": "for p in people:\n    vec = [0] * len(city_index)\n    if p['city'] in city_index:\n"
    "        vec[city_index[p['city']]] = 1\n    X.append(vec + [p['income']])\n    y.append(p['y'])\n",
    "place of a fixed list": "for p in people:\n    days = [0] * 7\n"
    "    days[datetime.date.fromisoformat(p['day']).weekday()] = 1\n    X.append(days + [p['income']])\n    y.append(p['y'])\n",
    "place counted from the end": "for p in people:\n    v = [0, 5, 0]\n    v[-p['n'] + 2] = p['income']\n    v[1] += 1\n"
    "    X.append(v)\n"
    "    y.append(p['y'])\n",
    "place in a listed order": "KINDS = ['False', 'True', 'other']\nfor p in people:\n    v = [0] * len(KINDS)\n"
    "    v[KINDS.index(p['kind'])] = 1\n    X.append(v + [p['income']])\n    y.append(p['y'])\n",
    "whole numbers stay whole": LOOP + "    X.append([p['n'], p['n'] + 3] + city)\n    y.append(p['y'])\nX = np.array(X)\n"
    "X[:, :2] = X[:, :2] * 0.3\n",
}


def write(folder: Path, body: str, leave_out: tuple[int, ...] = ()) -> None:
    folder.mkdir()
    corpus_data.write(folder, leave_out=leave_out)
    (folder / "script.py").write_text(HEAD + body + SPLIT, encoding="utf-8")


@pytest.mark.parametrize("name", SAME)
def test_rows_become_the_same_plan_and_do_the_same(tmp_path: Path, name: str) -> None:
    hashes = set()
    for leave_out in ((), (0, 3, 17, 40)):
        folder = tmp_path / str(len(leave_out))
        write(folder, SAME[name], leave_out)
        found = rewritten(folder)
        assert found.plan is not None, found.stops
        assert not found.plan.opaque_steps
        hashes.add(plan_hash(found.plan))
        assert_same(folder, found.plan)
    assert len(hashes) == 1


SAME["asked of other rows"] = (
    "known = set(p['city'] for p in people if p['n'] > 2)\nfirst = set([p['id'] for p in people[:30]])\n"
    "for p in people:\n    X.append([int(p['city'] in known), int(p['id'] not in first), p['income']])\n    y.append(p['y'])\n"
)

STOPS = {
    "ones under a condition": "for p in people:\n    vec = [0] * len(city_index)\n    if p['n'] > 2:\n"
    "        vec[city_index[p['city']]] = 1\n    X.append(vec)\n    y.append(p['y'])\n",
    "length of another list": "for p in people:\n    vec = [0] * len(kind_index)\n"
    "    vec[city_index[p['city']]] = 1\n    X.append(vec)\n    y.append(p['y'])\n",
    "two ones": LOOP + "    city[city_index[p['city']]] = 1\n    city[0] = 1\n    X.append(city)\n    y.append(p['y'])\n",
    "twos": "for p in people:\n    vec = [0] * len(city_index)\n    vec[city_index[p['city']]] = 2\n"
    "    X.append(vec)\n    y.append(p['y'])\n",
    "changed after it was put down": LOOP + "    X.append(city)\n    y.append(p['y'])\n    city.append(3)\n",
    "arrays are added": "for p in people:\n    vec = np.zeros(len(city_index))\n    vec[city_index[p['city']]] = 1\n"
    "    X.append(vec + [1])\n    y.append(p['y'])\n",
    "the length of the row": LOOP + "    X.append([len(city)] + city)\n    y.append(p['y'])\n",
    "one place of the row": LOOP + "    X.append([city[0]])\n    y.append(p['y'])\n",
    "numbers given while rows are made": "seen = {}\nfor p in people:\n    if p['city'] not in seen:\n"
    "        seen[p['city']] = len(seen)\n"
    "    vec = [0] * len(seen)\n    vec[seen[p['city']]] = 1\n    X.append(vec[:1])\n    y.append(p['y'])\n",
    "an array of whole numbers cuts": "for p in people:\n    v = np.zeros(3, dtype=int)\n    v[p['n'] - 2] = p['income']\n"
    "    X.append(list(v))\n    y.append(p['y'])\n",
    "order of a set": "for p in people:\n    X.append([int(p['city'] == c) for c in set(q['city'] for q in people)])\n"
    "    y.append(p['y'])\n",
}


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_be_told_stops(tmp_path: Path, name: str) -> None:
    write(tmp_path / "p", STOPS[name])
    found = rewritten(tmp_path / "p")
    assert found.plan is None
    assert found.stops and Reason.INTERNAL not in {s.reason for s in found.stops}
