"""Fields of JSON that hold several kinds of values: a plan made from some rows does on others what the script does."""

import json
import random
from pathlib import Path

import pytest

from tests.reference.operators import EvaluationError
from tests.rewrite.differential import assert_same, original, planned, rewritten

SCRIPT = """import json
import numpy as np
from sklearn.linear_model import LogisticRegression

def clean(v):
    if v is None or v == "":
        return -1.0
    if isinstance(v, (int, float)):
        return float(v)
    v = v.strip()
    return float(v) if v.replace(".", "", 1).isdigit() else -2.0

with open("rows.jsonl") as fh:
    rows = [json.loads(line) for line in fh]
X, y = [], []
for rec in rows:
    v = rec.get("v")
{body}
    X.append([{taken}])
    y.append(rec["y"])
model = LogisticRegression(max_iter=20).fit(np.array(X, dtype=float), np.array(y))
"""
LOGISTIC = "sklearn.linear_model.LogisticRegression"
LIFTED = {
    "read as a number, whatever it is": (
        "try:\n    n = float(v)\nexcept (TypeError, ValueError):\n    n = -1.0",
        "n",
    ),
    "read as a whole number where it is there": (
        "try:\n    n = int(rec['v'])\nexcept (KeyError, TypeError, ValueError):\n    n = 0",
        "n",
    ),
    "any exception": ("try:\n    n = float(rec['v'])\nexcept Exception:\n    n = 7", "n"),
    "by its kind, changed on the way": (
        "if isinstance(v, str):\n    v = 1.5 if v.isdigit() else 2.5\nelif v is None:\n    v = 0",
        "v, v * 2, v > 1",
    ),
    "in a function": ("", "clean(v), clean(rec.get('v', '3'))"),
    "exact types": (
        "n = 0\nif type(v) == str:\n    n = len(v)\nelif type(v) is int:\n    n = v + 1\nelif type(v) is bool:\n    n = 50",
        "n",
    ),
    "true or not": ("n = v or 'none'", "1 if v else 0, n == 'none', not v"),
    "a default of another kind": (
        "n = rec.get('v', True)",
        "n == 1, n == '', n is None, isinstance(n, bool), isinstance(n, int)",
    ),
    "compared": ("", "v == 1, v != 'a', v in ('a', 1, None), v is None, 1 == v, v not in ['', 0]"),
    "as text": ("n = str(v).lower()", "len(n), 'a' in n, len(f'<{v}>'), n == 'true'"),
    "kept in a list": ("kept = [v]\nn = kept[0]", "isinstance(n, str), 3 if n is None else 4"),
    "asked in one expression": ("", "len(v) if isinstance(v, str) else -1, v if isinstance(v, (int, float)) else 0"),
    "asked together": ("", "1 if v and isinstance(v, str) and v.startswith('a') else 0, 1 if v is None or v == 'b' else 0"),
}
VALUES = (1, 0, 17, True, False, "", "a", "ab", "12", " 3 ", "1.5", None)


def write(folder: Path, seed: int, values: tuple[object, ...] = VALUES, n: int = 30) -> None:
    rng = random.Random(seed)
    rows = [{"y": i % 2} | ({"v": rng.choice(values)} if rng.random() < 0.9 else {}) for i in range(n)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")


def script(folder: Path, body: str, taken: str) -> None:
    indented = "".join(f"    {line}\n" for line in body.split("\n") if line)
    (folder / "script.py").write_text(SCRIPT.format(body=indented, taken=taken), encoding="utf-8")


@pytest.mark.parametrize("name", LIFTED)
def test_plan_does_the_same_on_other_rows(tmp_path: Path, name: str) -> None:
    script(tmp_path, *LIFTED[name])
    write(tmp_path, 1, (1, "a", None) if name in ("compared", "as text") else VALUES)
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    for seed in range(6):
        write(tmp_path, seed)
        assert_same(tmp_path, found.plan)


FAILING = {
    "read without asking": "n = 0 if rec['y'] else float(v)",
    "a method of texts": "n = 0\nif rec['y']:\n    n = int(v.strip() == 'a')",
    "only one exception caught": "try:\n    n = float(v)\nexcept ValueError:\n    n = 0",
    "the length": "n = len(v) if rec['y'] else 0",
}


@pytest.mark.parametrize("name", FAILING)
def test_plan_stops_where_the_script_does(tmp_path: Path, name: str) -> None:
    script(tmp_path, FAILING[name], "n")
    rows = [{"y": 1, "v": "a"}, {"y": 0, "v": 3}, {"y": 1, "v": "b"}, {"y": 0, "v": 4}]
    text = "".join(json.dumps(r) + "\n" for r in rows)
    (tmp_path / "rows.jsonl").write_text(text, encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is not None, found.stops
    assert_same(tmp_path, found.plan)
    for y in (0, 1):
        (tmp_path / "rows.jsonl").write_text(text + json.dumps({"y": y, "v": None}) + "\n", encoding="utf-8")
        try:
            original(tmp_path, LOGISTIC)
        except (TypeError, AttributeError):
            with pytest.raises(EvaluationError):
                planned(tmp_path, found.plan)
        else:
            assert_same(tmp_path, found.plan)


STOPS = {
    "whole or not": ("", "isinstance(v, int)", (1, 2.5, "a")),
    "the text of a number that may be whole": ("", "len(str(v))", (1, 2.5, "a")),
    "a text may be among the features": ("", "v", (1, "2")),
    "compared by size": ("n = v if v is not None else 0", "n > 1", (1, True, "a")),
    "a list in some rows": ("", "1 if v else 0", (1, [1], "a")),
    "an object in some rows": ("", "v is None", ({"a": 1}, "a")),
}


@pytest.mark.parametrize("name", STOPS)
def test_stops_where_what_python_does_hangs_on_more_than_a_plan_knows(tmp_path: Path, name: str) -> None:
    body, taken, values = STOPS[name]
    script(tmp_path, body, taken)
    write(tmp_path, 1, values)
    found = rewritten(tmp_path)
    assert found.plan is None
    assert found.stops[0].line >= 17


def test_whole_numbers_that_the_script_prints_are_refused_where_others_come(tmp_path: Path) -> None:
    from lester_gui.ir.schema import Field, PlanError, Schema, Type

    script(tmp_path, "", "len(str(rec['y']))")
    write(tmp_path, 1)
    plan = rewritten(tmp_path).plan
    assert plan is not None
    (read,) = plan.reads
    columns = tuple(Field(f.name, Type.FLOAT if f.name == "y" else f.type, f.nullable) for f in read.schema)
    with pytest.raises(PlanError, match="whole_number"):
        plan.rebind({read.name: Schema(columns)})
