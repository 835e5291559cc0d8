"""pandas: a group's value on each of its rows, and rows that are chosen by their group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.nodes import Distinct, Keep, Sort
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, grouped, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Frame, Result, Tup, Value
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.library.pandas_frame import filtered, masked, series_of, settled
from lester_gui.rewrite.lift.library.pandas_groups import SIMPLE, cell_of, known_function, rows_of
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("groupby", "transform")
def transform(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].transform("mean")``, ``transform(lambda s: s.fillna(s.median()))``; rows without a key get none."""
    given = args.bind("func", ignored=("engine",))
    node, frame = rows_of(lift, group)
    names = group.columns or tuple(n for n in frame.names if n not in group.keys)
    text = lift.content(given["func"])
    if isinstance(text, Const) and text.value not in SIMPLE:
        from lester_gui.rewrite.lift.library.pandas_windows import LOOKING
        from lester_gui.rewrite.lift.library.table import METHODS

        if text.value not in LOOKING:
            raise no_rule(f"transform({text.value!r})")
        return METHODS["groupby", text.value](lift, group, Arguments(f"groupby.{text.value}", []))
    made: dict[str, Cell] = {}
    for name in names:
        column = series_of(frame, cell_of(frame, name), name, node)
        known = known_function(lift, given["func"])
        value: Value
        if known is None:
            scope = grouped.Scope(node, group.keys, group.dropna)
            value = grouped.computed(lift, scope, given["func"], column)
        else:
            scope = grouped.Scope(node)
            value = scope.measure(lift, known, column.cell, node)
        node, made[name] = grouped.on_each_row(lift, frame, group.keys, group.dropna, scope, value)
        frame = replace(frame, node=node)
    if group.series:
        return series_of(frame, made[names[0]], names[0], node)
    return lift.new(settled(lift, Frame(node, tuple(made.items()), frame.index, frame.levels)))


@method("groupby", "filter")
def kept_groups(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped.filter(lambda g: len(g) > 5)``: the rows of the groups for which a function is true, in the table's order."""
    given = args.bind("func", dropna=True)
    if not lift.const(given["dropna"]) or group.columns:
        raise no_rule("filter of groups with dropna, or of chosen columns")
    node, frame = rows_of(lift, group)
    scope = grouped.Scope(node, group.keys, group.dropna)
    value = grouped.computed(lift, scope, given["func"], lift.new(frame))
    if not scope.measures:
        raise no_rule("filter of groups by something that is not theirs")
    out, cell = grouped.on_each_row(lift, frame, group.keys, group.dropna, scope, grouped.of_measures(value))
    if cell.type is not Type.BOOL:
        raise shape("A function that chooses groups yields something else than true or false")
    there = [cells.make("not_null", cells.column(out, k)).expr for k in group.keys] if group.dropna else []
    kept = cells.choose(paths.conjunction(there), cell, Cell(Literal(False), Type.BOOL))
    if kept.nullable:
        kept = cells.make("coalesce", kept, Cell(Literal(False), Type.BOOL))
    return lift.new(masked(lift, frame, Column1(out, kept, "", None, True)))


@method("groupby", "idxmax", "idxmin")
def places_of_extremes(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """``grouped[column].idxmax()``: the index of the first greatest value of each group; ``frame.loc`` takes it."""
    args.bind()
    if not group.series:
        raise no_rule(f"{args.what} of several columns")
    return Accessor(Tup((group, Const(args.what.endswith("idxmin")))), "first extremes")


def rows_of_extremes(lift: Lifter, frame: Frame, accessor: Accessor) -> Frame:
    """Return ``frame.loc[frame.groupby(keys)[column].idxmax()]``: of each group one row, in the order of the keys."""
    assert isinstance(accessor.owner, Tup)
    group, smallest = accessor.owner.items
    assert isinstance(group, Grouping)
    node, rows = rows_of(lift, group)
    here, there = frame.numbered, rows.numbered
    same = here is not None and there is not None and lift.align.same(here, there) and lift.align.same(frame.node, node)
    if not same or frame.part is not None or not group.dropna:
        raise shape("Rows are chosen by an index that counts the rows of another table")
    name = group.columns[0]
    needed = [cells.make("not_null", cell_of(rows, n)) for n in (*group.keys, name)]
    kept = filtered(lift, rows, Cell(paths.conjunction(c.expr for c in needed), Type.BOOL))
    if not group.sort:
        raise no_rule("the places of extremes of groups in the order in which they come")
    order = (*((k, True) for k in group.keys), (name, bool(lift.const(smallest))))
    call = lift.naming.called(kept.node)
    out = lift.step(Sort, call, parent=kept.node, by=order)
    one = lift.step(Distinct, call, parent=out, subset=group.keys, keep=Keep.FIRST)
    columns = tuple((n, cells.column(one, n)) for n in frame.names if n in one.schema)
    if len(columns) < len(frame.columns):
        raise shape("A table was changed after it was grouped")
    levels = tuple((n, cells.column(one, n)) for n, _ in frame.levels)
    return Frame(one, columns, frame.index or None, levels, None, frame.numbered)


@method("groupby", "groups", "sample", "value_counts")
def ordered(lift: Lifter, group: Grouping, args: Arguments) -> Value:
    """What looks at some rows of each group in ways that no rule covers."""
    raise no_rule(args.what.replace("groupby", "DataFrameGroupBy"))


@attribute("groupby", "plot")
def plotted(lift: Lifter, group: Grouping, owner: Value) -> Value:
    """``grouped.plot``."""
    return Result("plot")
