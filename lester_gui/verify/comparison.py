"""Are two tables, matrices or vectors the same? Counts and row numbers only; the values stay where they are.

Rules: order is judged apart from content; None, NaN, NaT and NA are one missing value, '' is not; numbers are equal to 1e-6
relative or 1e-9 absolute (1e-5 for float32); a bool beside 'True' or 1 is equal but noted.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.sandbox.record import cells

RTOL, ATOL, RTOL_SINGLE = 1e-6, 1e-9, 1e-5
SHOWN = 20  # row numbers kept as evidence
_AT_ONCE = 1 << 18  # rows of a matrix
OVERLAP = 0.5  # share of equal cells above which two columns are taken for the same one with errors

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """The outcome of one comparison.

    Attributes
    ----------
    status : str
        ``equal``, ``order`` (same rows in another order), ``permuted`` (same columns in another order) or ``differs``.
    expected, got : int
        Rows of the script's and the plan's side.
    differing : int
        Rows that differ, as far as they can be paired.
    rows : tuple of int
        The first of them, 0-based.
    columns : tuple of str
        Columns in which they differ.
    compared : tuple of str
        Columns that were compared.
    left_out : tuple of str
        The script's columns without a counterpart.
    extra : tuple of str
        The plan's columns without a counterpart.
    permutation : tuple of int
        For ``permuted``: the plan's column at each place of the script's matrix.
    notes : tuple of str
        Differences of type that do not change a value.
    """

    status: str
    expected: int = 0
    got: int = 0
    differing: int = 0
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    permutation: tuple[int, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def equal(self) -> bool:
        return self.status == "equal"


# --- cells and columns -------------------------------------------------------------------------------------------------


def differing_cells(expected: pa.Array, got: pa.Array) -> tuple[Array, str]:
    """Return which cells of two columns of one length differ, and a note on their types.

    Returns
    -------
    ndarray of bool, str
    """
    a, b = _flat(expected), _flat(got)
    if a.type == b.type and a.equals(b):  # most columns are; NaN is not equal to itself here, so such columns are looked at below
        return np.zeros(len(a), dtype=bool), ""
    kinds = (_kind(a), _kind(b))
    if kinds[0] == "null" or kinds[1] == "null":
        return _missing(a) != _missing(b), ""
    if kinds == ("str", "str"):
        same = pc.fill_null(pc.equal(a.cast(pa.large_string()), b.cast(pa.large_string())), False).to_numpy(zero_copy_only=False)
        return ~(same | (_missing(a) & _missing(b))), ""
    numbers = {"bool", "int", "float"}
    if kinds[0] in numbers and kinds[1] in numbers:
        note = "" if (kinds[0] == "bool") == (kinds[1] == "bool") else f"{kinds[0]} in the script, {kinds[1]} in the plan"
        if kinds == ("int", "int"):
            same = pc.fill_null(pc.equal(a.cast(pa.int64()), b.cast(pa.int64())), False).to_numpy(zero_copy_only=False)
            return ~(same | (_missing(a) & _missing(b))), note
        rtol = RTOL_SINGLE if pa.float32() in (a.type, b.type) else RTOL
        return ~close(_floats(a), _floats(b), rtol), note
    instants = _instants(a), _instants(b)
    if instants[0] is not None and instants[1] is not None:
        note = "" if kinds[0] == kinds[1] else f"{kinds[0]} in the script, {kinds[1]} in the plan"
        same = pc.fill_null(pc.equal(*instants), False).to_numpy(zero_copy_only=False)
        return ~(same | (_missing(a) & _missing(b))), note
    left, right = cells(a), cells(b)
    note = "" if kinds[0] == kinds[1] or "mixed" in kinds else f"{kinds[0]} in the script, {kinds[1]} in the plan"
    return np.array([not same_cell(x, y) for x, y in zip(left, right, strict=True)], dtype=bool), note


def close(a: Array, b: Array, rtol: float = RTOL) -> Array:
    """Return where two float arrays are equal; NaN equals NaN."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.isclose(a, b, rtol=rtol, atol=ATOL, equal_nan=True))


def same_cell(a: object, b: object) -> bool:
    """Whether two cells are equal, see the module's rules."""
    missing = is_missing(a), is_missing(b)
    if any(missing):
        return all(missing)
    if isinstance(a, bool | int | float) and isinstance(b, bool | int | float):
        x, y = float(a), float(b)
        return x == y or abs(x - y) <= ATOL + RTOL * abs(y) < math.inf
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same_cell(x, y) for x, y in zip(a, b, strict=True))
    return _plain(a) == _plain(b)


def is_missing(value: object) -> bool:
    """Whether a cell is missing: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return str(value)  # a bool that went through a text file is 'True'
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else value


def _kind(a: pa.Array) -> str:
    t = a.type
    for name, test in _KINDS:
        if test(t):
            return name
    return "mixed"


_KINDS: tuple[tuple[str, Any], ...] = (
    ("null", pa.types.is_null),
    ("bool", pa.types.is_boolean),
    ("int", pa.types.is_integer),
    ("float", pa.types.is_floating),
    ("str", lambda t: pa.types.is_string(t) or pa.types.is_large_string(t)),
    ("date", pa.types.is_date),
    ("timestamp", pa.types.is_timestamp),
    ("list", lambda t: pa.types.is_list(t) or pa.types.is_large_list(t)),
)


def _flat(a: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(a, pa.ChunkedArray):
        return a
    joined = a.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _instants(a: pa.Array) -> pa.Array | None:
    """Return days and times without a zone as microseconds, a day as its midnight; None for what is something else or finer."""
    if not (pa.types.is_date(a.type) or (pa.types.is_timestamp(a.type) and a.type.tz is None)):
        return None
    try:
        return a.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None


def _missing(a: pa.Array) -> Array:
    nan_is_null = pa.types.is_floating(a.type)
    return np.asarray(a.is_null(nan_is_null=nan_is_null).to_numpy(zero_copy_only=False), dtype=bool)


def _floats(a: pa.Array) -> Array:
    return np.asarray(a.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype="float64")


# --- tables ------------------------------------------------------------------------------------------------------------


def compare_tables(expected: pa.Table, got: pa.Table, *, named: bool) -> Difference:
    """Compare the script's table with the plan's.

    Parameters
    ----------
    expected, got
        The script's and the plan's rows, in order. The plan may have more columns.
    named
        Whether the script's column names mean something; otherwise, and for names that the plan lacks, columns are paired by
        content.
    """
    pairs, left_out, suspects = pair_columns(expected, got, named)
    names = tuple(expected.column_names[i] for i, _ in pairs)
    missing = tuple(expected.column_names[i] for i in left_out)
    paired = {j for _, j in pairs}
    extra = tuple(name for j, name in enumerate(got.column_names) if j not in paired)
    shape: dict[str, Any] = {"expected": expected.num_rows, "got": got.num_rows, "compared": names}
    shape |= {"left_out": missing, "extra": extra}
    if expected.num_rows != got.num_rows:
        return Difference("differs", **shape, differing=abs(expected.num_rows - got.num_rows))
    rows, columns, notes = _differing_rows(expected, got, pairs)
    if not rows.any():
        return Difference("equal", **shape, notes=notes)
    if not suspects and _same_multiset(expected, got, pairs):
        return Difference("order", **shape, differing=int(rows.sum()), rows=_first(rows), notes=notes)
    return Difference("differs", **shape, differing=int(rows.sum()), rows=_first(rows), columns=columns, notes=notes)


def _differing_rows(
    expected: pa.Table, got: pa.Table, pairs: Sequence[tuple[int, int]]
) -> tuple[Array, tuple[str, ...], tuple[str, ...]]:
    rows = np.zeros(expected.num_rows, dtype=bool)
    columns, notes = [], []
    for i, j in pairs:
        name = expected.column_names[i]
        different, note = differing_cells(expected.column(i), got.column(j))
        rows |= different
        if different.any():
            columns.append(name)
        if note:
            notes.append(f"{name}: {note}")
    return rows, tuple(columns), tuple(notes)


def pair_columns(
    expected: pa.Table, got: pa.Table, named: bool
) -> tuple[list[tuple[int, int]], list[int], list[tuple[int, int]]]:
    """Pair the script's columns with the plan's.

    Returns
    -------
    pairs, left_out, suspects
        Pairs of column numbers; the script's columns without a partner; and those of the pairs that share most but not all
        cells, which is what an error in a step looks like.
    """
    pairs: list[tuple[int, int]] = []
    open_left = list(range(expected.num_columns))
    free = list(range(got.num_columns))
    if named:
        for i in list(open_left):
            name = expected.column_names[i]
            j = next((j for j in free if got.column_names[j] == name), None)
            if j is not None and expected.column_names.count(name) == 1:
                pairs.append((i, j))
                open_left.remove(i)
                free.remove(j)
    for i in list(open_left):
        j = next((j for j in free if _same_column(expected, i, got, j)), None)
        if j is not None:
            pairs.append((i, j))
            open_left.remove(i)
            free.remove(j)
    suspects: list[tuple[int, int]] = []
    for i in list(open_left):
        shares = {j: _overlap(expected, i, got, j) for j in free}
        best = max(shares, key=lambda j: shares[j], default=None)
        if best is not None and shares[best] >= OVERLAP:
            pairs.append((i, best))
            suspects.append((i, best))
            open_left.remove(i)
            free.remove(best)
    if not named and expected.num_columns == got.num_columns:  # what is left over on both sides must be the same columns
        suspects.extend(zip(open_left, free, strict=True))
        pairs.extend(zip(open_left, free, strict=True))
        open_left = []
    return sorted(pairs), open_left, suspects


def _same_column(expected: pa.Table, i: int, got: pa.Table, j: int) -> bool:
    a, b = _flat(expected.column(i)), _flat(got.column(j))
    if not _comparable(a, b):
        return False
    if len(a) == len(b) and not differing_cells(a, b)[0].any():
        return True
    return same_multiset([(v,) for v in cells(a)], [(v,) for v in cells(b)])


def _overlap(expected: pa.Table, i: int, got: pa.Table, j: int) -> float:
    a, b = _flat(expected.column(i)), _flat(got.column(j))
    if not _comparable(a, b) or not len(a) or not len(b):
        return 0.0
    if _kind(a) != _kind(b) and not {_kind(a), _kind(b)} <= {"int", "float"}:
        return 0.0
    common = sum((Counter(map(content_key, cells(a))) & Counter(map(content_key, cells(b)))).values())
    return common / max(len(a), len(b))


def _comparable(a: pa.Array, b: pa.Array) -> bool:
    kinds = {_kind(a), _kind(b)}
    return len(kinds) == 1 or "mixed" in kinds or "null" in kinds or kinds <= {"bool", "int", "float"} or kinds <= {"bool", "str"}


def _same_multiset(expected: pa.Table, got: pa.Table, pairs: Sequence[tuple[int, int]]) -> bool:
    left = zip(*(cells(expected.column(i)) for i, _ in pairs), strict=True)
    right = zip(*(cells(got.column(j)) for _, j in pairs), strict=True)
    return same_multiset(list(left), list(right))


def same_multiset(left: Sequence[Sequence[object]], right: Sequence[Sequence[object]]) -> bool:
    """Whether two collections hold the same rows, each as often, without regard to order."""
    if len(left) != len(right):
        return False
    keys = [[tuple(map(content_key, row)) for row in rows] for rows in (left, right)]
    # The digits of numbers that agree may be cut on two sides of a boundary. In order, such rows mostly stand side by side.
    rest = sorted(_beyond(left, keys[0], Counter(keys[1])), key=_rank)
    others = sorted(_beyond(right, keys[1], Counter(keys[0])), key=_rank)
    pairs = [(a, b) for a, b in zip(rest, others, strict=True) if not all(map(same_cell, a, b))]
    others = [b for _, b in pairs]
    for row, _ in pairs:
        i = next((i for i, other in enumerate(others) if all(map(same_cell, row, other))), None)
        if i is None:
            return False
        del others[i]
    return True


def _rank(row: Sequence[object]) -> tuple[list[str], list[float]]:
    """Return what leftover rows are ordered by: what is no number first, since that agrees to the letter where rows do."""
    numbers = [v for v in row if isinstance(v, int | float) and not is_missing(v)]
    others = [v for v in row if is_missing(v) or not isinstance(v, int | float)]
    return [str(content_key(v)) for v in others], [float(v) for v in numbers]


def _beyond(
    rows: Sequence[Sequence[object]], keys: Sequence[tuple[object, ...]], found: Counter[tuple[object, ...]]
) -> list[Sequence[object]]:
    """Return the rows that are left when as many as were found of each key are taken away."""
    out = []
    for row, key in zip(rows, keys, strict=True):
        if found[key]:
            found[key] -= 1
        else:
            out.append(row)
    return out


def content_key(value: object) -> object:
    """Return what a cell is counted under where rows are compared without regard to order; numbers to seven digits."""
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return f"{float(value) + 0.0:.7g}"  # adding zero makes -0.0 the zero that it equals
    if isinstance(value, list | tuple):
        return tuple(content_key(v) for v in value)
    return _plain(value)


def _first(mask: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(mask)[:SHOWN])


# --- matrices and vectors ----------------------------------------------------------------------------------------------


def compare_matrices(expected: Array, got: Array) -> Difference:
    """Compare two feature matrices, rows in order, columns in order or up to a permutation."""
    if expected.ndim == 1:  # an empty list has no columns to speak of, whatever it would have held
        expected = expected.reshape(-1, 1 if len(expected) else got.shape[1])
    shape: dict[str, Any] = {"expected": expected.shape[0], "got": got.shape[0]}
    if expected.shape != got.shape:
        note = (
            ()
            if expected.shape[1] == got.shape[1]
            else (f"{expected.shape[1]} columns in the script, {got.shape[1]} in the plan",)
        )
        return Difference("differs", **shape, differing=abs(expected.shape[0] - got.shape[0]), notes=note)
    rtol = RTOL_SINGLE if expected.dtype == np.float32 or got.dtype == np.float32 else RTOL
    a, b = np.asarray(expected, dtype="float64"), np.asarray(got, dtype="float64")
    names = tuple(str(j) for j in range(a.shape[1]))
    different = np.empty(a.shape, dtype=bool)
    for start in range(0, len(a), _AT_ONCE):  # the whole at once would need several matrices more
        different[start : start + _AT_ONCE] = ~close(a[start : start + _AT_ONCE], b[start : start + _AT_ONCE], rtol)
    if not different.any():
        return Difference("equal", **shape, compared=names)
    permutation = _permutation(a, b, rtol)
    rows: Array = np.asarray(different.any(axis=1))
    columns = tuple(str(j) for j in np.flatnonzero(different.any(axis=0)))
    if permutation is not None:
        return Difference("permuted", **shape, compared=names, columns=columns, permutation=permutation)
    if _same_rows(a, b):
        return Difference("order", **shape, compared=names, differing=int(rows.sum()), rows=_first(rows))
    return Difference("differs", **shape, compared=names, differing=int(rows.sum()), rows=_first(rows), columns=columns)


def _permutation(a: Array, b: Array, rtol: float) -> tuple[int, ...] | None:
    free = list(range(b.shape[1]))
    out = []
    for i in range(a.shape[1]):
        in_place = [i] if i in free else []
        j = next((j for j in [*in_place, *free] if close(a[:, i], b[:, j], rtol).all()), None)
        if j is None:
            return None
        out.append(j)
        free.remove(j)
    return tuple(out)


def _same_rows(a: Array, b: Array) -> bool:
    return same_multiset(a.tolist(), b.tolist())


def compare_vectors(expected: Sequence[object], got: Sequence[object]) -> Difference:
    """Compare labels or predictions, in order."""
    shape: dict[str, Any] = {"expected": len(expected), "got": len(got)}
    if len(expected) != len(got):
        return Difference("differs", **shape, differing=abs(len(expected) - len(got)))
    if list(map(type, expected)) == list(map(type, got)) and list(expected) == list(got):
        return Difference("equal", **shape)
    pairs = zip(expected, got, strict=True)
    different = np.array([not (type(a) is type(b) and a == b) and not same_cell(a, b) for a, b in pairs], dtype=bool)
    kinds = sorted({type(v).__name__ for v in expected}), sorted({type(v).__name__ for v in got})
    notes = (
        ()
        if kinds[0] == kinds[1] or not len(expected)
        else (f"{', '.join(kinds[0])} in the script, {', '.join(kinds[1])} in the plan",)
    )
    if different.any():
        return Difference("differs", **shape, differing=int(different.sum()), rows=_first(different), notes=notes)
    return Difference("equal", **shape, notes=notes)
