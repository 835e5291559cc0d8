"""What a loop leaves behind, for random bodies: the same as Python, or a stop."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Apply, Column, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Leaf
from lester_gui.rewrite.lift.folds import classify
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import Stopped
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

P = Leaf("prev", 1, "v", Type.INT)
X = Column("x")
G = Apply("py_gt", (X, Literal(3)))


@pytest.mark.parametrize(
    ("update", "kind", "value", "guard"),
    [
        (P, "none", P, None),
        (X, "last", X, TRUE),
        (Apply("if_else", (G, X, P)), "last", X, G),
        (Apply("add", (P, X)), "sum", X, TRUE),
        (Apply("if_else", (G, Apply("add", (P, Literal(1))), P)), "sum", Literal(1), G),
        (Apply("if_else", (Apply("py_gt", (X, P)), X, P)), "max", X, TRUE),
        (Apply("if_else", (Apply("py_lt", (X, P)), X, P)), "min", X, TRUE),
    ],
)
def test_updates_are_told_apart(update: object, kind: str, value: object, guard: object) -> None:
    fold = classify(update, P)  # type: ignore[arg-type]
    assert (fold.kind, fold.value) == (kind, value)
    if guard is not None:
        assert fold.guard == guard


@pytest.mark.parametrize(
    "update", [Apply("mul", (P, X)), Apply("add", (P, P)), Apply("if_else", (Apply("py_gt", (P, X)), X, Literal(0)))]
)
def test_a_recurrence_stops(update: Apply) -> None:
    with pytest.raises(Stopped):
        classify(update, P)


GUARDS = ("'card' in text", "len(title) > 9", "sent < '2022-01-01'", "not text.startswith('late')")
STEPS = (
    "n += 1",
    "total += len(text)",
    "kind = len(title)",
    "kind = title.count('e')",
    "if top is None or len(text) > top:\n            top = len(text)",
    "total = total * 2",
    "before, kind = kind, len(text)",
    "pass",
)
bodies = st.lists(st.tuples(st.sampled_from((*GUARDS, "True")), st.sampled_from(STEPS), st.booleans()), min_size=1, max_size=4)
SCRIPT = """import numpy as np
from sklearn.linear_model import LogisticRegression
n, total, kind, top, before = 0, 0, 0, None, 0
rows = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
{body}
    rows.append((len(title), len(text), 'late' in text))
X = np.array([[r[0], n, total, kind, before, top if top is not None else -1] for r in rows])
y = np.array([r[2] for r in rows])
model = LogisticRegression()
model.fit(X, y)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("folds")
    corpus_data.write(out)
    return out


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies)
def test_random_bodies_are_the_same_or_stop(folder: Path, body: list[tuple[str, str, bool]]) -> None:
    lines = []
    for guard, step, leave in body:
        lines.append(f"    if {guard}:\n        {step}" + ("\n        continue" if leave and guard != "True" else ""))
    (folder / "script.py").write_text(SCRIPT.format(body="\n".join(lines)), encoding="utf-8")
    found = rewritten(folder)
    if found.plan is not None:
        try:
            assert_same(folder, found.plan)
        except (TypeError, ValueError) as error:  # the script itself compares with None, or is left with one class or no row
            assert any(words in str(error) for words in ("NoneType", "classes", "Expected 2D array"))
