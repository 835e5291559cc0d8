"""The rules of equality, one by one."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.sandbox.record import MIXED
from lester_gui.verify.comparison import (
    compare_matrices,
    compare_tables,
    compare_vectors,
    differing_cells,
    same_cell,
    same_multiset,
)


def mixed(*cells: tuple[str, str]) -> pa.Array:
    return pa.array([{"tag": t, "text": x} for t, x in cells], MIXED)


NAN = float("nan")
CASES = [
    ("equal text", pa.array(["a", None]), pa.array(["a", None]), [False, False]),
    ("missing is not empty", pa.array(["", None]), pa.array([None, ""], pa.string()), [True, True]),
    ("NaN is missing", pa.array([NAN, 1.0]), pa.array([None, 1.0]), [False, False]),
    ("rounding", pa.array([1.0, 1.0, 0.0]), pa.array([1 + 1e-7, 1 + 1e-5, 1e-10]), [False, True, False]),
    ("single precision", pa.array([1.0], pa.float32()), pa.array([1 + 5e-6]), [False]),
    ("whole and broken numbers", pa.array([1, 2]), pa.array([1.0, 2.5]), [False, True]),
    ("large whole numbers", pa.array([2**60]), pa.array([2**60 + 1]), [True]),
    ("infinite", pa.array([float("inf"), 1.0]), pa.array([float("inf"), float("inf")]), [False, True]),
    ("dates and moments", pa.array([datetime.date(2024, 1, 2)]), pa.array([datetime.datetime(2024, 1, 2)]), [False]),
    (
        "moments that are missing, early or within a day",
        pa.array([datetime.date(1, 1, 1), None, datetime.date(2024, 1, 2)]),
        pa.array([datetime.datetime(1, 1, 1), datetime.datetime(1970, 1, 1), datetime.datetime(2024, 1, 2, 0, 0, 1)]),
        [False, True, True],
    ),
    (
        "moments in two units",
        pa.array([datetime.datetime(2024, 1, 2, 3), None, None], pa.timestamp("ns")),
        pa.array([datetime.datetime(2024, 1, 2, 3), None, datetime.datetime(2024, 1, 2)], pa.timestamp("us")),
        [False, False, True],
    ),
    ("lists", pa.array([[1.0, 2.0], [1.0]]), pa.array([[1.0, 2.0], [2.0]]), [False, True]),
    ("all missing", pa.nulls(2), pa.array(["a", None]), [True, False]),
    ("mixed", mixed(("i", "1"), ("s", "1"), ("n", "")), pa.array(["1", "1", None]), [True, False, False]),
    ("blanks count", pa.array(["a "]), pa.array(["a"]), [True]),
    ("numbers are no text", pa.array([1]), pa.array(["1"]), [True]),
]


@pytest.mark.parametrize(("expected", "got", "different"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_cells(expected: pa.Array, got: pa.Array, different: list[bool]) -> None:
    assert differing_cells(expected, got)[0].tolist() == different
    assert differing_cells(got, expected)[0].tolist() == different


MOMENT = st.builds(
    lambda year, hour: datetime.datetime(year, 2, 28, hour), st.sampled_from([1700, 1970, 2024]), st.sampled_from([0, 12])
)


@given(st.lists(st.tuples(st.none() | MOMENT, st.none() | MOMENT), max_size=6), st.sampled_from(["s", "ns"]), st.booleans())
def test_moments_of_a_column_are_compared_as_one_by_one(
    pairs: list[tuple[datetime.datetime | None, datetime.datetime | None]], unit: str, days: bool
) -> None:
    left = pa.array([a for a, _ in pairs], pa.timestamp(unit))
    right = pa.array([b.date() if b and days else b for _, b in pairs], pa.date32() if days else pa.timestamp("us"))
    one_by_one = [not same_cell(a, b) for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)]
    assert differing_cells(left, right)[0].tolist() == one_by_one


def test_types_that_do_not_change_a_value_are_noted() -> None:
    different, note = differing_cells(pa.array([True, False]), pa.array(["True", "False"]))
    assert (different.tolist(), note) == ([False, False], "bool in the script, str in the plan")
    different, note = differing_cells(pa.array([True]), pa.array([1]))
    assert (different.tolist(), note) == ([False], "bool in the script, int in the plan")
    assert differing_cells(pa.array([True]), pa.array(["true"]))[0].tolist() == [True]


FRAME = pa.table({"k": ["a", "b", "c"], "v": [1.0, 2.0, None]})


def test_tables_by_name() -> None:
    wider = FRAME.append_column("extra", pa.array([1, 2, 3]))
    assert compare_tables(FRAME, wider.select(["extra", "v", "k"]), named=True).equal
    swapped = FRAME.take([1, 0, 2])
    assert compare_tables(FRAME, swapped, named=True).status == "order"
    changed = FRAME.set_column(1, "v", pa.array([1.0, 2.5, None]))
    d = compare_tables(FRAME, changed, named=True)
    assert (d.status, d.differing, d.rows, d.columns) == ("differs", 1, (1,), ("v",))
    d = compare_tables(FRAME, FRAME.slice(1), named=True)
    assert (d.status, d.expected, d.got) == ("differs", 3, 2)


def test_rows_without_names_are_paired_by_content() -> None:
    rows = pa.table({"0": [1.0, 2.0, None], "1": ["a", "b", "c"]})
    assert compare_tables(rows, FRAME, named=False).equal
    d = compare_tables(rows.append_column("2", pa.array([datetime.date(2024, 1, 1)] * 3)), FRAME, named=False)
    assert (d.status, d.left_out) == ("equal", ("2",))


def test_a_column_that_is_mostly_right_is_wrong_not_left_out() -> None:
    rows = pa.table({"0": ["a", "b", "x"], "1": [1.0, 2.0, None]})
    d = compare_tables(rows, FRAME, named=False)
    assert (d.status, d.columns, d.differing) == ("differs", ("0",), 1)


def test_same_cells_in_other_rows_are_no_equal_table() -> None:
    broken = pa.table({"k": ["a", "b", "c"], "v": [2.0, 1.0, None]})  # every column has the right cells
    assert compare_tables(FRAME, broken, named=False).status == "differs"
    assert compare_tables(FRAME, broken, named=True).status == "differs"


def test_matrices() -> None:
    X = np.array([[1.0, 2.0, 5.0], [3.0, 4.0, 6.0], [0.0, np.nan, 7.0]])
    assert compare_matrices(X, X * (1 + 1e-9)).equal
    d = compare_matrices(X, X[:, [0, 2, 1]])
    assert (d.status, d.permutation, d.columns) == ("permuted", (0, 2, 1), ("1", "2"))
    assert compare_matrices(X, X[[1, 0, 2]]).status == "order"
    assert compare_matrices(X, X[:, :2]).notes == ("3 columns in the script, 2 in the plan",)
    off = X.copy()
    off[1, 1] += 1e-3
    d = compare_matrices(X, off)
    assert (d.status, d.differing, d.rows, d.columns) == ("differs", 1, (1,), ("1",))
    assert compare_matrices(np.empty((0, 2)), np.empty((0, 2))).equal


def test_numbers_on_two_sides_of_a_cut_digit_are_equal_in_any_order():
    below, above = 1.4578125 * (1 - 1e-9), 1.4578125 * (1 + 1e-9)
    left, right = [[below, "a"], [2.0, "b"]], [[2.0, "b"], [above, "a"]]
    assert same_multiset(left, right)
    assert not same_multiset(left, [[2.0, "a"], [above, "b"]])
    assert not same_multiset(left, [[2.0, "b"], [2.0, "b"]])
    assert not same_multiset([[below], [below]], [[above], [1.45]])


def test_equal_columns_may_be_exchanged() -> None:
    X = np.array([[1.0, 1.0, 2.0], [3.0, 3.0, 4.0]])
    assert compare_matrices(X, X).equal
    assert compare_matrices(X, X[:, [2, 0, 1]]).status == "permuted"


def test_vectors() -> None:
    assert compare_vectors([0, 1], [0.0, 1.0]).equal
    assert compare_vectors([True, False], [1, 0]).notes == ("bool in the script, int in the plan",)
    assert compare_vectors([True, False], ["True", "False"]).equal
    d = compare_vectors(["a", "b"], ["a", "c"])
    assert (d.status, d.rows) == ("differs", (1,))
    assert compare_vectors([1], [1, 1]).status == "differs"


cells = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_infinity=False), st.text(max_size=3))


@given(cells, cells)
@settings(max_examples=50)
def test_sameness_is_symmetric_and_holds_for_oneself(a: object, b: object) -> None:
    assert same_cell(a, a)
    assert same_cell(a, b) == same_cell(b, a)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=2, max_size=8), st.randoms())
@settings(max_examples=50)
def test_a_shuffled_table_is_never_different(rows: list[tuple[str, int]], random: object) -> None:
    mixed_up = list(rows)
    random.shuffle(mixed_up)  # type: ignore[attr-defined]

    def table(of: list[tuple[str, int]]) -> pa.Table:
        return pa.table({"a": [r[0] for r in of], "b": [r[1] for r in of]})

    assert compare_tables(table(rows), table(mixed_up), named=True).status in ("equal", "order")


def test_an_empty_list_of_rows_is_an_empty_matrix_of_any_width() -> None:
    assert compare_matrices(np.array([]), np.zeros((0, 3))).equal
    assert not compare_matrices(np.zeros((0, 1)), np.zeros((0, 3))).equal
    assert not compare_matrices(np.array([]), np.zeros((1, 3))).equal
    assert not compare_matrices(np.array([1.0]), np.zeros((1, 3))).equal
