"""Encoders of every family through random sequences of erasures, corrections and insertions: each time the state of a refit.

Values may go for good: the last row of a category, all rows but one, all rows. The outcome is the refit's, or both refuse.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.features import catalogue
from lester_gui.features.chain import FAMILIES
from lester_gui.features.matrix import transform
from lester_gui.features.state import EncoderState, fit, update
from lester_gui.features.unfitted import OWN
from lester_gui.features.unfitted import WORDS as WORD_COLUMNS
from lester_gui.ir.learning import Block, Encode, Transformer
from lester_gui.ir.options import Unfitted
from tests.features.test_refitted import CASES, again, data
from tests.properties.learning_strategies import OF_NUMBERS, OF_TEXTS

NUMBERS = [None, 0.0, -0.0, 1.0, 2.5, -3.0, 0.1, 1e15, 1e-300, float("inf")]
TEXTS = [None, "", "a", "b", "ß", "never again"]
FAMILY = [("numbers", n) for n in sorted(OF_NUMBERS)] + [("texts", n) for n in sorted(OF_TEXTS)]
Cells = list[tuple[int, Any]]
STEPS: list[tuple[tuple[str, ...], Transformer, float]] = [
    *((columns, again(theirs), gaps) for columns, theirs, gaps in CASES),
    *(
        (columns, Transformer("refitted", (("transformer", Unfitted(OWN, (("function", function),))),)), 0.2)
        for columns in (("a",), ("a", "k"), ("a", "k", "n"))
        for function in ("mean", "sum", "median", "nunique", "std", "size")
    ),
    *(
        (("t",), Transformer("refitted", (("transformer", Unfitted(WORD_COLUMNS, params)),)), 0.0)
        for params in (
            (("order", "sorted"), ("binary", True)),
            (("order", "first_seen"), ("unknown", "error")),
            (("order", "most_common"), ("limit", 3), ("least", 2)),
        )
    ),
]


def test_every_family_is_here() -> None:
    chains = [*OF_NUMBERS.values(), *OF_TEXTS.values()]
    assert {step.kind for chain in chains for step in chain} == set(FAMILIES)
    assert {_transformer(step).short for _, step, _ in STEPS} | CHECKED_BY_NAME >= set(catalogue.TRANSFORMERS)


def _transformer(step: Transformer) -> Unfitted:
    found = step.get("transformer")
    assert isinstance(found, Unfitted)
    return found


def outcome(encode: Encode, table: pa.Table, y: np.ndarray | None = None) -> EncoderState | None:
    """Fit on all rows; None where that is refused, be it when X is made."""
    return usable(lambda: fit(encode, table, range(table.num_rows), y=y), table)


def usable(make: Callable[[], EncoderState], table: pa.Table) -> EncoderState | None:
    """Return a state from which X can be made; None where either is refused."""
    try:
        state = make()
        transform(state, table)
    except UserError:
        return None
    return state


def same_matrix(one: EncoderState, two: EncoderState, table: pa.Table) -> bool:
    """Whether both give the same X, bit for bit."""
    a, b = transform(one, table), transform(two, table)
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def drawn_step(draw: st.DataObject, left: Cells, pool: list[Any], number: int) -> tuple[Cells, Cells, Cells]:
    """Return which cells leave and join, and what is there afterwards."""
    how = draw.draw(st.sampled_from(["erase", "erase a value", "correct", "insert"]))
    come: Cells = []
    if how == "insert":
        come = [(number + i, v) for i, v in enumerate(draw.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=2)))]
        return [], come, left + come
    if how == "erase a value":
        value = draw.draw(st.sampled_from([v for _, v in left]))
        gone = [c for c in left if repr(c[1]) == repr(value)]
    else:
        places = draw.draw(st.sets(st.integers(0, len(left) - 1), min_size=1))
        gone = [left[i] for i in sorted(places)]
    if how == "correct":
        come = [(i, draw.draw(st.sampled_from(pool))) for i, _ in gone]
    new = dict(come)
    kept = [(i, new.get(i, v)) for i, v in left if i in new or i not in {g for g, _ in gone}]
    return gone, come, kept


@pytest.mark.parametrize("family", FAMILY, ids=lambda f: " ".join(f))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_a_state_through_changes_is_that_of_a_refit(family: tuple[str, str], draw: st.DataObject) -> None:
    check_states(family, draw)


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILY, ids=lambda f: " ".join(f))
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_the_same_of_thousands(family: tuple[str, str], draw: st.DataObject) -> None:
    check_states(family, draw)


def check_states(family: tuple[str, str], draw: st.DataObject) -> None:
    numbers = family[0] == "numbers"
    pool, kind = (NUMBERS, pa.float64()) if numbers else (TEXTS, pa.string())
    encode = Encode(blocks=(Block("b", ("v",), (OF_NUMBERS if numbers else OF_TEXTS)[family[1]]),))

    def table(cells: Cells) -> pa.Table:
        return pa.table({"v": pa.array([v for _, v in cells], kind)})

    left: Cells = list(enumerate(draw.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=8))))
    state = outcome(encode, table(left))
    for step in range(draw.draw(st.integers(1, 4))):
        if state is None or not left:
            return
        gone, come, left = drawn_step(draw, left, pool, 100 * (step + 1))
        wanted = outcome(encode, table(left))
        now, leaving, joining = table(left), table(gone) if gone else None, table(come) if come else None
        maintained = usable(partial(_updated, state, leaving, joining, now, None), now)
        assert (maintained is None) == (wanted is None), "one refuses what the other takes"
        if maintained is None or wanted is None:
            return
        assert maintained.canonical() == wanted.canonical()
        assert same_matrix(maintained, wanted, now)
        state = maintained


@pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda n: f"{n} {_transformer(STEPS[n][1]).short}")
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_scikit_learns_own_through_changes(number: int, draw: st.DataObject) -> None:
    columns, refitted, gaps = STEPS[number]
    encode = Encode(blocks=(Block("b", columns, (refitted,)),))
    table, y = data(40, draw.draw(st.integers(0, 3)), gaps)
    left = list(range(30))
    state = outcome(encode, table.take(pa.array(left)), y[left])
    for _ in range(draw.draw(st.integers(1, 2))):
        if state is None or not left:
            return
        most = max(1, draw.draw(st.sampled_from([2, 6, len(left) - 1])))
        gone = draw.draw(st.sets(st.sampled_from(left), min_size=1, max_size=most))
        come = draw.draw(st.sets(st.integers(30, 39), max_size=2)) - set(left)
        left = [i for i in left if i not in gone] + sorted(come)
        now, labels = table.take(pa.array(left, pa.int64())), y[left]
        wanted = outcome(encode, now, labels)
        added = table.take(pa.array(sorted(come))) if come else None
        leaving = table.take(pa.array(sorted(gone)))
        maintained = usable(partial(_updated, state, leaving, added, now, labels), now)
        assert (maintained is None) == (wanted is None), "one refuses what the other takes"
        if maintained is None or wanted is None:
            return
        assert maintained.hash == wanted.hash
        assert same_matrix(maintained, wanted, now)
        state = maintained


def _updated(
    state: EncoderState, gone: pa.Table | None, come: pa.Table | None, now: pa.Table, y: np.ndarray | None
) -> EncoderState:
    return update(state, gone, come, lambda: now, y=y).state


CHECKED_BY_NAME = {"StandardScaler", "TfidfTransformer", "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect"}
"""Refitted like all others, without a case of their own: their class says nothing that another case does not."""


@pytest.mark.parametrize("name", sorted(CHECKED_BY_NAME))
def test_those_without_a_case_are_refitted_too(name: str) -> None:
    table, y = data(30, 1)
    step = Transformer("refitted", (("transformer", Unfitted(catalogue.dotted(name))),))
    encode = Encode(blocks=(Block("b", ("a", "b", "n"), (step,)),))
    rest = table.take(pa.array(range(5, 30)))
    state, wanted = outcome(encode, table, y), outcome(encode, rest, y[5:])
    assert state is not None and wanted is not None
    assert update(state, table.slice(0, 5), None, lambda: rest, y=y[5:]).state.hash == wanted.hash
