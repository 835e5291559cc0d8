"""Every window function in plain Python: the values of one group's rows, in the order in which the function sees them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lester_gui.ir.windows import WindowColumn
from tests.reference.aggregates import REFERENCE, aggregate
from tests.reference.operators import clean

Values = Sequence[Any]


def _ranks(c: WindowColumn, values: Values) -> list[Any]:
    present = [v for v in values if v is not None]
    distinct = sorted(set(present), reverse=not c.ascending)
    out: list[Any] = []
    for i, v in enumerate(values):
        if v is None:
            out.append(None)
            continue
        better = sum(distinct.index(w) < distinct.index(v) for w in present)
        equal = present.count(v)
        rank = {
            "pandas_rank_min": float(better + 1),
            "pandas_rank_max": float(better + equal),
            "pandas_rank_average": better + (equal + 1) / 2,
            "pandas_rank_first": float(better + 1 + sum(w is not None and w == v for w in values[:i])),
            "pandas_rank_dense": float(distinct.index(v) + 1),
        }[c.function]
        everybody = len(distinct) if c.function == "pandas_rank_dense" else len(present)
        out.append(rank / everybody if c.pct else rank)
    return out


def _shift(c: WindowColumn, values: Values) -> list[Any]:
    return [values[i - c.offset] if 0 <= i - c.offset < len(values) else None for i in range(len(values))]


def _diff(c: WindowColumn, values: Values) -> list[Any]:
    return [None if a is None or b is None else clean(a - b) for a, b in zip(values, _shift(c, values), strict=True)]


def _cumcount(c: WindowColumn, values: Values) -> list[Any]:
    return list(range(len(values))) if c.ascending else list(range(len(values)))[::-1]


def _so_far(function: Callable[[Values], Any], keep_missing: bool = False) -> Callable[[WindowColumn, Values], list[Any]]:
    """Apply a function to the values up to each row that are not missing."""

    def apply(c: WindowColumn, values: Values) -> list[Any]:
        return [
            None if keep_missing and v is None else function([w for w in values[: i + 1] if w is not None])
            for i, v in enumerate(values)
        ]

    return apply


def _bfill(c: WindowColumn, values: Values) -> list[Any]:
    return [next((w for w in values[i:] if w is not None), None) for i in range(len(values))]


def _numpy_place(c: WindowColumn, values: Values) -> list[Any]:
    """As pandas does it: what is missing goes last, and descending is the order of the reversed column, reversed."""
    there = [i for i, v in enumerate(values) if v is not None]
    turned = there if c.ascending else there[::-1]
    column = np.array([values[i] for i in turned])
    if column.dtype.kind == "i" and len(there) < len(values):
        column = column.astype(float)
    elif column.dtype.kind == "O":  # points in time, or durations
        column = column.astype("datetime64[us]" if hasattr(values[there[0]], "year") else "timedelta64[us]")
    order = [turned[i] for i in np.argsort(column)]
    places = {row: place for place, row in enumerate(order if c.ascending else order[::-1])}
    missing = (i for i, v in enumerate(values) if v is None)
    places.update({row: len(there) + place for place, row in enumerate(missing)})
    return [places[i] for i in range(len(values))]


RUNNING: dict[str, Callable[[WindowColumn, Values], list[Any]]] = {
    "row_number": lambda c, values: list(range(1, len(values) + 1)),
    "cumcount": _cumcount,
    "pandas_rank_average": _ranks,
    "pandas_rank_min": _ranks,
    "pandas_rank_max": _ranks,
    "pandas_rank_first": _ranks,
    "pandas_rank_dense": _ranks,
    "shift": _shift,
    "diff": _diff,
    "pandas_cumsum": _so_far(REFERENCE["sum"], keep_missing=True),
    "pandas_cummax": _so_far(max, keep_missing=True),
    "pandas_cummin": _so_far(min, keep_missing=True),
    "numpy_place": _numpy_place,
    "running_count": _so_far(len),
    "running_first": _so_far(lambda values: values[0] if values else None),
    "ffill": _so_far(lambda values: values[-1] if values else None),
    "bfill": _bfill,
}


def window_values(c: WindowColumn, values: Values) -> list[Any]:
    """Return a window column for the rows of one group; `values` are the cells of its column, in order."""
    if c.function in RUNNING:
        return RUNNING[c.function](c, values)
    return [aggregate(c.function, values)] * len(values)
