"""pandas: values that look at other rows in order: ranks, running totals, the row before, filling from neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Filter, Node, Window, WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Value
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import column_of, series_of, settled, with_column
from lester_gui.rewrite.lift.library.pandas_groups import rows_of
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

RUNNING = {"cumsum": "pandas_cumsum", "cummax": "pandas_cummax", "cummin": "pandas_cummin", "ffill": "ffill", "bfill": "bfill"}
MOST_FILLED = 31  # from further away values would be taken by too many columns
LOOKING = ("shift", "diff", "rank", "pct_change", *RUNNING)


def windowed(lift: Lifter, node: Node, by: tuple[str, ...], column: WindowColumn, dropna: bool = True) -> tuple[Node, Cell]:
    """Return a node with the rows of `node` and a column that is computed within its groups, and that column's cell."""
    out, (cell,) = _windows(lift, node, by, (column,), dropna)
    return out, cell


def _windows(
    lift: Lifter, node: Node, by: tuple[str, ...], columns: tuple[WindowColumn, ...], dropna: bool
) -> tuple[Node, list[Cell]]:
    base = lift.tip(node)
    named = tuple(replace(c, name=lift.free_column(base, c.name)) for c in columns)
    call = lift.naming.called(node)
    out = lift.step(Window, call, base, parent=base, by=by, columns=named, drop_null_keys=dropna)
    lift.tips[id(node)] = (lift.line, out)
    return out, [cells.column(out, c.name) for c in named]


def neighbours(
    lift: Lifter, node: Node, by: tuple[str, ...], column: str, offsets: Iterable[int], dropna: bool
) -> tuple[Node, list[Cell]]:
    """Return a node with a column's values so many rows before each row of its group, or after it, and their cells."""
    names = ((i, f"{column}_{'before' if i > 0 else 'after'}_{abs(i)}") for i in offsets)
    columns = tuple(WindowColumn(name, "shift", column, offset=i) for i, name in names)
    return _windows(lift, node, by, columns, dropna) if columns else (lift.tip(node), [])


def options_of(lift: Lifter, what: str, args: Arguments) -> dict[str, object]:
    """Return function and options of a window method as pandas' arguments say them."""
    if what == "shift":
        given = args.bind("periods", periods=1, fill_value=None, freq=None, axis=0)
        if lift.content(given["freq"]) != Const(None):
            raise no_rule("shift with freq")
        return {"function": "shift", "offset": lift.const(given["periods"])}
    if what == "diff":
        return {"function": "diff", "offset": lift.const(args.bind("periods", periods=1, axis=0)["periods"])}
    if what == "rank":
        given = args.bind("method", axis=0, method="average", numeric_only=False, na_option="keep", ascending=True, pct=False)
        if lift.const(given["na_option"]) != "keep":
            raise no_rule("rank with na_option")
        method_name = lift.text(given["method"])
        flags = {n: bool(lift.const(given[n])) for n in ("ascending", "pct")}
        return {"function": f"pandas_rank_{method_name}", **flags}
    given = args.bind(ignored=("numeric_only",), axis=0, skipna=True, limit=None, inplace=False)
    if lift.const(given["limit"]) is not None or not lift.const(given["skipna"]) or lift.const(given["inplace"]):
        raise no_rule(f"{what} with limit, skipna or inplace")
    return {"function": RUNNING[what]}


def looked(
    lift: Lifter, node: Node, by: tuple[str, ...], column: str, what: str, args: Arguments, dropna: bool
) -> tuple[Node, Cell]:
    """Return node and cell of a method that looks at other rows of the group."""
    if what == "pct_change":
        return _change(lift, node, by, column, args, dropna)
    limit = lift.const(args.keywords.get("limit", Const(None))) if what in ("ffill", "bfill") else None
    if limit is not None:
        args.bind(limit=None, inplace=False)
        if type(limit) is not int or not 0 < limit <= MOST_FILLED or lift.const(args.keywords.get("inplace", Const(False))):
            raise no_rule(f"{what} with this limit")
        return _filled_from_near(lift, node, by, column, limit if what == "ffill" else -limit, dropna)
    options = options_of(lift, what, args)
    kind = node.schema.field(column).type
    if what == "diff" and kind in (Type.DATE, Type.TIMESTAMP):
        before = WindowColumn(f"{column}_before", "shift", column, offset=int(str(options["offset"])))
        out, earlier = windowed(lift, node, by, before, dropna)
        return out, cells.make("time_between", cells.column(out, column), earlier)
    if options.get("offset") == 0:
        return node, cells.column(node, column)
    out, cell = windowed(lift, node, by, WindowColumn(f"{column}_{what}", column=column, **options), dropna)  # type: ignore[arg-type]
    fill = lift.content(args.keywords.get("fill_value", Const(None))) if what == "shift" else Const(None)
    if fill == Const(None):
        return out, cell
    offset = int(str(options["offset"]))  # filled is what has no such row, and not a value that is missing there
    out, place = windowed(lift, node, by, WindowColumn("place", "cumcount", ascending=offset > 0), dropna)
    is_first = cells.compare("Lt", place, cells.cell_of(Const(abs(offset))), pandas=True).expr
    if dropna and by:  # a row whose key is missing is in no group, and has no row before it either
        is_first = paths.either(cells.make("is_null", place).expr, is_first)
    return out, cells.choose(is_first, cells.cell_of(fill), cell)


def _filled_from_near(lift: Lifter, node: Node, by: tuple[str, ...], column: str, limit: int, dropna: bool) -> tuple[Node, Cell]:
    """``column.ffill(limit=2)``: what is missing gets the nearest of so many values before it; of a negative limit, after it."""
    step = 1 if limit > 0 else -1
    out, near = neighbours(lift, node, by, column, range(step, limit + step, step), dropna)
    cell = cells.make("coalesce", cells.column(out, column), *near)
    if dropna and by:
        from lester_gui.rewrite.lift.grouped import without_keyless

        cell = without_keyless(out, by, cell)
    return out, cell


def _change(lift: Lifter, node: Node, by: tuple[str, ...], column: str, args: Arguments, dropna: bool) -> tuple[Node, Cell]:
    """``column.pct_change()``: by how much a value is more than the one before, as a share of that."""
    given = args.bind("periods", periods=1, fill_method=None)
    if lift.content(given["fill_method"]) != Const(None):
        raise no_rule("pct_change that fills missing values")
    before = WindowColumn(f"{column}_before", "shift", column, offset=lift.const(given["periods"]))
    out, earlier = windowed(lift, node, by, before, dropna)
    share = cells.make("float_div", cells.column(out, column), earlier)
    return out, cells.make("sub", share, cells.cell_of(Const(1.0)))


@method("series", *LOOKING)
def of_series(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.shift(1)``, ``column.rank()``, ``column.cumsum()``, ``column.ffill()`` over all rows."""
    what = args.what.rsplit(".", 1)[-1]
    by, dropna = groups_around(lift, column, what)
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    if column.numpy:
        if what != "cumsum":
            raise no_rule(f"{what} of an array")
        return _array_total(lift, replace(column, node=node, cell=cells.column(node, name)), by, name, args, dropna)
    out, cell = looked(lift, node, by, name, what, args, dropna)
    return replace(column, node=out, cell=cell)


@function("numpy.cumsum")
def running_total(lift: Lifter, args: Arguments) -> Value:
    """``np.cumsum(column)``: of a Series it is that of pandas."""
    given = args.bind("a", axis=None)
    column = lift.content(given["a"])
    if not isinstance(column, Column1):
        raise no_rule("cumsum of this object")
    return of_series(lift, column, Arguments("series.cumsum", []))


def _array_total(lift: Lifter, column: Column1, by: tuple[str, ...], name: str, args: Arguments, dropna: bool) -> Column1:
    """Return the running total of an array: from the first NaN on, all of it is NaN."""
    node, total = looked(lift, column.node, by, name, "cumsum", args, dropna)
    node, values = windowed(lift, node, by, WindowColumn("values", "running_count", name), dropna)
    node, rows = windowed(lift, node, by, WindowColumn("rows", "row_number"), dropna)
    none_missed = cells.compare("Eq", values, rows, pandas=True).expr
    return replace(column, node=node, cell=cells.choose(none_missed, total, cells.missing(total.type)))


def groups_around(lift: Lifter, column: Column1, what: str) -> tuple[tuple[str, ...], bool]:
    """Return within which groups a column looks at other rows: those whose function is being lifted, else all rows are one.

    Raises
    ------
    Stopped
        If it has the rows of one side of a split, or only some of the group's.
    """
    if column.part is not None:
        raise shape(f"{what} of one side of a split is not supported yet")
    if lift.group is None:
        return (), False
    if not lift.align.same(column.node, lift.group.node):
        raise shape(f"{what} of some rows of a group is not supported yet")
    return lift.group.keys, lift.group.dropna


@method("groupby", *LOOKING)
def of_group(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].shift(1)`` and its kind: one value for each row, in the table's order."""
    what = args.what.rsplit(".", 1)[-1]
    if not group.series:
        return _several(lift, group, what, args)
    node, frame = rows_of(lift, group)
    out, cell = looked(lift, node, group.keys, group.columns[0], what, args, group.dropna)
    return series_of(frame, cell, group.columns[0], out)


def _several(lift: Lifter, group: Grouping, what: str, args: Arguments) -> Value:
    names = group.columns or tuple(n for n in group.frame.names if n not in group.keys)
    node, frame = rows_of(lift, group)
    made: dict[str, Cell] = {}
    for name in names:
        node, cell = looked(
            lift, node, group.keys, name, what, Arguments(args.what, args.positional, args.keywords), group.dropna
        )
        made[name] = cell
    moved = {n: Cell(c.expr, c.type, c.nullable) for n, c in made.items()}
    return lift.new(settled(lift, Frame(node, tuple(moved.items()), frame.index, frame.levels)))


@method("groupby", "cumcount", "ngroup")
def cumcount(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.cumcount()``: how many rows of the group stand before this one."""
    if args.what.endswith("ngroup"):
        return _number_of_group(lift, group, args)
    given = args.bind("ascending", ascending=True)
    node, frame = rows_of(lift, group)
    column = WindowColumn("cumcount", "cumcount", ascending=bool(lift.const(given["ascending"])))
    out, cell = windowed(lift, node, group.keys, column, group.dropna)
    return series_of(frame, cell, "", out)


def _number_of_group(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.ngroup()``: the place of a row's key among all keys in order; -1 where it is missing."""
    ascending = bool(lift.const(args.bind("ascending", ascending=True)["ascending"]))
    if len(group.keys) != 1 or not group.sort or not group.dropna:
        raise no_rule("the number of a group of several keys, or of keys that are not sorted")
    node, frame = rows_of(lift, group)
    key = group.keys[0]
    out, rank = windowed(lift, node, (), WindowColumn(f"{key}_rank", "pandas_rank_dense", key, ascending=ascending), dropna=False)
    number = cells.make("coalesce", cells.make("sub", rank, cells.cell_of(Const(1))), cells.cell_of(Const(-1.0)))
    return Column1(out, cells.make("to_int", number), "", None, False, frame.index)


@method("groupby", "head", "tail", "nth")
def first_rows(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.head(n)``, ``grouped.tail(n)``, ``grouped.nth(0)``: some rows of each group, in the table's order."""
    what = args.what.rsplit(".", 1)[-1]
    count = lift.const(args.bind("n", n=5, dropna=None)["n"])
    if not isinstance(count, int) or (what != "nth" and count < 0):
        raise no_rule(f"{what} of a group with this number")
    node, frame = rows_of(lift, group)
    if any(node.schema.field(k).nullable for k in group.keys) and group.dropna:
        raise no_rule(f"{what} of groups whose key may be missing")
    backwards = what == "tail" or (what == "nth" and count < 0)
    place = WindowColumn("place", "cumcount", ascending=not backwards)
    out, cell = windowed(lift, node, group.keys, place, group.dropna)
    bound = Cell(cells.cell_of(Const(count if count >= 0 else -count - 1)).expr, Type.INT)
    condition = cells.compare("Eq" if what == "nth" else "Lt", cell, bound, pandas=True)
    kept = lift.step(Filter, lift.naming.called(node), parent=out, predicate=condition.expr)
    columns = tuple(
        (n, cells.column(kept, c.expr.name)) for n, c in frame.columns if isinstance(c, Cell) and isinstance(c.expr, Column)
    )
    levels = tuple((n, cells.column(kept, c.expr.name)) for n, c in frame.levels if isinstance(c.expr, Column))
    chosen = tuple((n, c) for n, c in columns if n in group.columns) if group.columns else columns
    if group.series:
        return Column1(kept, dict(columns)[group.columns[0]], group.columns[0], None, False, frame.index or None)
    return lift.new(settled(lift, Frame(kept, chosen, frame.index or None, levels)))


@method("series", "duplicated")
@method("frame", "duplicated")
def duplicated(lift: Lifter, content: Frame | Column1, args: Arguments) -> Value:
    """``frame.duplicated(subset, keep=…)``: whether an equal row stands before (or after) this one."""
    given = args.bind("subset", subset=None, keep="first") if isinstance(content, Frame) else args.bind(keep="first")
    keep = lift.const(given["keep"])
    if isinstance(content, Column1):
        if content.part is not None:
            raise shape("Looking for duplicates on one side of a split is not supported yet")
        node, name = lift.as_column(content.node, content.cell, content.name or "value")
        names: tuple[str, ...] = (name,)
        index = content.index
    else:
        names = content.names if lift.content(given["subset"]) == Const(None) else lift.strings(given["subset"])
        node, frame = lift.materialise(whole(lift, content, "Looking for duplicates"), with_index=True)
        index = frame.index
    if keep is False:
        out, cell = windowed(lift, node, names, WindowColumn("rows", "size"), dropna=False)
        condition = cells.compare("Gt", cell, cells.cell_of(Const(1)), pandas=True)
    else:
        out, cell = windowed(lift, node, names, WindowColumn("place", "cumcount", ascending=keep == "first"), dropna=False)
        condition = cells.compare("Gt", cell, cells.cell_of(Const(0)), pandas=True)
    return Column1(out, condition, "", None, False, index)


@method("frame", *LOOKING)
def of_frame(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.rank()``, ``frame.diff()``: of each column by itself."""
    out = lift.new(frame)
    for name in frame.names:
        column = lift.content(column_of(lift, frame, name))
        if not isinstance(column, Column1):
            raise no_rule(f"{args.what} of a table with the column {name!r}")
        made = of_series(lift, column, args)
        lift.set(out, with_column(lift, lift.content(out), name, made))  # type: ignore[arg-type]
    return out
