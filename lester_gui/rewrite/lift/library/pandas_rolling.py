"""pandas: values over the last rows: ``column.rolling(3).mean()``, ``column.expanding().max()``, of all rows or of each group.

The last `n` rows are `n` values side by side, the row's own and those of the rows before, so that what depends on them is said
row by row. What is over all rows so far is a running total.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node, WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Tup, Value
from lester_gui.rewrite.lift.grouped import without_keyless
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.library.pandas_arithmetic import extreme, of_row
from lester_gui.rewrite.lift.library.pandas_frame import series_of
from lester_gui.rewrite.lift.library.pandas_groups import rows_of
from lester_gui.rewrite.lift.library.pandas_windows import groups_around, neighbours, windowed
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

WIDEST = 31  # a window of more rows would be said by too many columns
ROLLED = ("mean", "sum", "min", "max", "std", "var")
EXPANDED = ("mean", "sum", "min", "max", "count")


@method("series", "rolling")
def rolling(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.rolling(window, min_periods=…)`` of a number of rows."""
    return Accessor(Tup((column, *_window(lift, args))), "rolling")


@method("series", "expanding")
def expanding(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.expanding(min_periods)``."""
    return Accessor(Tup((column, _least(lift, args))), "expanding")


@method("groupby", "rolling")
def rolling_of_groups(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].rolling(window)``: its values come group by group, and go back to their rows by index."""
    return Accessor(Tup((_chosen(group, args.what), *_window(lift, args))), "rolling of groups")


@method("groupby", "expanding")
def expanding_of_groups(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].expanding()``."""
    return Accessor(Tup((_chosen(group, args.what), _least(lift, args))), "expanding of groups")


def _chosen(group: Grouping, what: str) -> Grouping:
    if not group.series:
        raise no_rule(f"{what} of several columns")
    return group


def _window(lift: Lifter, args: Arguments) -> tuple[Const, Const, Const]:
    given = args.bind("window", "min_periods", min_periods=None, center=False)
    size, least = lift.const(given["window"]), lift.const(given["min_periods"])
    if type(size) is not int or not 1 <= size <= WIDEST:
        raise no_rule("rolling over this window")
    if least is not None and (type(least) is not int or least < 1):
        raise no_rule("rolling with these min_periods")
    return Const(size), Const(size if least is None else least), Const((size - 1) // 2 if lift.const(given["center"]) else 0)


def _least(lift: Lifter, args: Arguments) -> Const:
    least = lift.const(args.bind("min_periods", min_periods=1)["min_periods"])
    if type(least) is not int or least < 1:
        raise no_rule("expanding with these min_periods")
    return Const(least)


# -- what is taken of them ---------------------------------------------------------------------------------------------


@method("rolling", *ROLLED)
@method("expanding", *EXPANDED)
def taken(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.rolling(3).mean()``, ``column.expanding().max()``."""
    what = args.what.rsplit(".", 1)[-1]
    args.bind(ignored=("engine", "numeric_only"))
    assert isinstance(accessor.owner, Tup)
    column, *numbers = accessor.owner.items
    assert isinstance(column, Column1)
    by, dropna = groups_around(lift, column, accessor.kind)
    node, cell = _over(lift, column.node, column.cell, column.name, what, [lift.const(n) for n in numbers], by, dropna)
    return replace(column, node=node, cell=cell)


@method("rolling of groups", *ROLLED)
@method("expanding of groups", *EXPANDED)
def taken_of_groups(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``grouped[column].rolling(3).mean()``, whose index has the groups' keys before the rows' own."""
    what = args.what.rsplit(".", 1)[-1]
    args.bind(ignored=("engine", "numeric_only"))
    assert isinstance(accessor.owner, Tup)
    group, *numbers = accessor.owner.items
    assert isinstance(group, Grouping)
    node, frame = rows_of(lift, group)
    name = group.columns[0]
    cell = frame.get(name)
    if not isinstance(cell, Cell):
        raise no_rule(f"{what} of this column")
    node, cell = _over(lift, node, cell, name, what, [lift.const(n) for n in numbers], group.keys, group.dropna)
    if group.dropna:
        cell = without_keyless(node, group.keys, cell)
    return Accessor(Tup((series_of(frame, cell, name, node), Const(len(group.keys)))), "by group and row")


@method("by group and row", "reset_index", "droplevel")
def by_row(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``….reset_index(level=0, drop=True)``: the index of the rows is left, by which the values find their rows."""
    given = args.bind("level", drop=False) if args.what.endswith("reset_index") else {**args.bind("level"), "drop": Const(True)}
    assert isinstance(accessor.owner, Tup)
    column, keys = accessor.owner.items
    levels = lift.const(given["level"])
    dropped = list(range(levels + 1)) if isinstance(levels, int) and levels == 0 else levels
    if not lift.const(given["drop"]) or dropped != list(range(lift.const(keys))):
        raise no_rule("values of groups whose rows they belong to is not known")
    return column


def _over(
    lift: Lifter, node: Node, cell: Cell, name: str, what: str, numbers: list[int], by: tuple[str, ...], dropna: bool
) -> tuple[Node, Cell]:
    if cell.type is Type.BOOL:
        cell = cells.make("to_float", cell)
    if not cell.type.is_number:
        raise no_rule(f"{what} of the last rows of a {cell.type}")
    node, column = lift.as_column(node, cell, name or "value")
    if len(numbers) == 1:
        return _so_far(lift, node, column, what, numbers[0], by, dropna)
    return _of_the_last(lift, node, column, what, (numbers[0], numbers[2]), numbers[1], by, dropna)


def _of_the_last(
    lift: Lifter, node: Node, column: str, what: str, width: tuple[int, int], least: int, by: tuple[str, ...], dropna: bool
) -> tuple[Node, Cell]:
    """Return a total of the last rows; of a `width`, the second number says how many of them come after the row itself."""
    size, after = width
    out, others = neighbours(lift, node, by, column, (*range(1, size - after), *range(-1, -after - 1, -1)), dropna)
    values = [cells.column(out, column), *others]
    count = of_row("count", values)
    nothing = cells.missing(Type.FLOAT)
    enough = cells.compare("GtE", count, cells.cell_of(Const(max(least, 2 if what in ("std", "var") else 1))), pandas=True)
    if what in ("min", "max"):
        best = extreme(values, "Lt" if what == "min" else "Gt")
        return out, cells.choose(enough.expr, cells.make("to_float", best), nothing)
    total = of_row("sum", values)
    if what == "sum":
        return out, cells.choose(enough.expr, cells.make("to_float", total), nothing)
    mean = cells.make("float_div", total, count)
    if what == "mean":
        return out, cells.choose(enough.expr, mean, nothing)
    out, called = lift.as_column(out, mean, f"{column}_mean")
    middle = cells.column(out, called)
    squares = []
    for v in values:
        apart = cells.make("sub", v, middle)
        squares.append(cells.make("coalesce", cells.make("mul", apart, apart), cells.cell_of(Const(0.0))))
    spread = cells.make("float_div", of_row("sum", squares), cells.make("sub", count, cells.cell_of(Const(1))))
    return out, cells.choose(enough.expr, cells.make("sqrt", spread) if what == "std" else spread, nothing)


def _so_far(lift: Lifter, node: Node, column: str, what: str, least: int, by: tuple[str, ...], dropna: bool) -> tuple[Node, Cell]:
    node, count = windowed(lift, node, by, WindowColumn(f"{column}_number", "running_count", column), dropna)
    if what == "count":
        return node, cells.make("to_float", count)
    running = {"mean": "pandas_cumsum", "sum": "pandas_cumsum", "min": "pandas_cummin", "max": "pandas_cummax"}[what]
    node, here = windowed(lift, node, by, WindowColumn(f"{column}_{what}", running, column), dropna)
    node, so_far = lift.as_column(node, here, f"{column}_{what}")
    node, latest = windowed(lift, node, by, WindowColumn(f"{so_far}_so_far", "ffill", so_far), dropna)
    value = cells.make("float_div", latest, count) if what == "mean" else cells.make("to_float", latest)
    enough = cells.compare("GtE", count, cells.cell_of(Const(least)), pandas=True)
    return node, cells.choose(enough.expr, value, cells.missing(Type.FLOAT))
