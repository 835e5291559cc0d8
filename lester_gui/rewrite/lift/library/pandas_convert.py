"""pandas: conversions of a Series: to another type, to numbers, to labels of intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Module, Value
from lester_gui.rewrite.lift.library.pandas_categories import Categories, listed
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("series", "astype")
def astype(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.astype(type)``."""
    given = args.bind("dtype", ignored=("copy",), errors="raise")
    kind = lift.content(given["dtype"])
    if isinstance(kind, Categories):
        return listed(column, kind.values)
    made = mapped(column, cast(lift, column.cell, given["dtype"]))
    if lift.content(given["dtype"]) != Const("category"):
        return replace(made, category="")
    return replace(made, category="listed" if column.category or column.name in lift.categories else "sorted")


def cast(lift: Lifter, cell: Cell, kind: Value) -> Cell:
    """Return a cell converted as ``astype`` does."""
    content = lift.content(kind)
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else lift.const(content)
    if not isinstance(name, str):
        raise no_rule("this type")
    if name in ("category", "object"):
        return cell
    if name in ("float", "float64", "float32", "float16", "double", "float_", "f8", "f4"):
        return _as_float(cell)
    if name in ("int", "int64", "int32", "int16", "int8", "uint8", "int_", "i8", "i4"):
        # pandas raises where a value is missing; asked of all that a file may hold so, whether this one does or not
        asked = cell.nullable or cell.type in (Type.FLOAT, Type.STR)
        whole = cells.make("present", cell) if asked else cell
        return cells.make("py_int" if cell.type is Type.STR else "to_int", whole)
    if name == "Int64" and cell.type in (Type.INT, Type.BOOL) and not cell.nullable:
        return cells.make("to_int", cell)
    if name in ("str", "string", "str_"):
        if cell.type is Type.STR:  # pandas' text type keeps missing values
            return cell
        if cell.nullable or cell.type in (Type.DATE, Type.TIMESTAMP):
            raise no_rule(f"a {cell.type} as text, whose form depends on the data, or that may be missing")
        return cells.make("py_str", cell)
    if name in ("bool", "bool_") and not cell.nullable:
        return cells.truth(cell)
    if name.startswith("datetime64[") and cell.type in (Type.DATE, Type.TIMESTAMP):
        return cell
    if name.startswith("datetime64[") and cell.type is Type.STR:
        return cells.make("parse_time", cell, cells.cell_of(Const("mixed")))  # as astype does, one by one
    raise no_rule(f"the conversion of a {cell.type} to {name}")


def _as_float(cell: Cell) -> Cell:
    if cell.type is not Type.STR:
        return cells.make("to_float", cell)
    there = cells.make("py_float", cells.make("coalesce", cell, Cell(Literal("0"), Type.STR)))
    missing = cells.missing(Type.FLOAT)
    return cells.choose(cells.make("is_null", cell).expr, missing, there)


@function("pandas.to_numeric")
def to_numeric(lift: Lifter, args: Arguments) -> Value:
    """``pd.to_numeric(column, errors=…)``; with ``coerce``, text that is no number is missing."""
    given = args.bind("arg", "errors", errors="raise", downcast=None)
    column = lift.content(given["arg"])
    errors = lift.const(given["errors"])
    if isinstance(column, Column1) and column.cell.type.is_number:
        return column
    if not isinstance(column, Column1) or column.cell.type is not Type.STR or errors not in ("raise", "coerce"):
        raise no_rule("to_numeric of this object")
    number = cells.make("to_number", column.cell)
    if errors == "coerce":
        return mapped(column, number)
    missing = cells.missing(Type.FLOAT)
    return mapped(column, cells.choose(cells.make("is_null", column.cell).expr, missing, cells.make("present", number)))
