"""pandas: totals of rows and columns of a table, and arithmetic of whole tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import columns_of
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Encoded, Entries, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_frame import column_of, series_of, with_column
from lester_gui.rewrite.lift.library.pandas_series import CALCULATE
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

NUMERIC = ("sum", "mean", "std", "median")


@method("frame", "any", "all", "sum", "mean", "std", "min", "max", "median", "count")
def across(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.any(axis=1)``: one value per row from its columns; without ``axis``, one value per column."""
    given = args.bind("axis", axis=0, numeric_only=False, skipna=True, ddof=1)
    what = args.what.rsplit(".", 1)[-1]
    if not lift.const(given["skipna"]) or lift.const(given["ddof"]) != 1:
        raise no_rule(f"DataFrame.{what} with skipna or ddof")
    if lift.const(given["axis"]) in (1, "columns"):
        found = [(n, c) for n, c in frame.columns if isinstance(c, Cell)]
        if len(found) < len(frame.columns):
            raise shape(f"DataFrame.{what} of columns that the plan does not carry")
        if lift.const(given["numeric_only"]):
            found = [(n, c) for n, c in found if c.type.is_number or c.type is Type.BOOL]
        return series_of(frame, of_row(what, [c for _, c in found]), "")
    if lift.is_shown(args) or what in ("any", "all"):
        return Result(what)
    from lester_gui.rewrite.lift.library.pandas_totals import of_columns

    values = [
        (n, lift.state(frame.node, c, what, f"{what}_{n}", frame.part))
        for n, c in frame.columns
        if isinstance(c, Cell) and (c.type.is_number or what not in NUMERIC)
    ]
    return of_columns(lift, tuple(values))


def of_row(what: str, found: list[Cell]) -> Cell:
    """Return a total over several values of a row, those that are missing left out.

    Raises
    ------
    Stopped
        If they are not numbers, or there is none.
    """
    if not found:
        raise shape("A total of no columns")
    if what == "count":
        return _sum([_one_if(cells.make("not_null", c)) for c in found])
    if what in ("any", "all"):
        if any(c.type is not Type.BOOL or c.nullable for c in found):
            raise no_rule(f"DataFrame.{what} of columns that are no conditions")
        condition = paths.conjunction(c.expr for c in found)
        if what == "any":
            condition = paths.FALSE
            for c in found:
                condition = paths.either(condition, c.expr)
        return Cell(condition, Type.BOOL)
    numbers = [_one_if(c) if c.type is Type.BOOL and not c.nullable else c for c in found]
    if any(not c.type.is_number for c in numbers):
        raise no_rule(f"DataFrame.{what} along rows that hold something else than numbers")
    total = _sum([_nought_if_missing(c) for c in numbers])
    if what == "sum":
        return total
    if what in ("min", "max"):
        if len({c.type for c in numbers}) > 1:
            numbers = [cells.make("to_float", c) if c.type is Type.INT else c for c in numbers]
        return extreme(numbers, "Lt" if what == "min" else "Gt")
    count = _sum([_one_if(cells.make("not_null", c)) for c in numbers])
    mean = cells.make("float_div", total, count)
    nothing = cells.missing(Type.FLOAT)
    if what == "mean":
        if not any(c.nullable or columns_of(c.expr) for c in numbers):
            return cells.make("float_div", total, cells.cell_of(Const(len(numbers))))
        return cells.choose(cells.compare("Gt", count, cells.cell_of(Const(0)), pandas=True).expr, mean, nothing)
    if what == "std":
        apart = [cells.make("sub", c, mean) for c in numbers]
        squares = [cells.make("coalesce", cells.make("mul", d, d), cells.cell_of(Const(0.0))) for d in apart]
        spread = cells.make("sqrt", cells.make("float_div", _sum(squares), cells.make("sub", count, cells.cell_of(Const(1)))))
        return cells.choose(cells.compare("Gt", count, cells.cell_of(Const(1)), pandas=True).expr, spread, nothing)
    raise no_rule(f"DataFrame.{what} along rows")


def _nought_if_missing(cell: Cell) -> Cell:
    """Return a value, or nought where it is missing: that a file misses none now says nothing of other data."""
    nought = cells.cell_of(Const(0 if cell.type is Type.INT else 0.0))
    return cells.make("coalesce", cell, nought) if cell.nullable or columns_of(cell.expr) else cell


def _one_if(condition: Cell) -> Cell:
    return cells.choose(condition.expr, cells.cell_of(Const(1)), cells.cell_of(Const(0)))


def _sum(parts: list[Cell]) -> Cell:
    out = parts[0]
    for p in parts[1:]:
        out = cells.make("add", out, p)
    return out


def extreme(values: list[Cell], better: str) -> Cell:
    """Return the smallest or largest of several values, those that are missing left out."""
    out = values[0]
    for v in values[1:]:
        ahead = cells.compare(better, v, out, pandas=True)
        out = cells.choose(ahead.expr, v, cells.make("coalesce", out, v))
    return out


def _of_the_same_rows(lift: Lifter, a: Frame, b: Frame, apply: Callable[[Cell, Cell], Cell], turned: bool) -> Frame:
    """Return an operator applied to each column of `a` and the one of that name in `b`, the other way round if `turned`."""
    if a.index != b.index or not lift.align.same(a.node, b.node):
        raise shape("Two tables are aligned by indexes that are not the same")
    pairs = [(a.get(n), b.get(n)) for n in a.names]
    if not all(isinstance(x, Cell) and isinstance(y, Cell) for x, y in pairs):
        raise shape("A table holds something that the plan does not carry")
    levels = [c for _, c in a.levels]
    held = [cells.cell_of(x) for x, _ in pairs] + levels  # type: ignore[arg-type]
    others = [cells.cell_of(y) for _, y in pairs]  # type: ignore[arg-type]
    node, exprs = lift.align.together(*((c.expr, a.node) for c in held), *((c.expr, b.node) for c in others))
    moved = [Cell(e, c.type, c.nullable) for e, c in zip(exprs, held + others, strict=True)]
    count = len(pairs)
    made = (apply(y, x) if turned else apply(x, y) for x, y in zip(moved[:count], moved[len(held) :], strict=True))
    named = tuple((n, c) for (n, _), c in zip(a.levels, moved[count : len(held)], strict=True))
    return Frame(node, tuple(zip(a.names, made, strict=True)), a.index, named, a.part, a.origin)


# -- whole tables ------------------------------------------------------------------------------------------------------


def frame_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Return arithmetic of a frame with a constant, with one value per column, or with a frame of the same columns and rows."""
    return on_each_column(lift, a, b, lambda x, y: cells.arithmetic(op, x, y, pandas=True))


def frame_comparison(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Return the comparison of a frame with a constant or one value per column."""
    return on_each_column(lift, a, b, lambda x, y: cells.compare(op, x, y, pandas=True))


def on_each_column(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Value:
    """Return an operator applied to each column of a table, and to one value or what the other side has for that column."""
    frame, other = (a, b) if isinstance(a, Frame) else (b, a)
    assert isinstance(frame, Frame)
    values: dict[str, Value]
    if isinstance(other, Const | Cell):
        values = dict.fromkeys(frame.names, other)
    elif isinstance(other, Entries):  # pandas takes the columns in order of their names where the two sides differ
        values = {lift.text(k): v for k, v in other.items}
        if set(values) != set(frame.names):
            raise shape("A table is combined with values of other columns")
    elif isinstance(other, Frame) and other.names == frame.names and other.part == frame.part:
        return lift.new(_of_the_same_rows(lift, frame, other, apply, turned=a is other))
    else:
        raise no_rule("arithmetic of a table and this object")
    made: dict[str, Value] = {}
    for n, c in frame.columns:
        x, y = (c, values[n]) if frame is a else (values[n], c)
        made[n] = apply(cells.cell_of(x), cells.cell_of(lift.content(y)))
    return lift.new(replace(frame, columns=tuple(made.items())))


@method("frame", "add", "sub", "mul", "div", "truediv", "gt", "ge", "lt", "le", "eq", "ne")
def spelled_out(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.div(column, axis=0)``: each column with the value of the row; without ``axis``, with the value of the column."""
    from lester_gui.rewrite.lift.library.pandas_series import CALCULATE, COMPARE

    what = args.what.rsplit(".", 1)[-1]
    given = args.bind("other", "axis", axis="columns")
    other = lift.content(given["other"])
    if isinstance(other, Column1):
        if lift.const(given["axis"]) not in (0, "index"):
            raise no_rule(f"DataFrame.{what} with a Series along its columns")
        for n in frame.names:
            column = METHODS["series", what](lift, column_of(lift, frame, n), Arguments(args.what, [other]))
            frame = with_column(lift, frame, n, column)
        return lift.new(frame)
    if what in COMPARE:
        return frame_comparison(lift, COMPARE[what], frame, other)
    return frame_arithmetic(lift, CALCULATE[what], frame, other)


EACH = ("round", "abs", "clip")


@method("frame", *EACH)
def each_column(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.round(2)``, ``frame.abs()``, ``frame.clip(0, 1)``: of each column that holds numbers.

    Truth values, and the columns of categories, which are 0 or 1, stay as they are where the bounds leave them.
    """
    what = args.what.rsplit(".", 1)[-1]
    if any(not isinstance(lift.content(v), Const) for v in (*args.positional, *args.keywords.values())):
        raise no_rule(f"DataFrame.{what} with this argument")
    for n, c in frame.columns:
        if what == "clip" and _is_truth(c):
            if not _keeps_truth(lift, args):
                raise no_rule("DataFrame.clip that changes truth values")
            continue
        number = isinstance(c, Cell) and c.type.is_number
        if not number and what != "round":
            raise no_rule(f"DataFrame.{what} of a table with other columns than numbers")
        if number:
            options = Arguments(f"series.{what}", list(args.positional), dict(args.keywords))
            made = METHODS["series", what](lift, column_of(lift, frame, n), options)
            frame = with_column(lift, frame, n, made)
    return lift.new(frame)


def _is_truth(value: Value) -> bool:
    """Whether a column holds nothing but 0 and 1, or False and True."""
    if isinstance(value, Encoded):
        return [s.kind for s in value.chain] == ["one_hot"]
    return isinstance(value, Cell) and value.type is Type.BOOL and not value.nullable


def _keeps_truth(lift: Lifter, args: Arguments) -> bool:
    """Whether bounds leave 0 and 1 alone."""
    given = args.bind("lower", "upper", ignored=("axis",), lower=None, upper=None)
    low, high = lift.const(given["lower"]), lift.const(given["upper"])
    return (low is None or low <= 0) and (high is None or high >= 1)


REFLECTED = {f"r{name}": name for name in CALCULATE}


@method("series", *REFLECTED)
def reflected(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.rsub(x)``: ``x - column``."""
    from lester_gui.rewrite.lift.expressions.operators import combine

    what = args.what.rsplit(".", 1)[-1]
    given = args.bind("other", "level", "fill_value", level=None, fill_value=None, axis=0)
    if lift.content(given["level"]) != Const(None) or lift.content(given["fill_value"]) != Const(None):
        raise no_rule(f"Series.{what} with level or fill_value")
    return combine(lift, CALCULATE[REFLECTED[what]], given["other"], column)
