"""Loops through another table within a loop over rows: each is run and compared with its plan, also with people left out."""

from pathlib import Path

import pytest

from lester_gui.ir.serialise import plan_hash
from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """
import csv
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

visits = []
with open('visits.csv') as f:
    next(f)
    for line in f:
        number, person, kind, cost = line.strip().split(',')
        visits.append((person, kind, int(cost), float(cost) / 7))
places = []
for r in csv.DictReader(open('places.csv')):
    places.append({'city': r['city'], 'zone': int(r['zone']), 'limit': float(r['limit'])})
X, y = [], []
with open('people.csv', newline='') as f:
    people = [r for r in csv.DictReader(f)]
"""
FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=4)
model = LogisticRegression(max_iter=200)
model.fit(X_train, y_train)
"""
END = "    y.append(r['member'])\n"

SAME = {
    "first match with break": "for r in people:\n    zone, limit = 0, 14.0\n    for p in places:\n"
    "        if p['city'] == r['city']:\n"
    "            zone = p['zone']\n            limit = p['limit']\n            break\n    X.append([zone, limit])\n" + END,
    "found in else": "lost = 0\nfor r in people:\n    for p in places:\n        if p['city'] == r['city'].strip():\n"
    "            zone = p['zone']\n            break\n    else:\n        lost += 1\n        zone = -1\n"
    "    X.append([zone])\n" + END,
    "last match without break": "for r in people:\n    zone = 0\n    for p in places:\n        if r['city'] == p['city']:\n"
    "            zone = p['zone'] * 2\n    X.append([zone, len(r['name'])])\n" + END,
    "by the number of the row": "for r in people:\n    for i in range(len(places)):\n"
    "        if places[i]['city'] == r['city']:\n"
    "            place, limit = i, places[i]['limit']\n            break\n    else:\n"
    "        place, limit = len(r['city']), 1.5\n"
    "    X.append([place, limit])\n" + END,
    "enumerated": "for r in people:\n    place = -1\n    for i, p in enumerate(places):\n        if p['city'] != r['city']:\n"
    "            continue\n        place = i\n        break\n    X.append([place])\n" + END,
    "an order of the inner table alone": "for r in people:\n    zone = 0\n    for p in places:\n"
    "        if p['zone'] > 1 and p['city'] == r['city']:\n            zone = p['zone']\n            break\n"
    "    X.append([zone])\n" + END,
    "asked of the outer row, too": "for r in people:\n    zone = 0\n    for p in places:\n"
    "        if p['city'] == r['city'] and r['member'] == 'True':\n            zone = p['zone']\n"
    "            break\n    X.append([zone])\n" + END,
    "sums and counts": "for r in people:\n    n, total, share = 0, 0, 0.0\n    for person, kind, cost, part in visits:\n"
    "        if person == r['id']:\n            n += 1\n            total += cost\n            share += part\n"
    "    X.append([n, total, share / n if n else 0.0])\n" + END,
    "sums of some": "for r in people:\n    total = 0\n    for v in visits:\n"
    "        if v[0] == r['id'] and v[1] in ('lab', 'ward'):\n"
    "            total += v[2]\n    X.append([total])\n" + END,
    "sums of what is asked twice": "for r in people:\n    total = 5\n    for v in visits:\n        if v[0] == r['id']:\n"
    "            if v[1] == 'lab':\n                total += v[2]\n    X.append([total])\n" + END,
    "in one expression": "for r in people:\n    n = len([v for v in visits if v[0] == r['id']])\n"
    "    total = sum(v[2] for v in visits if v[0] == r['id'])\n"
    "    lab = any(v[0] == r['id'] and v[1] == 'lab' for v in visits)\n"
    "    zone = next((p['zone'] for p in places if p['city'] == r['city']), 9)\n"
    "    X.append([n, total, int(lab), zone])\n" + END,
    "two keys": "for r in people:\n    lab = 0\n    for v in visits:\n"
    "        if v[0] == r['id'] and v[1] == ('lab' if r['city'] else 'ward'):\n"
    "            lab = v[2]\n            break\n    X.append([lab])\n" + END,
    "rows appended where one is found": "for r in people:\n    for p in places:\n        if p['city'] == r['city']:\n"
    "            X.append([p['zone'], p['limit']])\n            y.append(r['member'])\n            break\n",
    "each row of a file": "with open('people.csv') as f:\n    next(f)\n    for line in f:\n"
    "        parts = line.rstrip('\\n').split(',')\n"
    "        zone = 0\n        for p in places:\n            if p['city'] == parts[3]:\n"
    "                zone = p['zone']\n                break\n"
    "        X.append([zone])\n        y.append(parts[5])\n",
    "the largest match beyond a start": "for r in people:\n    best = 0\n    for v in visits:\n"
    "        if v[0] == r['id'] and v[2] > best:\n"
    "            best = v[2]\n    X.append([best])\n" + END,
}

SAME["a one at the place of the row that was found"] = (
    "import datetime\nfor r in people:\n    for i in range(len(places)):\n        if places[i]['city'] == r['city']:\n"
    "            place = i\n            break\n    else:\n        place = len(places)\n"
    "    year, month, day = r['signup'].split('-')\n    signed = datetime.date(int(year), int(month), int(day))\n"
    "    row = [signed.weekday(), signed.year]\n    for n in range(len(places) + 1):\n        row.append(int(n == place))\n"
    "    X.append(row)\n    y.append(r['member'])\n"
)


def write(folder: Path, body: str, leave_out: tuple[int, ...] = ()) -> None:
    folder.mkdir()
    corpus_data.write(folder, leave_out=leave_out)
    (folder / "places.csv").write_text(
        "city,zone,limit\nOslo,1,2.5\nRome,2,3.5\nOslo,3,9.5\nLima,4,0.5\nRome,1,7.0\n", encoding="utf-8"
    )
    (folder / "script.py").write_text(HEAD + body + FIT, encoding="utf-8")


@pytest.mark.parametrize("name", SAME)
def test_inner_loops_become_the_same_plan_and_do_the_same(tmp_path: Path, name: str) -> None:
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


STOPS = {
    "all matches are appended": "for r in people:\n    for v in visits:\n        if v[0] == r['id']:\n"
    "            X.append([v[2]])\n"
    "            y.append(r['member'])\n",
    "both rows in one sum": "for r in people:\n    t = 0.0\n    for v in visits:\n        if v[0] == r['id']:\n"
    "            t += v[2] * float(r['income'])\n    X.append([t])\n" + END,
    "not equal but near": "for r in people:\n    z = 0\n    for p in places:\n"
    "        if p['limit'] > float(r['income']):\n            z = p['zone']\n"
    "            break\n    X.append([z])\n" + END,
    "a file that is at its end after one round": "f = open('places.csv')\nfor r in people:\n    z = 0\n    for line in f:\n"
    "        if line.split(',')[0] == r['city']:\n            z = 1\n            break\n    X.append([z])\n" + END,
    "an iterator that goes on": "e = enumerate(places)\nfor r in people:\n    z = 0\n    for i, p in e:\n"
    "        if p['city'] == r['city']:\n            z = i\n            break\n    X.append([z])\n" + END,
    "each match under its own key": "for r in people:\n    d = {}\n    for v in visits:\n"
    "        if v[0] == r['id']:\n            d[v[1]] = v[2]\n"
    "    X.append([len(d)])\n" + END,
    "what the inner loop leaves is read": "for r in people:\n    for p in places:\n"
    "        if p['city'] == r['city']:\n            z = 1\n"
    "            break\n    else:\n        z = 0\n    X.append([p['zone'], z])\n" + END,
    "what an earlier loop left is not read in else": "for p in places:\n    last = p['zone']\n"
    "for r in people:\n    for p in places:\n"
    "        if p['city'] == r['city']:\n            z = 1\n            break\n    else:\n"
    "        z = p['zone']\n    X.append([z])\n" + END,
    "the inner list grows": "for r in people:\n    z = 0\n    for v in visits:\n        if v[0] == r['id']:\n"
    "            z = v[2]\n            break\n"
    "    visits.append((r['id'], 'x', 1, 1.0))\n    X.append([z])\n" + END,
    "conversion that a break saves": "for r in people:\n    z = 0\n    for p in places:\n"
    "        if int(p['city'] or 0) == int(r['id']):\n            z = p['zone']\n            break\n    X.append([z])\n" + END,
}


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_be_told_stops(tmp_path: Path, name: str) -> None:
    write(tmp_path / "p", STOPS[name])
    found = rewritten(tmp_path / "p")
    assert found.plan is None
    assert found.stops and Reason.INTERNAL not in {s.reason for s in found.stops}, found.stops
