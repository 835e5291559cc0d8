"""pandas: how often values occur, the most frequent ones, and small tables by value that scripts look things up in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, GroupOrder, Limit, Measure, Sort
from lester_gui.rewrite.lift import cells, side_totals
from lester_gui.rewrite.lift.domain import Accessor, Column1, Const, Keyed, Result, Tup, Value
from lester_gui.rewrite.lift.library.pandas_join import unique_on
from lester_gui.rewrite.lift.library.pandas_rows import placed
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.side_totals import SideTable
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("series", "value_counts")
def value_counts(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.value_counts()``: values in the index, the most frequent first, equally frequent ones as they appear."""
    given = args.bind("normalize", normalize=False, sort=True, ascending=False, bins=None, dropna=True)
    if lift.is_shown(args) or lift.content(given["bins"]) != Const(None):
        return Result("value_counts")
    if lift.group is not None:
        if lift.const(given["normalize"]) or not lift.const(given["sort"]) or lift.const(given["ascending"]):
            raise no_rule("value_counts of a group with these options")
        if not lift.const(given["dropna"]):
            raise no_rule("value_counts of a group with these options")
        return Accessor(column, "counts in a group")
    if column.part is not None:
        if lift.const(given["normalize"]) or not lift.const(given["dropna"]):
            raise shape("Counting values of one side of a split with these options is not supported yet")
        return side_totals.checked(
            SideTable(column.node, column.part, (column.cell,), column.cell, "size", column.name, lift.lines)
        )
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    counted = "count" if name != "count" else "rows"
    out: Aggregate | Sort = lift.step(
        Aggregate,
        f"{name}_counts",
        parent=node,
        by=(name,),
        measures=(Measure(counted, "size", None),),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=bool(lift.const(given["dropna"])),
    )
    if lift.const(given["sort"]):
        by = ((counted, bool(lift.const(given["ascending"]))),)
        out = lift.step(Sort, f"{name}_counts", parent=out, by=by)
    cell = cells.column(out, counted)
    if lift.const(given["normalize"]):
        cell = cells.arithmetic("Div", cell, lift.state(out, cell, "sum", f"{counted}_sum"), pandas=True)
    return Column1(out, cell, "proportion" if lift.const(given["normalize"]) else "count", None, False, (name,))


def is_by_value(column: Column1) -> bool:
    """Whether a Series has one row per value of its index: counts, or an aggregate of groups."""
    return bool(column.index) and column.part is None and unique_on(column.node, set(column.index or ()))


def first(lift: Lifter, column: Column1, count: int) -> Column1:
    """Return the first rows of a Series."""
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    out = lift.step(Limit, lift.naming.called(node), parent=node, count=count)
    return replace(column, node=out, cell=cells.column(out, name))


@method("series", "head")
def head(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``counts.head(n)``."""
    count = lift.const(args.bind("n", n=5)["n"])
    if lift.is_shown(args) or column.part is not None or not isinstance(count, int) or count < 0:
        return Result("rows shown")
    return first(lift, column, count)


@method("series", "nlargest", "nsmallest", "sort_values")
def in_order(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``series.nlargest(n)``, ``series.sort_values(ascending=…)``: equal values in the order in which they stand."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result("rows shown")
    if what == "sort_values":
        given = args.bind(ascending=True, kind="quicksort", na_position="last", ignore_index=False, inplace=False)
        if lift.const(given["na_position"]) != "last" or lift.const(given["ignore_index"]) or lift.const(given["inplace"]):
            raise no_rule("sort_values of a Series with these options")
        ascending, count = bool(lift.const(given["ascending"])), None
        stable = lift.const(given["kind"]) in ("stable", "mergesort")
    else:
        given = args.bind("n", n=5, keep="first")
        if lift.const(given["keep"]) != "first":
            raise no_rule(f"{what} with keep")
        ascending, count, stable = what == "nsmallest", lift.const(given["n"]), True
    if column.part is not None or column.numpy:
        raise no_rule(f"{what} of this column")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    key = (name, ascending)
    if not stable:
        node, key = placed(lift, node, name, ascending)
    out: Sort | Limit = lift.step(Sort, lift.naming.called(node), parent=node, by=(key,))
    if count is not None:
        out = lift.step(Limit, lift.naming.called(node), parent=out, count=count)
    return replace(column, node=out, cell=cells.column(out, name), index=column.index or None)


@method("series", "sort_index")
def by_index(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``counts.sort_index()``: in the order of an index that is made of columns, or 0, 1, 2, … already."""
    from lester_gui.rewrite.lift.library.pandas_rows import in_order_of_index

    if lift.is_shown(args):
        return Result("rows shown")
    given = args.bind(axis=0, ascending=True, kind="quicksort", na_position="last", ignore_index=False, inplace=False)
    if column.part is not None or column.numpy or lift.const(given["inplace"]) or lift.const(given["na_position"]) != "last":
        raise no_rule("sort_index of this Series")
    if column.index == () and lift.const(given["ascending"]) is True:
        return column
    if not column.index:
        raise no_rule("sort_index of this Series")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    out = in_order_of_index(lift, node, column.index, given)
    index = () if lift.const(given["ignore_index"]) else column.index
    return replace(column, node=out, cell=cells.column(out, name), index=index)


@method("series", "to_dict")
def to_dict(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``series.to_dict()``: what a Series holds under each value of its index, of equal ones the last."""
    if lift.is_shown(args):
        return Result("dict")
    if not column.index or len(column.index) != 1 or column.part is not None:
        raise no_rule("Series.to_dict here")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    key = cells.column(node, column.index[0])
    if key.nullable:
        raise shape("A dict is made of a Series whose index may be missing")
    return Keyed(node, column.index, cells.column(node, name), "last", lift.number(), column.name)


def top(lift: Lifter, keys: Column1, key: Value) -> Value | None:
    """Return ``counts.index[:n]``, the first keys, or None for another slice."""
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)):
        return None
    low, high, step = (lift.content(v) for v in key.owner.items)
    if low not in (Const(None), Const(0)) or step != Const(None) or not isinstance(high, Const) or type(high.value) is not int:
        return None
    if high.value < 0 or not is_by_value(keys):
        return None
    return first(lift, keys, high.value)


# -- one element -------------------------------------------------------------------------------------------------------


@attribute("modes", "iloc")
@attribute("modes", "values")
def places_of_modes(lift: Lifter, content: Value, owner: Value) -> Value:
    """``column.mode().iloc``."""
    return content


@method("modes", "__getitem__")
def first_mode(lift: Lifter, modes: Accessor, args: Arguments) -> Value:
    """``column.mode()[0]``; how many equally frequent values there are is not known."""
    if lift.content(args.positional[0]) != Const(0) or not isinstance(modes.owner, Tup):
        raise no_rule("another one of the most frequent values than the first")
    return modes.owner.items[0]


@method("series", "idxmax", "idxmin")
def place_of_extreme(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``counts.idxmax()``: the index of the first greatest value."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    if not column.index or len(column.index) != 1 or column.part is not None:
        raise no_rule(f"Series.{what} here")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    ordered = lift.step(Sort, lift.naming.called(node), parent=node, by=((name, what == "idxmin"),))
    key = cells.column(ordered, column.index[0])
    if key.nullable:
        raise no_rule(f"Series.{what} of an index that may be missing")
    only = lift.step(Limit, lift.naming.called(node), parent=ordered, count=1)
    return cells.make("present", lift.state(only, cells.column(only, column.index[0]), "first", f"{what}_{name}"))


@method("series", "reindex")
def reindexed(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``counts.reindex(frame.index)``: what a Series with one row per value holds for each row of another table."""
    from lester_gui.rewrite.lift.stages import looked_up

    given = args.bind("index", index=None, fill_value=None)
    wanted = lift.content(given["index"])
    if not isinstance(wanted, Column1) or not is_by_value(column):
        raise no_rule("reindex of this Series")
    node, cell = looked_up(lift, wanted, column)
    if lift.content(given["fill_value"]) != Const(None):
        if column.cell.nullable:
            raise no_rule("reindex with fill_value, which keeps values that are missing")
        cell = cells.make("coalesce", cell, cells.cell_of(lift.content(given["fill_value"])))
    return Column1(node, cell, column.name, wanted.part, False, wanted.index)
