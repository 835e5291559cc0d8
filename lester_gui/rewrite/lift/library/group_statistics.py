"""Statistics of lists, counters of lists of a dict, and sorted rows in groups: statistics, Counter, itertools.groupby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Sort
from lester_gui.rewrite.lift import cells, group_parts, paths, stages
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Items, Present, Result, Rows, Tup, Value
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.iterators import GIVEN_ONCE
from lester_gui.rewrite.lift.library.group_lists import by_place, one_row_each, total
from lester_gui.rewrite.lift.library.side_dicts import statistic as of_side
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.side_totals import SideListOf
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped, moved

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

STATISTICS = {
    **dict.fromkeys(("mean", "fmean"), "mean"),
    "median": "median",
    "stdev": "std",
    "pstdev": "std0",
    "variance": "var",
    "pvariance": "var0",
}


@function(*(f"statistics.{n}" for n in STATISTICS))
def of_numbers(lift: Lifter, args: Arguments) -> Value:
    """``statistics.mean(xs)``: an empty list, or one number where two are needed, ends the script."""
    content = lift.content(args.bind("data")["data"])
    name = STATISTICS[args.what.rsplit(".", 1)[-1]]
    if isinstance(content, Result):
        return content
    if isinstance(content, GroupOf):
        return total(lift, content, name)
    if isinstance(content, SideListOf | Present):
        return of_side(lift, content, name)
    if isinstance(content, Rows | Column1):
        from lester_gui.rewrite.lift.library.pandas_io import as_column

        column = as_column(lift, content)
        if column.cell.nullable:
            raise shape("A list holds values that may be missing")
        return cells.there(lift.state(column.node, column.cell, name, name, column.part))
    raise no_rule(f"{args.what} of this object")


def of_array(lift: Lifter, one: GroupOf, what: str, ddof: int) -> Value:
    """Return ``np.mean(xs)`` and its kind: of an empty list NaN, or an error."""
    if ddof != 0 and what in ("std", "var"):
        raise no_rule(f"np.{what} with ddof {ddof} of a list of a dict")
    name = f"{what}0" if what in ("std", "var") else what
    if one.maybe and what in ("mean", "median", "std", "var"):
        return total(lift, one, name, Const(float("nan")))
    return total(lift, one, name)


@method("group", "mean", "std", "var", "sum", "min", "max")
def of_made_array(lift: Lifter, one: GroupOf, args: Arguments) -> Value:
    """``np.array(xs).mean()``: a list itself has no such methods."""
    given = args.bind("axis", axis=None, ddof=0)
    if lift.const(given["axis"]) not in (None, 0):
        raise no_rule("a statistic along this axis")
    return of_array(lift, one, args.what.rsplit(".", 1)[-1], int(lift.const(given["ddof"])))


# -- counters ----------------------------------------------------------------------------------------------------------


@method("group.counter", "__getitem__", "get")
def times(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``counter["x"]``, ``counter.get("x", 0)``: 0 where the list has no such element."""
    given = args.positional
    if len(given) > 2 or (args.what.endswith("get") and (len(given) != 2 or lift.content(given[1]) != Const(0))):
        raise no_rule("get of a counter with another default than 0")
    one = accessor.owner
    assert isinstance(one, GroupOf)
    own, needle = lift.content(one.key), lift.content(given[0])
    keys = own.items if isinstance(own, Tup) else (own,)
    parts = needle.items if isinstance(needle, Tup) else (needle,)
    return stages.get(lift, group_parts.counted(lift, one), Tup((*keys, *parts)), Const(0))


@method("group", "count")
def how_often(lift: Lifter, one: GroupOf, args: Arguments) -> Value:
    """``xs.count(x)``: how often a list holds a value."""
    if len(args.positional) != 1 or one.order == "set":
        raise no_rule("count of this object")
    return times(lift, Accessor(one, "group.counter"), Arguments("counter[…]", args.positional))


@method("group.counter", "most_common")
def most_common(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``counter.most_common(n)``."""
    number = lift.const(args.bind("n", n=None)["n"])
    assert isinstance(accessor.owner, GroupOf)
    return group_parts.most_common(lift, by_place(lift, accessor.owner), number)


@method("group.counter", "values")
def counts(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``counter.values()``."""
    assert isinstance(accessor.owner, GroupOf)
    return group_parts.counts(lift, accessor.owner)


# -- neighbours --------------------------------------------------------------------------------------------------------


@function("itertools.groupby")
def groupby(lift: Lifter, args: Arguments) -> Value:
    """``groupby(rows, key)`` of rows that are sorted by the key: each key with a list that can be gone through once."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    given = args.bind("iterable", "key", key=None)
    rows = lift.content(given["iterable"])
    if not isinstance(rows, Rows) or rows.part is not None or lift.loops:
        raise no_rule("itertools.groupby of this object")
    value = rows.template
    if lift.content(given["key"]) != Const(None):
        value = invoke(lift, given["key"], Arguments("key", [rows.template]))
    content = lift.content(value)
    parts = content.values if isinstance(content, Items | Tup) else (content,)
    node, names = rows.node, []
    for part in parts:
        cell = cells.cell_of(lift.content(part))
        if cell.nullable:
            raise shape("Rows are grouped by values that may be missing")
        node, name = lift.as_column(node, lift.move(cell, rows.node, node), lift.called_cell(cell) or "key")
        names.append(name)
    sort = next((n for n in lift.align.chain(node) if isinstance(n, Sort)), None)
    if sort is None or {n for n, _ in sort.by[: len(names)]} != set(names):
        raise no_rule("itertools.groupby of rows that are not sorted by its key")
    template = moved(lift, rows.template, rows.node, node)
    flat: list[Cell] = []
    for cell in leaves(lift, template):
        if paths.is_partial(cell.expr):  # it was computed for all rows, and for no others
            node, name = lift.as_column(node, cell, lift.called_cell(cell) or "value")
            cell = cells.column(node, name)
        flat.append(cell)
    queue = iter(flat)
    groups = Groups(node, tuple(names), mapped(lift, template, lambda c: next(queue)), True)
    first, key = one_row_each(lift, groups)
    return Rows(first, Tup((key, GroupOf(groups, key, order=GIVEN_ONCE))))
