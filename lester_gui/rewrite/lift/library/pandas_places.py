"""pandas: index, loc and iloc, and what a DataFrame is as an array."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Filter
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Frame,
    Result,
    Rows,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.grafting import as_before
from lester_gui.rewrite.lift.library.pandas_elements import cell_at, of_row, place_of_label, row_at
from lester_gui.rewrite.lift.library.pandas_frame import (
    aligned,
    assigned,
    column_of,
    in_place,
    masked,
    selected,
    settled,
    sliced,
    with_column,
)
from lester_gui.rewrite.lift.library.pandas_group_rows import rows_of_extremes
from lester_gui.rewrite.lift.library.pandas_io import with_index
from lester_gui.rewrite.lift.library.pandas_labels import among
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "reset_index")
def reset_index(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.reset_index(drop=…)``: index levels become the first columns."""
    given = args.bind("level", level=None, drop=False, inplace=False, names=None)
    if lift.const(given["level"]) is not None or lift.const(given["names"]) is not None:
        raise no_rule("reset_index with level or names")
    if lift.const(given["drop"]):
        columns = frame.columns
    elif frame.levels:
        columns = (*frame.levels, *frame.columns)
    elif "index" in frame.names:
        raise no_rule("keeping row numbers as a column")
    else:  # row numbers are a result: a script that drops them goes on, one that computes with them does not
        columns = (("index", Result("row numbers")), *frame.columns)
    return in_place(lift, args, settled(lift, Frame(frame.node, columns, (), (), frame.part)), given["inplace"])


@method("frame", "set_index")
def set_index(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.set_index(names)``."""
    given = args.bind("keys", drop=True, inplace=False, append=False, verify_integrity=False)
    if not lift.const(given["drop"]) or lift.const(given["append"]):
        raise no_rule("set_index with drop=False or append")
    return in_place(lift, args, with_index(lift, replace(frame, index=()), lift.strings(given["keys"])), given["inplace"])


def _indexer(kind: str) -> None:
    @attribute("frame", kind)
    def rule(lift: Lifter, frame: Value, owner: Value) -> Value:
        return Accessor(owner, f"frame.{kind}")


for _kind in ("loc", "iloc", "at", "iat"):
    _indexer(_kind)


@method("frame.loc", "__getitem__")
@method("frame.at", "__getitem__")
def loc(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.loc[mask]``, ``frame.loc[mask, columns]``, ``frame.loc[:, columns]``."""
    frame = lift.content(accessor.owner)
    assert isinstance(frame, Frame)
    key = lift.content(args.positional[0])
    rows, names = (key.items if len(key.items) == 2 else (key, None)) if isinstance(key, Tup) else (key, None)
    rows = lift.content(rows)
    place = place_of_label(frame, rows)
    if place is not None and names is None:
        return row_at(lift, frame, place)
    if place is not None and names is not None and isinstance(lift.content(names), Const):
        return of_row(lift, frame, place, lift.text(names))
    if isinstance(rows, Accessor) and rows.kind == "first extremes":
        frame = rows_of_extremes(lift, frame, rows)
    elif isinstance(rows, Labels):
        frame = masked(lift, frame, among(lift, frame, rows))
    elif isinstance(rows, Column1):
        frame = masked(lift, frame, rows)
    elif not (isinstance(rows, Accessor) and rows.owner == Tup((Const(None),) * 3)):
        raise no_rule("loc with these rows")
    if names is None:
        return lift.new(frame)
    wanted = lift.content(names)
    if isinstance(wanted, Const):
        return column_of(lift, frame, lift.text(wanted))
    if isinstance(wanted, Accessor) and wanted.kind == "slice":
        low, high, _ = lift.const(wanted.owner)
        first = frame.names.index(low) if low is not None else 0
        last = frame.names.index(high) if high is not None else len(frame.names) - 1
        return lift.new(selected(lift, frame, frame.names[first : last + 1]))
    chosen = lift.const(wanted)
    if chosen and all(isinstance(c, bool) for c in chosen) and len(chosen) == len(frame.names):
        return lift.new(selected(lift, frame, tuple(n for n, c in zip(frame.names, chosen, strict=True) if c)))
    return lift.new(selected(lift, frame, lift.strings(wanted)))


@method("frame.loc", "__setitem__")
def set_loc(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.loc[mask, column] = value``: the old value stays where the mask is false."""
    frame = lift.content(accessor.owner)
    assert isinstance(frame, Frame)
    key = lift.content(args.positional[0])
    if not isinstance(key, Tup) or len(key.items) != 2:
        raise no_rule("loc[…] = … with this key")
    rows, name = lift.content(key.items[0]), lift.text(key.items[1])
    value = lift.content(args.positional[1])
    if isinstance(rows, Accessor) and rows.owner == Tup((Const(None),) * 3):
        lift.set(accessor.owner, with_column(lift, frame, name, value))
        return Const(None)
    if isinstance(rows, Labels):
        rows = among(lift, frame, rows)
    if not isinstance(rows, Column1):
        raise no_rule("loc[…] = … with these rows")
    frame, mask = aligned(lift, frame, rows)
    if mask.nullable:
        raise shape("A mask may be missing for some rows")
    if isinstance(value, Column1):
        value = _of_chosen_rows(lift, frame, mask, value) or value
        frame, new = aligned(lift, frame, value)
        frame, mask = aligned(lift, frame, rows)
    elif (isinstance(value, Const) and value.value is None) or (isinstance(value, Const) and value.value != value.value):
        old_cell = frame.get(name)
        if not isinstance(old_cell, Cell):
            raise shape(f"There is no column {name!r}")
        new = cells.missing(old_cell.type)
    else:
        new = cells.cell_of(value)
    old = frame.get(name)
    if old is None:
        old = cells.missing(new.type)
    if not isinstance(old, Cell):
        raise shape(f"The column {name!r} holds something that the plan does not carry")
    lift.set(accessor.owner, assigned(lift, frame, {name: cells.choose(mask.expr, new, old)}))
    return Const(None)


def _of_chosen_rows(lift: Lifter, frame: Frame, mask: Cell, value: Column1) -> Column1 | None:
    """Return what was computed for the rows that a mask chooses as a column of all rows; None where it is of other rows."""
    chosen = lift.align.chain(value.node)[-1]
    if not isinstance(chosen, Filter) or lift.align.same(value.node, frame.node) or value.part != frame.part:
        return None
    if value.origin is None or frame.numbered is None or not lift.align.same(value.origin, frame.numbered):
        return None
    try:
        asked, there = lift.align.together(lift.align.asked(chosen), (mask.expr, frame.node))[1]
        if asked != there:
            return None
        node, expr = as_before(lift, value.cell.expr, value.node, chosen, frame.node)
    except Stopped:
        return None
    return replace(
        value, node=node, cell=Cell(expr, value.cell.type, value.cell.nullable), index=frame.index, origin=frame.origin
    )


@method("frame.iloc", "__getitem__")
def iloc(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.iloc[a:b]``, ``frame.iloc[:, places]``, ``frame.iloc[order]``."""
    from lester_gui.rewrite.lift.library.splitting import by_order

    frame = lift.content(accessor.owner)
    assert isinstance(frame, Frame)
    key = lift.content(args.positional[0])
    found = cell_at(lift, frame, key)
    if found is not None:
        return found
    rows, places = (
        (lift.content(key.items[0]), lift.content(key.items[1])) if isinstance(key, Tup) and len(key.items) == 2 else (key, None)
    )
    if not (isinstance(rows, Accessor) and rows.owner == Tup((Const(None),) * 3)):
        if isinstance(rows, Accessor) and rows.kind == "slice":
            frame = sliced(lift, frame, rows)
        else:
            part = by_order(lift, frame.node, rows)
            if part is None or frame.part is not None:
                raise no_rule("iloc with these rows")
            frame = replace(frame, part=part, index=frame.index or None)
    if places is None:
        return lift.new(frame)
    if isinstance(places, Const):
        return column_of(lift, frame, frame.names[lift.const(places)])
    if isinstance(places, Accessor) and places.kind == "slice":
        low, high, step = lift.const(places.owner)
        return lift.new(selected(lift, frame, frame.names[low:high:step]))
    return lift.new(selected(lift, frame, tuple(frame.names[i] for i in lift.const(places))))


@attribute("frame", "values")
def values(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.values``."""
    return to_matrix(lift, frame)


@method("frame", "to_numpy", "__array__")
def to_numpy(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.to_numpy()``."""
    return to_matrix(lift, frame)


def to_matrix(lift: Lifter, frame: Frame) -> Value:
    """Return the columns of a frame as a two-dimensional array."""
    from lester_gui.rewrite.lift.blocks import of_frame

    return of_frame(lift, frame)


@attribute("frame", "shape")
def shape_of(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.shape``."""
    return Tup((lift.count(frame.node, frame.part), Const(len(frame.names))))


@attribute("frame", "size")
@attribute("frame", "style")
@attribute("frame", "plot")
def shown(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """What is only looked at."""
    return Result("facts")


@attribute("frame", "index")
def row_labels(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.index``: usable where a list of row numbers is."""
    if len(frame.levels) == 1:
        name, cell = frame.levels[0]
        return Column1(frame.node, cell, name, frame.part, True, frame.index)
    if frame.index is None and frame.part is None and frame.origin is not None:
        return Labels(frame)
    return Rows(frame.node, lift.position(frame.node), frame.part)


@method("frame", "info", "describe", "hist", "boxplot", "value_counts", "nunique", "corr", "memory_usage",
        "to_string", "items", "keys", "equals")  # fmt: skip
def looked_at(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """Methods that scripts use to look at a table."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("items", "keys", "equals"):
        raise no_rule(f"DataFrame.{what}")
    return Result(what)
