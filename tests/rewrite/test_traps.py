"""Scripts that invite a wrong plan. Each must be rewritten to the same or stopped with a reason; never to something else."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data, messy_data
from tests.rewrite.differential import assert_same, rewritten

TRAPS = sorted((Path(__file__).parent.parent / "corpus" / "traps").glob("*.py"))
HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
"""
FRAME = "df = pd.read_csv('people.csv')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus_data.write(tmp_path)
    messy_data.write(tmp_path, 1)
    return tmp_path


@pytest.mark.parametrize("trap", TRAPS, ids=lambda p: p.stem)
def test_trap_is_the_same_or_stops_with_its_reason(folder: Path, trap: Path) -> None:
    """The first line of a trap says ``# same`` or ``# stops: reason``."""
    text = trap.read_text(encoding="utf-8")
    expected = text.split("\n", 1)[0].removeprefix("# ")
    (folder / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(folder)
    reasons = {s.reason for s in found.stops}
    assert Reason.INTERNAL not in reasons, found.stops
    if expected == "same":
        assert found.plan is not None and not found.stops, found.stops
        assert_same(folder, found.plan)
        return
    assert Reason(expected.removeprefix("stops: ")) in reasons, found.stops
    assert all(s.line > 0 and s.why for s in found.stops if s.variable or s.covered)
    if found.plan is not None:  # covered by an opaque step
        assert found.plan.opaque_steps
        assert_same(folder, found.plan)


def test_separate_splits_of_x_and_y_stop(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "X_train, X_test = train_test_split(df[['income']], random_state=1)\n"
        "y_train, y_test = train_test_split(df['member'], random_state=2)\nmodel = LogisticRegression()\nmodel.fit(X_train, y_train)\n",
        encoding="utf-8",
    )
    found = rewritten(folder)
    assert found.plan is None
    assert found.stops[-1].reason is Reason.SHAPE


def test_other_features_for_the_test_rows_stop(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "from sklearn.preprocessing import StandardScaler\nX = df[['income']]\ny = df['member']\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)\nscaler = StandardScaler().fit(X_train)\n"
        "model = LogisticRegression()\nmodel.fit(scaler.transform(X_train), y_train)\nprint(model.score(X_test, y_test))\n",
        encoding="utf-8",
    )
    assert rewritten(folder).plan is None


def test_two_functions_of_one_name_stay_two(folder: Path) -> None:
    for name, sign in (("first.py", "+"), ("second.py", "-")):
        text = f"def mark(text):\n    n = 0\n    for w in text.split():\n        n = n {sign} len(w)\n    return n\n"
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "script.py").write_text(
        HEAD + "import first\nimport second\nrows = []\nfor line in open('mails.txt'):\n"
        "    mid, email, sent, title, text = line.strip().split(',')\n"
        "    rows.append((first.mark(text), second.mark(title), text))\n"
        "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array(['late' in r[2] for r in rows])\n"
        "model = LogisticRegression(max_iter=2000)\nmodel.fit(X, y)\n",
        encoding="utf-8",
    )
    found = rewritten(folder)
    assert found.plan is not None and len(found.plan.functions) == 2
    assert_same(folder, found.plan)


def test_encoder_fitted_on_the_test_rows_stops(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "from sklearn.preprocessing import StandardScaler\nX = df[['income']]\ny = df['member']\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)\nscaler = StandardScaler().fit(X_test)\n"
        "model = LogisticRegression()\nmodel.fit(scaler.transform(X_train), y_train)\n",
        encoding="utf-8",
    )
    assert rewritten(folder).plan is None
