"""pandas and NumPy: quantiles of a column, which are aggregates of it, and how a value is numbered between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Apply, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, times
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Items, Result, Tup, Value, Vector
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MISSING = cells.missing(Type.INT)


def quantiles(lift: Lifter, column: Column1, shares: Sequence[float]) -> list[Cell]:
    """Return quantiles over all rows of a column, by linear interpolation, as cells that all rows share.

    Parameters
    ----------
    shares
        Between 0 and 1, as NumPy takes them.

    Raises
    ------
    Stopped
        If these are no numbers, or rows of a group.
    """
    if column.cell.type in times.DAYS and all(0 <= s <= 1 for s in shares):
        return _of_times(lift, column, shares)
    if not column.cell.type.is_number or not all(0 <= s <= 1 for s in shares):
        raise shape("A quantile of something that has none")
    name = column.name or "value"
    value = cells.make("to_float", column.cell) if column.cell.type is Type.BOOL else column.cell
    part = column.part
    if lift.group is not None:
        return [lift.group.quantile(lift, value, column.node, float(s)) for s in shares]
    return [lift.state(column.node, value, "quantile", f"quantile_{name}", part, share=float(s)) for s in shares]


def _of_times(lift: Lifter, column: Column1, shares: Sequence[float]) -> list[Cell]:
    """Return quantiles of points in time: of their microseconds, cut down to a whole one, as pandas does."""
    epoch, unit = times.timestamp(datetime(1970, 1, 1)), Cell(Literal(1), Type.INT)
    since = cells.make("time_ratio", cells.make("time_between", column.cell, epoch), times.duration(timedelta(microseconds=1)))
    out = []
    for q in quantiles(lift, replace(column, cell=since), shares):
        whole = cells.make("to_int", cells.make("coalesce", q, cells.cell_of(Const(0.0))))
        made = cells.make("add_time", epoch, cells.make("duration_of", whole, unit))
        nothing = cells.missing(made.type)
        out.append(cells.choose(cells.make("not_null", q).expr, made, nothing))
    return out


@method("series", "quantile")
def quantile(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.quantile(0.9)``, ``column.quantile([0.25, 0.75])``."""
    given = args.bind("q", q=0.5, interpolation="linear")
    if lift.is_shown(args):
        return Result("quantile")
    if lift.const(given["interpolation"]) != "linear":
        raise no_rule("quantile with another interpolation")
    if lift.content(given["q"]) == Const(0.5) and column.cell.type not in times.DAYS:
        return lift.state(column.node, column.cell, "median", f"median_{column.name}", column.part)
    return _several(lift, column, lift.const(given["q"]), lambda q: q)


@attribute("tuple", "values")
@attribute("tuple", "iloc")
def several(lift: Lifter, content: Tup, owner: Value) -> Value:
    """``column.quantile([…]).values``: of all that is kept as a tuple, only such a Series has places and values."""
    return Vector(content.items)


@method("tuple", "to_numpy", "tolist", "to_list")
def listed(lift: Lifter, content: Tup, args: Arguments) -> Value:
    """``column.quantile([…]).tolist()``."""
    return Vector(content.items) if args.what.endswith("to_numpy") else lift.new(Items(content.items))


@function("numpy.quantile", "numpy.percentile", "numpy.nanquantile", "numpy.nanpercentile")
def quantile_function(lift: Lifter, args: Arguments) -> Value:
    """``np.percentile(column, 95)``."""
    given = args.bind("a", "q", "axis", axis=None)
    content = lift.content(given["a"])
    if isinstance(content, Result):
        return content
    if lift.const(given["axis"]) is not None:
        raise no_rule(f"{args.what} along an axis")
    column = as_column(lift, content)
    if column.cell.nullable and "nan" not in args.what:
        raise no_rule(f"{args.what} of values that may be missing")
    percent = args.what.endswith("percentile")
    found = _several(lift, column, lift.const(given["q"]), lambda q: q / 100 if percent else q)
    if "nan" in args.what:
        return found
    return (
        Tup(tuple(_if_complete(lift, column, q) for q in found.items))
        if isinstance(found, Tup)
        else _if_complete(lift, column, found)
    )


def _if_complete(lift: Lifter, column: Column1, quantile: Value) -> Cell:
    """Return a quantile that is NaN where a value is missing, as that of an array is: other data may miss some."""
    there = lift.state(column.node, column.cell, "count", f"count_{column.name or 'value'}", column.part)
    rows = lift.state(column.node, column.cell if column.part else cells.cell_of(Const(1)), "size", "rows", column.part)
    complete = cells.compare("Eq", there, rows, pandas=True).expr
    return cells.choose(complete, cells.cell_of(quantile), cells.missing(Type.FLOAT))


def _several(lift: Lifter, column: Column1, asked: Any, share: Any) -> Value:
    if isinstance(asked, int | float):
        return quantiles(lift, column, [share(float(asked))])[0]
    if not isinstance(asked, list | tuple) or not all(isinstance(q, int | float) for q in asked):
        raise no_rule("a quantile of this share")
    return Tup(tuple(quantiles(lift, column, [share(float(q)) for q in asked])))


def extreme_of(lift: Lifter, column: Column1, what: str) -> Cell:
    """Return the smallest or largest value of a column, as a float."""
    return lift.state(column.node, cells.make("to_float", column.cell), what, f"{what}_{column.name}", column.part)


def numbered(column: Column1, above: list[Any]) -> Cell:
    """Return above how many edges a value is; missing where it is."""
    code = cells.cell_of(Const(0))
    for a in above:
        code = cells.make("add", code, cells.choose(a, cells.cell_of(Const(1)), cells.cell_of(Const(0))))
    return cells.choose(Apply("is_null", (column.cell.expr,)), MISSING, code)


def labelled(column: Column1, code: Cell, labels: Any) -> Value:
    """Return a column of bins: their numbers, or the labels in their places."""
    if labels is False:
        return replace(column, cell=code, category="", categories=())
    if len({type(n) for n in labels}) != 1:
        raise no_rule("bins with these labels")
    kind = cells.cell_of(Const(labels[0])).type
    out = Cell(Literal(None, kind), kind, True)
    for i, label in reversed(list(enumerate(labels))):
        out = cells.choose(cells.compare("Eq", code, cells.cell_of(Const(i)), True).expr, cells.cell_of(Const(label)), out)
    return replace(column, cell=out, category="listed", categories=tuple(labels))
