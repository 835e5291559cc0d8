"""Arrays that NumPy reads from text files: comments, blank lines, fields that are no numbers, names, types."""

from pathlib import Path

import numpy as np
import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite.differential import assert_same, rewritten

PLAIN = "# measured by hand\n1.5,2,0\n\n 3 , 4 ,1  # second visit\n5,6.25,0\n7,8,1\n2,2,0\n9,1,1\n"
HOLES = "age,blood pressure,kind\n1.5,2,0\n,x,1\n5, ,0\nNA,8,1\n7,nan,0\n2,1,1\n4,4,0\n1_0,3,1\n"
TEXTS = "alone,3,a\n with blanks ,4,b\nx,1,a\ny,2,b\nz,5,a\nw,7,b\n"
TABS = "1\t2\t\t0\n\t5\t6\t1\n3\t\t1\t0\n4\t4\t4\t1\n"
FIT = "model = LogisticRegression()\nmodel.fit(X[:4], y[:4])\n"
HEAD = "import numpy as np\nfrom sklearn.linear_model import LogisticRegression\n"

SAME = {
    "numbers": (PLAIN, "A = np.loadtxt('data.csv', delimiter=',')\nX, y = A[:, :2], A[:, 2].astype(int)\n"),
    "columns unpacked": (PLAIN, "a, b, y = np.loadtxt('data.csv', delimiter=',', unpack=True)\nX = np.column_stack([a, b])\n"),
    "some columns": (
        PLAIN,
        "X = np.loadtxt('data.csv', delimiter=',', usecols=(0, 1))\n"
        "y = np.loadtxt('data.csv', delimiter=',', usecols=2, dtype=float)\n",
    ),
    "holes": (
        HOLES,
        "A = np.genfromtxt('data.csv', delimiter=',', skip_header=1)\nX, y = A[:, :2], A[:, -1]\n"
        "X = np.where(np.isnan(X), np.nanmean(X, axis=0), X)\n",
    ),
    "holes that are filled": (
        HOLES,
        "A = np.genfromtxt('data.csv', delimiter=',', skip_header=1, filling_values=-1)\n"
        "A[np.isnan(A)] = 3\nX, y = A[:, :2], A[:, 2]\n",
    ),
    "whole numbers": (
        HOLES,
        "A = np.genfromtxt('data.csv', delimiter=',', skip_header=1, dtype=int)\nX, y = A[:, :2], A[:, 2]\n",
    ),
    "names": (
        HOLES,
        "d = np.genfromtxt('data.csv', delimiter=',', names=True)\nprint(d.dtype.names, d.shape, len(d))\n"
        "p = np.where(np.isnan(d['blood_pressure']), 0.0, d['blood_pressure'])\na = np.nan_to_num(d['age'])\n"
        "X = np.column_stack((p, a - a.std()))\ny = d['kind']\n",
    ),
    "rows of an array with names": (
        HOLES,
        "d = np.genfromtxt('data.csv', delimiter=',', names='a, b, c', skip_header=1)\nd = d[d['b'] > 0]\n"
        "X = np.c_[d['b'], d['b'] ** 2]\ny = d['c']\n",
    ),
    "texts": (
        TEXTS,
        "T = np.loadtxt('data.csv', delimiter=',', dtype=str)\nX = np.c_[T[:, 1].astype(float), T[:, 0] == ' with blanks ']\n"
        "y = T[:, 2] == 'a'\n",
    ),
    "texts without the blanks around lines": (
        TEXTS,
        "T = np.genfromtxt('data.csv', delimiter=',', dtype='U')\nX = np.c_[T[:, 1].astype(float), T[:, 0] == 'with blanks ']\n"
        "y = T[:, 2] == 'a'\n",
    ),
    "types by the values": (
        TEXTS,
        "d = np.genfromtxt('data.csv', delimiter=',', dtype=None, encoding='utf-8')\n"
        "X = d['f1'].reshape(-1, 1)\ny = d['f2'] == 'a'\n",
    ),
    "trailing tabs are fields": (
        TABS,
        "A = np.genfromtxt('data.csv', delimiter='\\t', filling_values=0.5)\nX, y = A[:, :3], A[:, 3]\n",
    ),
    "converters": (
        TEXTS,
        "A = np.genfromtxt('data.csv', delimiter=',', usecols=(1, 2), converters={2: lambda s: 1.0 if s == 'a' else 0.0})\n"
        "X, y = A[:, :1], A[:, 1]\n",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_arrays_from_files_are_what_numpy_reads(tmp_path: Path, name: str) -> None:
    content, body = SAME[name]
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    (tmp_path / "script.py").write_text(HEAD + body + FIT, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.plan.opaque_steps, found.stops
    assert_same(tmp_path, found.plan)


STOPS = {
    "whole numbers with holes": (
        "1,2\n,3\n4,5\n",
        "A = np.genfromtxt('data.csv', delimiter=',', dtype=None)\n",
    ),
    "a number that stands for none": (PLAIN, "A = np.genfromtxt('data.csv', delimiter=',', missing_values='-9')\n"),
    "texts that are cut": (TEXTS, "A = np.loadtxt('data.csv', delimiter=',', dtype='U2')\n"),
    "one name twice": ("a,a\n1,2\n3,4\n", "A = np.genfromtxt('data.csv', delimiter=',', names=True)\n"),
    "names that are changed": ("a,file\n1,2\n3,4\n", "A = np.genfromtxt('data.csv', delimiter=',', names=True)\n"),
    "lines that may be left out": (PLAIN, "A = np.genfromtxt('data.csv', delimiter=',', invalid_raise=False)\n"),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_numpy_reads_in_another_way_stops(tmp_path: Path, name: str) -> None:
    content, body = STOPS[name]
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    (tmp_path / "script.py").write_text(HEAD + body + "X, y = A[:, :1], A[:, 1]\n" + FIT, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None
    assert found.stops and Reason.INTERNAL not in {s.reason for s in found.stops}


def test_numpy_still_reads_as_the_plans_assume(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(HOLES, encoding="utf-8")
    assert np.genfromtxt(path, delimiter=",", names=True).dtype.names == ("age", "blood_pressure", "kind")
    assert np.genfromtxt(path, delimiter=",", skip_header=1, dtype=int)[1, 0] == -1
