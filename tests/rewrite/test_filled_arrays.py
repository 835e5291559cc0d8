"""Arrays that are filled by row or by column, places where a condition holds, numbers of categories, bins, encoded columns."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import csv
import numpy as np
import pandas as pd
from sklearn import preprocessing
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

rows = [r for r in csv.DictReader(open('people.csv', newline='')) if r['city']]
y = np.array([1 if r['member'] == 'True' else 0 for r in rows])
CITIES = {'Oslo': 1, 'Rome': 2, 'Lima': 3, 'Kyiv': 4}
df = pd.read_csv('people.csv')
df = df[df['city'].notna()].reset_index(drop=True)
"""
FIT = "model = LogisticRegression(max_iter=500)\nmodel.fit(X[:30], y[:30])\n"
FILL = """X = np.empty((len(rows), 4))
for i, r in enumerate(rows):
    X[i, 0] = float(r['income'])
    X[i, 1] = CITIES[r['city']]
    if r['age']:
        X[i, 2] = int(r['age'])
    else:
        X[i, 2] = -1
    X[i][3] = len(r['name'])
"""
SAME = {
    "uninitialised, cell by cell": FILL,
    "whole rows": "X = np.zeros((len(rows), 3))\nfor i, r in enumerate(rows):\n"
    "    X[i] = [float(r['income']), len(r['name']), r['city'] == 'Oslo']\n",
    "parts of rows": "X = np.ones((len(rows), 4))\nfor i, r in enumerate(rows):\n"
    "    X[i, :2] = [float(r['income']), 2]\n    X[i, -1] = 7\n",
    "a later assignment wins": "X = np.zeros((len(rows), 2))\nfor i, r in enumerate(rows):\n    X[i, 0] = float(r['income'])\n"
    "    X[i, 1] = 1\n    if r['city'] == 'Rome':\n        X[i, 1] = 5\n        X[i, 0] = 0.5\n",
    "whole numbers are cut off": "X = np.zeros((len(rows), 2), dtype=int)\nfor i, r in enumerate(rows):\n"
    "    X[i, 0] = float(r['income'])\n    X[i, 1] = 3\n",
    "column by column": "X = np.empty((len(df), 3))\nX[:, 0] = df['income']\nX[:, 1] = (df['city'] == 'Oslo').values\n"
    "X[:, 2] = np.where(df['age'].isnull(), 0.0, 1.0)\n",
    "one-hot columns of listed categories": "cities = sorted(CITIES)\nX = np.zeros((len(rows), 4))\n"
    "for i, r in enumerate(rows):\n    X[i, cities.index(r['city'])] = 1\n",
    "holes filled by their places": "X = df[['income', 'age']].values\nmeans = np.nanmean(X, axis=0)\n"
    "holes = np.where(np.isnan(X))\nX[holes] = np.take(means, holes[1])\n",
    "holes filled from an array": "X = df[['income', 'age']].values\nmed = np.nanmedian(X, axis=0)\n"
    "holes = np.nonzero(np.isnan(X))\nX[holes] = med[holes[1]]\n",
    "rows by their places": "A = df[['income', 'id']].values\nchosen = np.where(df['city'].values != 'Oslo')[0]\n"
    "X = A[chosen]\ny = y[np.flatnonzero(df['city'].values != 'Oslo')]\n",
    "rows of an identity matrix": "names, codes = np.unique(df['city'].values, return_inverse=True)\n"
    "X = np.hstack([np.eye(len(names))[codes], df[['income']].values])\n",
    "rows of an identity matrix by number": "digits = (df['id'] % 3).values\nX = np.c_[np.eye(3)[digits], df['income']]\n",
    "numbers of categories beside others": "c = df['city'].values\n"
    "names, codes, n = np.unique(c, return_inverse=True, return_counts=True)\n"
    "X = np.column_stack((codes, df['income'].values))\n",
    "rows without holes": "A = df[['income', 'age', 'id']].values\nkeep = ~np.isnan(A).any(axis=1)\nX = A[keep]\ny = y[keep]\n",
    "rows that are positive throughout": "A = df[['income', 'id']].values\nkeep = (A > 3).all(axis=1)\nX, y = A[keep], y[keep]\n",
    "numbers of categories as labels": "names, y = np.unique(df['city'].values, return_inverse=True)\n"
    "X = df[['income', 'id']].values\n",
    "bins": "x = df['income'].values\na = df['age'].values\n"
    "X = np.c_[np.digitize(x, [20, 40.5, 60]), np.digitize(x, [20, 40.5, 60], right=True), np.searchsorted([30, 50], a),"
    " np.searchsorted([30, 50], a, side='right'), np.digitize(x, np.nanquantile(x, [0.25, 0.5, 0.5, 0.9]))]\n",
    "labels put into an array of mixed columns": "X = df[['income', 'city', 'id']].values\n"
    "X[:, 1] = preprocessing.LabelEncoder().fit_transform(X[:, 1])\n",
    "scaled columns put back": "X = df[['income', 'id', 'age']].values\nX[:, 2] = 1.0\n"
    "X[:, :2] = preprocessing.StandardScaler().fit_transform(X[:, :2])\n",
}


def _write(folder: Path, body: str, leave_out: tuple[int, ...] = ()) -> None:
    folder.mkdir(exist_ok=True)
    corpus_data.write(folder, leave_out=leave_out)
    labels = "y = df['member'].astype(int).values\n" if "df[" in body else ""  # of the same rows as X
    (folder / "script.py").write_text(HEAD + labels + body + FIT, encoding="utf-8")


@pytest.mark.parametrize("name", SAME)
def test_arrays_are_what_the_script_fills_them_with(tmp_path: Path, name: str) -> None:
    for leave_out in ((), (0, 3, 17)):
        folder = tmp_path / str(len(leave_out))
        _write(folder, SAME[name], leave_out)
        found = rewritten(folder)
        assert found.plan is not None and not found.plan.opaque_steps, found.stops
        assert_same(folder, found.plan)


STOPS = {
    "a place that nothing sets": "X = np.empty((len(rows), 2))\nfor i, r in enumerate(rows):\n    X[i, 0] = float(r['income'])\n",
    "a place that is set under a condition": "X = np.empty((len(rows), 1))\nfor i, r in enumerate(rows):\n"
    "    if r['age']:\n        X[i, 0] = 1\n",
    "the row before": "X = np.zeros((len(rows), 2))\nfor i, r in enumerate(rows):\n    X[i - 1, 0] = float(r['income'])\n",
    "rows of another list": "X = np.zeros((len(rows) + 1, 2))\nfor i, r in enumerate(rows):\n    X[i, 0] = float(r['income'])\n",
    "a row of another width": "X = np.zeros((len(rows), 3))\nfor i, r in enumerate(rows):\n    X[i] = [1, len(r['name'])]\n",
    "numbers in an array of texts": "T = np.array([[r['city'], r['name']] for r in rows])\n"
    "T[:, 0] = preprocessing.LabelEncoder().fit_transform(T[:, 0])\nX = T[:, :1].astype(float)\n",
    "edges that do not ascend": "X = np.digitize(df['income'].values, [40, 20]).reshape(-1, 1)\n",
    "edges that may not ascend": "x = df['income'].values\nX = np.digitize(x, [x.mean(), x.std()]).reshape(-1, 1)\n",
    "an identity matrix of another width": "names, codes = np.unique(df['city'].values, return_inverse=True)\n"
    "X = np.eye(9)[codes]\n",
    "values of the columns of another array": "X = df[['income', 'age']].values\nA = df[['id', 'age']].values\n"
    "holes = np.where(np.isnan(X))\nother = np.where(np.isnan(A))\nX[holes] = np.nanmean(X, axis=0)[other[1]]\n",
}


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_be_told_stops(tmp_path: Path, name: str) -> None:
    _write(tmp_path / "p", STOPS[name])
    found = rewritten(tmp_path / "p")
    assert found.plan is None
    assert found.stops and Reason.INTERNAL not in {s.reason for s in found.stops}, found.stops
