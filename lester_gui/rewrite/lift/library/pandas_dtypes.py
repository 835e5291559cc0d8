"""pandas: the types of columns, and what scripts choose by them.

A type is one of pandas 3: text that a file holds is ``str``, not ``object``. Where the plan's type does not tell which of
several pandas has (whole numbers of another width), it is traced to the step that made the column.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lester_gui.ir.expressions import Apply, Column, Expr, columns_of, walk
from lester_gui.ir.nodes import Project
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Cell, Coded, Column1, Const, Encoded, Frame, Items, Module, Result, Tup, Value
from lester_gui.rewrite.lift.library.pandas_categories import made_at
from lester_gui.rewrite.lift.library.pandas_frame import selected
from lester_gui.rewrite.lift.library.pandas_replace import NO_WORD
from lester_gui.rewrite.lift.library.pandas_totals import of_columns
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.objects import KINDS
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.ir.node import Node
    from lester_gui.rewrite.lift.lifter import Lifter

PLAIN = {
    Type.BOOL: "bool",
    Type.INT: "int64",
    Type.FLOAT: "float64",
    Type.STR: "str",
    Type.DATE: "object",
    Type.TIMESTAMP: "datetime64[us]",
    Type.DURATION: "timedelta64[us]",
    Type.FLOATS: "object",
    Type.STRS: "object",
}
NARROW = {
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "quarter", "weekday", "day_of_year"), "int32"),
    **dict.fromkeys(("days_in_month", "seconds_part"), "int32"),
    "iso_week": "UInt32",
}
"""What accessors of dates yield, by operator."""


@dataclass(frozen=True, slots=True)
class Dtype(Value):
    """The type of a column, by pandas' name of it."""

    name: str

    @property
    def real(self) -> Any:
        """The type as pandas and NumPy have it."""
        return pd.Series([], dtype=self.name).dtype


KINDS[Dtype] = "dtype"


def of_cell(lift: Lifter, node: Node, cell: Cell, name: str = "") -> str:
    """Return the type of a column of a table."""
    if name in lift.categories:
        return "category"
    if cell.type is Type.BOOL:
        return "object" if cell.nullable else "bool"
    if cell.type is Type.STR and of_words(node, cell):
        raise no_rule(f"the type of the column {name!r}, where words stand for numbers")
    if cell.type is not Type.INT:
        return PLAIN[cell.type]
    if cell.nullable:
        return "float64"
    made: object = cell.expr
    if isinstance(made, Column):
        at, column = made_at(node, made.name)
        made = dict(at.assigned).get(column) if isinstance(at, Project) else None
    return NARROW.get(made.operator, "int64") if isinstance(made, Apply) else "int64"


def of_words(node: Node, cell: Cell) -> bool:
    """Whether ``replace`` put words in the place of numbers above a text: to pandas, what comes of it are objects."""
    queue: list[tuple[Node, Expr]] = [(node, cell.expr)]
    seen: set[tuple[int, Expr]] = set()
    while queue:
        at, expr = queue.pop()
        if (id(at), expr) in seen:
            continue
        seen.add((id(at), expr))
        if any(isinstance(e, Apply) and e.operator == "present" and e.arguments == (NO_WORD.expr,) for e in walk(expr)):
            return True
        for name in columns_of(expr):
            made = dict(at.assigned).get(name) if isinstance(at, Project) else None
            if made is not None:
                queue.append((at.parents[0], made))
            elif at.parents:
                queue += [(at.parents[i], Column(c)) for i, c in at.definitions().get(name, ())]
    return False


def of_encoded(value: Encoded) -> str | None:
    """Return the type of a column that encoders made, None where it is not known."""
    last = value.chain[-1].kind
    if value.dtype:
        return value.dtype
    if last in ("standard_scaler", "min_max_scaler", "max_abs_scaler", "robust_scaler", "power", "quantile", "ordinal"):
        return "float64"
    if last == "simple_imputer" and value.cell.type in (Type.INT, Type.FLOAT):
        return "float64"
    return None


def dtype_of(lift: Lifter, frame: Frame, name: str) -> str:
    """Return the type of a column of a table.

    Raises
    ------
    Stopped
        If the plan does not know the column, or what type an encoder gave it.
    """
    value = frame.get(name)
    kind: str | None = None
    if isinstance(value, Cell):
        kind = of_cell(lift, frame.node, value, name)
    elif isinstance(value, Encoded):
        kind = of_encoded(value)
    if kind is None:
        raise no_rule(f"the type of the column {name!r}")
    return kind


# -- choosing columns by type ------------------------------------------------------------------------------------------


@method("frame", "select_dtypes")
def select_dtypes(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.select_dtypes(include=…, exclude=…)``, as pandas itself decides for a table of these types."""
    given = args.bind("include", "exclude", include=None, exclude=None)
    names = tuple(n for n in frame.names if not isinstance(frame.get(n), Result))
    include, exclude = (_asked(lift, given[n]) for n in ("include", "exclude"))
    chosen = set(by_type(lift, frame, names, include, exclude))
    results = [n for n in frame.names if n not in names]
    if results and include is not None:
        raise no_rule(f"the type of the column {results[0]!r}")
    return lift.new(selected(lift, frame, tuple(n for n in frame.names if n in chosen or n in results)))


def by_type(lift: Lifter, frame: Frame, names: tuple[str, ...], include: Any, exclude: Any) -> list[str]:
    """Return the names of columns that pandas chooses by their types."""
    empty = pd.DataFrame({i: pd.Series([], dtype=dtype_of(lift, frame, n)) for i, n in enumerate(names)})
    try:
        with warnings.catch_warnings(action="ignore"):  # pandas' own advice to the script
            found = empty.select_dtypes(include=include, exclude=exclude).columns
    except (TypeError, ValueError) as error:
        raise shape("Columns are chosen by types that pandas does not know") from error
    return [names[i] for i in found]


def _asked(lift: Lifter, value: Value) -> Any:
    content = lift.content(value)
    if content == Const(None):
        return None
    if isinstance(content, Items | Tup):
        return [_asked(lift, v) for v in content.values]
    return meant(lift, content)


def meant(lift: Lifter, content: Value) -> Any:
    """Return a type as the script names it: a text, or a class of Python, NumPy or pandas."""
    if isinstance(content, Dtype):
        return content.real
    if isinstance(content, Const):
        return content.value
    if isinstance(content, Module):
        library, _, name = content.name.rpartition(".")
        if library == "builtins" and name in ("object", "str", "int", "float", "bool"):
            return {"object": object, "str": str, "int": int, "float": float, "bool": bool}[name]
        if library == "numpy" and hasattr(np, name):
            return getattr(np, name)
    raise no_rule("this type")


# -- types as values ---------------------------------------------------------------------------------------------------


@attribute("frame", "dtypes")
def dtypes(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.dtypes``: the type of each column."""
    try:
        return of_columns(lift, tuple((n, Dtype(dtype_of(lift, frame, n))) for n in frame.names))
    except Stopped:
        return Result("types")


@attribute("series", "dtype")
@attribute("series", "dtypes")
def dtype(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.dtype``; of an array, whose text has another type, it is only looked at."""
    if column.numpy:
        return Result("type")
    kind = "category" if column.category else of_cell(lift, column.node, column.cell, column.name)
    return Dtype(kind)


@attribute("coded", "dtype")
def dtype_of_numbers(lift: Lifter, content: Coded, owner: Value) -> Value:
    """``codes.dtype``."""
    return Result("type")


@attribute("dtype", "name")
@attribute("dtype", "str")
def name(lift: Lifter, content: Dtype, owner: Value) -> Value:
    """``column.dtype.name``."""
    return Const(content.name)


@attribute("dtype", "kind")
def kind(lift: Lifter, content: Dtype, owner: Value) -> Value:
    """``column.dtype.kind``: ``i`` of whole numbers, ``f`` of floats, ``O`` of text and objects."""
    return Const(content.real.kind)


def equal(lift: Lifter, a: Value, b: Value) -> bool:
    """Whether two types, or a type and what the script calls one, are the same to pandas."""
    mine, other = (a, b) if isinstance(a, Dtype) else (b, a)
    assert isinstance(mine, Dtype)
    try:
        with warnings.catch_warnings(action="ignore"):  # NumPy's own advice to the script
            return bool(mine.real == meant(lift, other))
    except TypeError:  # so NumPy says that the other one names no type
        return False


TESTS = ("is_numeric_dtype", "is_string_dtype", "is_object_dtype", "is_bool_dtype", "is_integer_dtype", "is_float_dtype",
         "is_datetime64_any_dtype", "is_datetime64_dtype", "is_categorical_dtype", "is_timedelta64_dtype")  # fmt: skip


@function(*(f"pandas.api.types.{t}" for t in TESTS), *(f"pandas.{t}" for t in TESTS))
def asked_of_type(lift: Lifter, args: Arguments) -> Value:
    """``pd.api.types.is_numeric_dtype(frame[name])``."""
    content = lift.content(args.positional[0])
    held = lift.content(dtype(lift, content, content)) if isinstance(content, Column1) else content
    test = args.what.rsplit(".", 1)[-1]
    if isinstance(held, Result):
        return held
    if not isinstance(held, Dtype):
        raise no_rule(f"{test} of this object")
    if test == "is_categorical_dtype":
        return Const(held.name == "category")
    if test == "is_string_dtype" and held.name == "object":
        raise no_rule("whether all values of a column are texts")
    return Const(bool(getattr(pd.api.types, test)(held.real)))


@function("numpy.issubdtype")
def is_subtype(lift: Lifter, args: Arguments) -> Value:
    """``np.issubdtype(column.dtype, np.number)``."""
    held, other = (lift.content(v) for v in args.positional)
    if isinstance(held, Result):
        return held
    if not isinstance(held, Dtype):
        raise no_rule("issubdtype of this object")
    try:
        return Const(bool(np.issubdtype(held.real, meant(lift, other))))
    except TypeError as error:
        raise shape("NumPy does not know this type of pandas") from error
