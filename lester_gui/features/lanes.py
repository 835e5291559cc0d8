"""One column on its way through a chain of transformers: values, where they come from, and which are missing.

Missing values stay open until the end of a chain, with the imputer's value beside them: statistics behind an imputer can then be
computed without it, which keeps them exact when the imputed value moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Scalar

NUMBERS = ("int", "float")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A column in a chain.

    Attributes
    ----------
    name : str
        As scikit-learn would call it, without the block: ``income``, ``county_county2``.
    label : str
        In words for a plot: ``income, scaled``, ``county: county2``.
    sources : tuple of str
        The prepared columns its values come from.
    kind : str
        ``int``, ``float``, ``bool``, ``str``, ``date`` or ``timestamp``.
    values : ndarray, shape (n,)
        int64 or float64 (NaN is missing) for numbers, otherwise objects (None is missing).
    fill : scalar or None
        What stands in place of missing values, once an imputer has decided.
    dropped : bool
        An imputer found no value at all; scikit-learn leaves the column out.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    kind: str
    values: NDArray[Any]
    fill: Scalar | None = None
    dropped: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    def missing(self) -> NDArray[np.bool_]:
        """Return where values are missing."""
        if self.values.dtype == object:
            return np.asarray(pd.isna(self.values))
        if self.values.dtype == np.int64:
            return np.zeros(len(self.values), dtype=bool)
        return np.asarray(np.isnan(self.values))

    def numbers(self) -> NDArray[np.float64]:
        """Return the values as doubles, missing ones as NaN.

        Raises
        ------
        UserError
            If the column holds text or dates.
        """
        if self.is_number:
            return self.values.astype(np.float64)
        if self.kind == "bool":
            return np.fromiter((np.nan if v is None else float(v) for v in self.values), dtype=np.float64, count=len(self.values))
        raise UserError(
            f"The column {self.name!r} holds {'text' if self.kind == 'str' else 'dates'} where the script computes with numbers",
            "Encode it first, or leave it out of the features.",
        )

    def scalars(self) -> list[Scalar | None]:
        """Return the values as Python scalars, missing ones as None."""
        if self.values.dtype == object:
            return list(self.values)
        if self.kind == "int":
            return [None if gap else int(v) for v, gap in zip(self.values.tolist(), self.missing().tolist(), strict=True)]
        # + 0.0 turns -0.0 into 0.0: they are one category
        return [None if v != v else v for v in (self.values + 0.0).tolist()]

    def distinct(self) -> tuple[list[Scalar | None], NDArray[np.intp]]:
        """Return the values that occur as Python scalars, None last where some are missing, and which of them each row has."""
        met: NDArray[Any]
        places, met = pd.factorize(self.values if self.values.dtype != np.float64 else self.values + 0.0)
        values: list[Scalar | None] = [int(v) for v in met.tolist()] if self.kind == "int" else met.tolist()
        gaps = places < 0
        if gaps.any():
            places = np.where(gaps, len(values), places)
            values.append(None)
        return values, places

    def arrow(self) -> pa.Array:
        """Return the values for a user function; dates as ISO text."""
        types = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
        return pa.array(self.scalars(), type=types.get(self.kind, pa.string()))

    def closed(self) -> Lane:
        """Return the lane with `fill` in place of missing values."""
        if self.fill is None:
            return self
        gaps = self.missing()
        if not gaps.any():
            return replace(self, fill=None)
        if self.is_number:
            values = self.values.astype(np.float64)
            values[gaps] = float(self.fill)
            return replace(self, values=values, fill=None, kind="float")
        values = self.values.copy()
        values[gaps] = self.fill
        return replace(self, values=values, fill=None)


def lanes_of(table: pa.Table, columns: tuple[str, ...], widths: dict[str, int]) -> tuple[Lane, ...]:
    """Return the lanes of some columns of a prepared table; a list column gives one lane per element.

    Parameters
    ----------
    widths : dict
        Column name → number of elements of its lists, 0 for a column of scalars.

    Raises
    ------
    UserError
        If a column is missing, of a type that cannot be a feature, or its lists differ in length.
    """
    lanes: list[Lane] = []
    for name in columns:
        column = _column(table, name)
        if widths[name]:
            lanes.extend(_list_lanes(column, name, widths[name]))
        else:
            kind = kind_of(column.type, name)
            lanes.append(Lane(name=name, label=name, sources=(name,), kind=kind, values=_values(column, kind)))
    return tuple(lanes)


def width_of(table: pa.Table, name: str) -> int:
    """Return how many elements the lists of a column have, 0 for a column of scalars."""
    column = _column(table, name)
    if not _is_list(column.type):
        return 0
    lengths = pc.unique(pc.list_value_length(column)).to_pylist()
    if len(lengths) != 1 or not lengths[0]:
        raise UserError(f"The lists in column {name!r} are not all equally long", "Every row needs the same number of elements.")
    return int(lengths[0])


def kind_of(type_: pa.DataType, name: str) -> str:
    """Return the kind of lane for an Arrow type."""
    if pa.types.is_boolean(type_):
        return "bool"
    if pa.types.is_integer(type_):
        return "int"
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "float"
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return "str"
    if pa.types.is_date(type_):
        return "date"
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if _is_list(type_) and (pa.types.is_floating(type_.value_type) or pa.types.is_integer(type_.value_type)):
        return "float"
    raise UserError(f"A feature of type {type_} is not supported yet: column {name!r}")


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise UserError(f"The prepared table has no column {name!r}", "Run the pipeline again.")
    column = table.column(name)
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _values(column: pa.ChunkedArray, kind: str) -> NDArray[Any]:
    if kind == "int" and not column.null_count:
        return np.ascontiguousarray(column.to_numpy().astype(np.int64))
    if kind in NUMBERS:
        return np.ascontiguousarray(column.cast(pa.float64()).to_numpy().astype(np.float64))
    if kind in ("date", "timestamp"):
        return _objects([None if v is None else v.isoformat() for v in column.to_pylist()])
    met = column.combine_chunks().dictionary_encode()
    places = met.indices.fill_null(len(met.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(_objects([*met.dictionary.to_pylist(), None])[places])  # one object per value that occurs, not per row


def _objects(values: list[Any]) -> NDArray[Any]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _list_lanes(column: pa.ChunkedArray, name: str, width: int) -> list[Lane]:
    lists = column.combine_chunks()
    lengths = pc.list_value_length(lists)
    if lists.null_count or pc.any(pc.not_equal(lengths, width)).as_py():
        raise UserError(f"The lists in column {name!r} are not all {width} long", "Every row needs the same number of elements.")
    matrix = pc.list_flatten(lists).cast(pa.float64()).to_numpy(zero_copy_only=False).reshape(len(lists), width)
    return [
        Lane(
            name=f"{name}_{i}",
            label=f"{name} {i + 1}",
            sources=(name,),
            kind="float",
            values=np.ascontiguousarray(matrix[:, i]),
        )
        for i in range(width)
    ]


def _is_list(type_: pa.DataType) -> bool:
    return bool(pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_))
