"""A state after rows left or joined is, bit for bit, the state of a fit on the rows that are there."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.features.column_map import column_map
from lester_gui.features.matrix import transform
from lester_gui.features.state import EncoderState, decrement, fit, fit_rows, increment, marked, update
from lester_gui.ir.learning import Block, Encode

from .tables import DECREMENTAL, HOSPITAL, ONE_HOT, REFITTED, SCALE, T, anchor, prepared_row, table


def never() -> pa.Table:
    raise AssertionError("a decremental block asked for the remaining rows")


def whole(rows: list[tuple[object, ...]], encode: Encode) -> EncoderState:
    return fit(encode, table(rows), range(len(rows)))


@settings(max_examples=30, deadline=None)
@given(st.lists(prepared_row, min_size=3, max_size=12), st.data())
def test_deletions_in_sequence_equal_a_fit_from_scratch(rows: list[tuple[object, ...]], data: st.DataObject) -> None:
    left = [anchor, *rows]
    state = whole(left, DECREMENTAL)
    while len(left) > 1:
        gone = data.draw(st.sets(st.integers(1, len(left) - 1), min_size=1))
        maintained = decrement(state, table([left[i] for i in sorted(gone)]), never)
        left = [r for i, r in enumerate(left) if i not in gone]
        state = maintained.state
        assert state == whole(left, DECREMENTAL)
        assert state.hash == whole(list(reversed(left)), DECREMENTAL).hash
        np.testing.assert_array_equal(transform(state, table(left)), transform(whole(left, DECREMENTAL), table(left)))


@settings(max_examples=20, deadline=None)
@given(st.lists(prepared_row, min_size=1, max_size=8), st.lists(prepared_row, min_size=1, max_size=4))
def test_insertions_and_changed_rows(rows: list[tuple[object, ...]], new: list[tuple[object, ...]]) -> None:
    state = whole([anchor, *rows], DECREMENTAL)
    assert increment(state, table(new), never).state == whole([anchor, *rows, *new], DECREMENTAL)
    changed = update(state, table(rows[:1]), table(new[:1]), never)
    assert changed.state == whole([anchor, new[0], *rows[1:]], DECREMENTAL)


@settings(max_examples=20, deadline=None)
@given(st.lists(prepared_row, min_size=3, max_size=10), st.data())
def test_refitted_blocks_say_so_and_are_equal_too(rows: list[tuple[object, ...]], data: st.DataObject) -> None:
    left = [anchor, *rows]
    gone = data.draw(st.sets(st.integers(1, len(left) - 1), min_size=1))
    rest = [r for i, r in enumerate(left) if i not in gone]
    maintained = decrement(whole(left, REFITTED), table([left[i] for i in sorted(gone)]), lambda: table(rest))
    assert maintained.methods == (("first", "refitted"), ("factors", "refitted"), ("behind", "refitted"), ("twice", "refitted"))
    assert maintained.state.canonical() == whole(rest, REFITTED).canonical()


def test_methods_are_named() -> None:
    state = whole([anchor, anchor], HOSPITAL)
    assert decrement(state, table([anchor]), never).methods == (("categories", "decremental"), ("numbers", "decremental"))
    untouched = update(state, None, None, never)
    assert untouched.state is state
    assert untouched.methods == (("categories", "kept"), ("numbers", "kept"))


@settings(max_examples=20, deadline=None)
@given(st.lists(prepared_row, min_size=1, max_size=8))
def test_states_survive_json(rows: list[tuple[object, ...]]) -> None:
    for encode in (DECREMENTAL, REFITTED):
        state = whole([anchor, *rows], encode)
        again = EncoderState.from_json(json.loads(json.dumps(state.to_json())))
        assert again.canonical() == state.canonical()
        np.testing.assert_array_equal(transform(again, table(rows)), transform(state, table(rows)))


def test_a_model_may_be_given_no_column_at_all() -> None:
    rows = table([anchor, anchor, anchor]).select([])
    state = fit(Encode(blocks=()), rows, range(3))
    assert transform(state, rows, [0, 2]).shape == (2, 0) and transform(state, rows).shape == (3, 0)


def test_a_category_disappears_with_its_last_row() -> None:
    only_b = (True, "b", 1, 1.0, [0.0, 0.0], "x")
    state = whole([anchor, anchor, only_b], HOSPITAL)
    after = decrement(state, table([only_b]), never).state
    assert transform(after, table([anchor])).shape[1] == transform(state, table([anchor])).shape[1] - 1


def test_the_imputed_value_moves_with_the_majority() -> None:
    a, b, gap = ((True, v, 1, 1.0, [0.0, 0.0], "x") for v in ("a", "b", None))
    state = whole([a, b, b, gap], HOSPITAL)
    assert transform(state, table([gap]))[0].tolist()[1:3] == [0.0, 1.0]
    # one b less: a tie, which goes to the smaller value
    assert transform(decrement(state, table([b]), never).state, table([gap]))[0].tolist()[1:3] == [1.0, 0.0]


def test_a_column_that_was_empty_can_fill_up_again() -> None:
    empty = (True, "a", None, None, [0.0, 0.0], "x")
    encode = Encode(blocks=(Block("n", ("children", "income"), (T("simple_imputer"), SCALE)),))
    full = (True, "a", 3, None, [0.0, 0.0], "x")
    assert transform(whole([empty], encode), table([empty])).shape == (1, 0)
    state = whole([full, empty], encode)
    assert transform(state, table([full, empty])).shape == (2, 1)
    assert decrement(state, table([full]), never).state == whole([empty], encode)
    assert increment(whole([empty], encode), table([full]), never).state == whole([full, empty], encode)


def test_fit_rows_follow_the_script() -> None:
    assert fit_rows(HOSPITAL, [4, 2], 6).tolist() == [4, 2]
    leaky = Encode(blocks=HOSPITAL.blocks, fit_on="all")
    assert fit_rows(leaky, [4, 2], 6).tolist() == list(range(6))


def test_user_functions_go_through_the_callback() -> None:
    def double(name: str, columns: pa.Table) -> pa.Table:
        assert name == "double"
        return pa.table(
            {c: pa.array([None if v is None else 2.0 * v for v in columns.column(c).to_pylist()]) for c in columns.column_names}
        )

    encode = Encode(blocks=(Block("f", ("income",), (T("function", (("function", "double"),)), SCALE)),))
    rows = [(True, "a", 1, v, [0.0, 0.0], "x") for v in (1.0, 2.0, 6.0)]
    state = fit(encode, table(rows), range(3), double)
    plain = fit(Encode(blocks=(Block("f", ("income",), (SCALE,)),)), table(rows), range(3))
    np.testing.assert_allclose(transform(state, table(rows), functions=double), transform(plain, table(rows)), rtol=1e-15)
    left = decrement(state, table(rows[2:]), never, double).state
    assert left == fit(encode, table(rows[:2]), range(2), double)
    with pytest.raises(UserError, match="'double'"):
        transform(state, table(rows))


Refusal = tuple[Encode, list[tuple[object, ...]], str]
ROW = (True, "a", 1, 1.0, [0.0, 0.0], "x")


@pytest.mark.parametrize(
    ("encode", "rows", "message"),
    [
        (HOSPITAL, [], "No training row"),
        (Encode(blocks=(Block("b", ("county",), (SCALE,)),)), [ROW], "holds text"),
        (Encode(blocks=(Block("b", ("income",), (T("standard_scaler", (("ddof", 1),)),)),)), [ROW], "Too few rows"),
        (Encode(blocks=(Block("b", ("income",), (T("one_hot", (("min_frequency", 3),)),)),)), [ROW], "'min_frequency'"),
        (Encode(blocks=(Block("b", ("income",), (T("pca"),)),)), [ROW], "'pca'"),
        (Encode(blocks=(Block("b", ("income",), (T("function", (("function", "numpy.isnan"),)),)),)), [ROW], "missing values"),
        (Encode(blocks=(Block("b", ("elsewhere",), (SCALE,)),)), [ROW], "'elsewhere'"),
        (
            Encode(
                blocks=(Block("b", ("smoker",), (T("simple_imputer", (("strategy", "constant"), ("fill_value", "?"))), ONE_HOT)),)
            ),
            [ROW, (None, *ROW[1:])],
            "mixes text",
        ),
    ],
)
def test_refusals_name_the_column_or_parameter(encode: Encode, rows: list[tuple[object, ...]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        whole(rows, encode)


def test_an_unknown_category_is_refused_where_the_script_refuses_it_and_never_quoted() -> None:
    encode = Encode(blocks=(Block("b", ("county",), (T("one_hot"),)),))
    state = whole([ROW], encode)
    with pytest.raises(UserError, match="'county'") as error:
        transform(state, table([(True, "secret", 1, 1.0, [0.0, 0.0], "x")]))
    assert "secret" not in str(error.value)


def test_text_does_not_reach_the_model() -> None:
    state = whole([ROW], Encode(blocks=(Block("b", ("county",), (T("passthrough"),)),)))
    with pytest.raises(UserError, match="as text"):
        transform(state, table([ROW]))


@pytest.mark.parametrize("removed", [[(True, "never", 1, 1.0, [0.0, 0.0], "x")], [ROW, ROW, ROW]])
def test_rows_that_were_never_there_cannot_leave(removed: list[tuple[object, ...]]) -> None:
    action: Callable[[], object] = lambda: decrement(whole([ROW, anchor], HOSPITAL), table(removed), never)  # noqa: E731
    with pytest.raises((ValueError, UserError)):
        action()


MIXED = Encode(
    blocks=(
        Block("all", ("county", "children"), (ONE_HOT,)),
        Block("train", ("income",), (T("simple_imputer", fit_on="train"), replace(SCALE, fit_on="train"))),
        Block("both", ("label",), (T("ordinal"), replace(SCALE, fit_on="train"))),
    ),
    fit_on="all",
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(prepared_row, st.booleans()), min_size=3, max_size=10), st.data())
def test_steps_fitted_on_training_rows_beside_steps_fitted_on_all(rows: list[tuple[Any, bool]], data: st.DataObject) -> None:
    rows = [(anchor, True), *rows]

    def of(chosen: list[tuple[Any, bool]]) -> pa.Table:
        return marked(MIXED, table([r for r, _ in chosen]), [i for i, (_, train) in enumerate(chosen) if train])

    gone = data.draw(st.sets(st.integers(1, len(rows) - 1), min_size=1))
    rest = [r for i, r in enumerate(rows) if i not in gone]
    state = fit(MIXED, of(rows), range(len(rows)))
    left = update(state, of([rows[i] for i in sorted(gone)]), None, lambda: of(rest))
    assert left.methods == (("all", "decremental"), ("train", "decremental"), ("both", "refitted"))
    assert left.state == fit(MIXED, of(rest), range(len(rest)))
    by_hand = [r for r, train in rest if train]
    alone = Encode(blocks=(Block("train", ("income",), (T("simple_imputer"), SCALE)),))
    X = transform(left.state, of(rest))
    column = column_map(left.state).names.index("train__income")  # the anchor has an income
    np.testing.assert_array_equal(X[:, column], transform(whole(by_hand, alone), of(rest))[:, 0])
