"""pandas: one element of a column, one row of a table, and rows by their places: ``s.iloc[0]``, ``df.loc[0, "c"]``, ``s[:100]``.

An element is a value that all rows share. Where the table has no such row, the script ends with an error, and so does the plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, Filter, GroupOrder, Limit, Measure, Node, Sort
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Entries, Frame, Result, Tup, Value, Vocabulary
from lester_gui.rewrite.lift.library.pandas_counts import is_by_value
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

BEHIND_LAST = 2**62


def constant_place(key: Value) -> int | None:
    """Return a place that the script's text fixes, None for any other key."""
    return key.value if isinstance(key, Const) and type(key.value) is int else None


def bounds(key: Value) -> tuple[int | None, int | None] | None:
    """Return the bounds of a slice without a step, if the script's text fixes them."""
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)):
        return None
    low, high, step = key.owner.items
    if step != Const(None) or not all(isinstance(b, Const) and (b.value is None or type(b.value) is int) for b in (low, high)):
        return None
    return low.value, high.value  # type: ignore[attr-defined]


def at(lift: Lifter, node: Node, cell: Cell, place: int | Cell, name: str) -> Cell:
    """Return a column's value in the row at a place, counted from the end where it is negative.

    Parameters
    ----------
    place
        A number, or a size that is not negative, such as half the number of rows.
    name
        What to call the value.

    Raises
    ------
    Stopped
        If rows of a group are meant, or the place is counted from the end further than to the last row.
    """
    if lift.group is not None:
        return _of_group(lift, node, cell, place)
    if isinstance(place, Cell):
        from lester_gui.rewrite.lift.sided import places_of
        from lester_gui.rewrite.lift.stages import restrict

        numbered, number = places_of(lift, node)
        wanted = cells.compare("Eq", number, place, pandas=False).expr
        only, (found,) = restrict(lift, numbered, wanted, [lift.move(cell, node, numbered)], lift.lines)
        return only_value(lift, only, found, name)
    if place < -1:
        raise no_rule("an element that is counted from the end")
    node, column = lift.as_column(node, cell, name)
    only = lift.step(Limit, lift.naming.called(node), parent=node, count=1, offset=place)
    return only_value(lift, only, cells.column(only, column), name)


def _of_group(lift: Lifter, node: Node, cell: Cell, place: int | Cell) -> Cell:
    """Return a column's value in the first or last row of each group, missing where it is missing there."""
    from lester_gui.rewrite.lift.library.pandas_windows import windowed

    if lift.group is None or place not in (0, -1) or not lift.align.same(node, lift.group.node):
        raise no_rule("one element of a group's column")
    node, name = lift.as_column(node, cell, lift.called_cell(cell) or "value")
    which = WindowColumn("place", "cumcount", ascending=place == 0)
    out, number = windowed(lift, node, lift.group.keys, which, lift.group.dropna)
    here = cells.compare("Eq", number, cells.cell_of(Const(0)), pandas=True).expr
    value = cells.column(out, name)
    chosen = cells.choose(here, value, cells.missing(value.type))
    found: Cell = lift.group.measure(lift, "first", chosen, out)  # the only row of the group that may have a value
    return found


def only_value(lift: Lifter, only: Node, cell: Cell, name: str) -> Cell:
    """Return the value in a table of one row; a table without rows ends the plan, as it ends the script."""
    value = lift.state(only, cell, "first", name)
    if not cell.nullable:
        return cells.make("present", value)
    rows = lift.state(only, cells.cell_of(Const(1)), "size", f"rows_of_{name}")
    there = cells.compare("Gt", rows, cells.cell_of(Const(0)), pandas=True).expr
    nothing = cells.make("present", cells.missing(cell.type))
    return cells.choose(there, value, nothing)


def element(lift: Lifter, column: Column1, place: int) -> Cell:
    """Return ``column.iloc[place]``.

    Raises
    ------
    Stopped
        If the column is one side of a split, whose rows have no order that the plan tells.
    """
    if column.part is not None:
        raise no_rule("one element of one side of a split")
    name = f"{'last' if place < 0 else 'first' if place == 0 else f'row_{place}'}_{column.name or 'value'}"
    return at(lift, column.node, column.cell, place, name)


def labelled(lift: Lifter, column: Column1, label: Value) -> Cell | None:
    """Return ``series[label]``; None where the key is no constant.

    Raises
    ------
    Stopped
        If several rows may have the label, or it is not known which one has.
    """
    if not isinstance(label, Const) or not isinstance(label.value, int | str) or isinstance(label.value, bool):
        return None
    if column.part is not None:
        raise no_rule("one element of one side of a split")
    if column.index == () and type(label.value) is int and label.value >= 0:
        return element(lift, column, label.value)
    if not column.index or len(column.index) != 1 or not is_by_value(column):
        raise no_rule("an element by a label that several rows may have")
    key = cells.column(column.node, column.index[0])
    wanted = cells.cell_of(label)
    if key.type is not wanted.type:
        raise no_rule("an element by a label of another type than the index")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    asked = cells.compare("Eq", cells.column(node, column.index[0]), wanted, pandas=True).expr
    only = lift.step(Filter, lift.naming.called(node), parent=node, predicate=asked)
    return only_value(lift, only, cells.column(only, name), f"{name}_of_{label.value}".replace(" ", "_"))


def between(lift: Lifter, column: Column1, low: int | None, high: int | None) -> Column1:
    """Return the rows of a column between two places that the script's text fixes.

    Raises
    ------
    Stopped
        If the column is one side of a split, or only one of two places is counted from the end.
    """
    if column.part is not None:
        raise no_rule("rows by their places on one side of a split")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    count, offset = limits(low, high)
    out = lift.step(Limit, lift.naming.called(node), parent=node, count=count, offset=offset)
    index = column.index if column.index or (low in (None, 0) and column.index == ()) else None
    return replace(column, node=out, cell=cells.column(out, name), index=index)


def limits(low: int | None, high: int | None) -> tuple[int, int]:
    """Return how many rows a slice keeps, and after how many; negative ones count from the end."""
    start = low or 0
    if start < 0 and high is None:
        return -start, start
    if start < 0 or (high is not None and high < 0):
        raise no_rule("a slice counted from the end")
    return BEHIND_LAST if high is None else max(high - start, 0), start


# -- how scripts write it ----------------------------------------------------------------------------------------------


def item(lift: Lifter, column: Column1, key: Value) -> Value | None:
    """Return ``column[key]`` for one element or a slice between constants; None for any other key."""
    place, ends = constant_place(key), bounds(key)
    if ends is not None:
        return between(lift, column, *ends)
    if column.numpy and place is not None:
        return element(lift, column, place)
    return None if column.numpy else labelled(lift, column, key)


@attribute("series", "loc")
@attribute("series", "at")
def series_loc(lift: Lifter, content: Column1, owner: Value) -> Value:
    """``s.loc``."""
    return Accessor(content, "series.loc")


@method("series.loc", "__getitem__")
def by_label(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``s.loc[label]``, ``s.loc[mask]``."""
    column = lift.content(accessor.owner)
    assert isinstance(column, Column1)
    key = lift.content(args.positional[0])
    if isinstance(key, Column1):
        from lester_gui.rewrite.lift.library.numpy_items import array_item

        return array_item(lift, column, key, args.owner)
    found = labelled(lift, column, key)
    if found is None:
        raise no_rule("loc of a Series with these rows")
    return found


@attribute("series", "iat")
def series_iat(lift: Lifter, content: Column1, owner: Value) -> Value:
    """``s.iat``."""
    return Accessor(content, "series.iloc")


def row_at(lift: Lifter, frame: Frame, place: int) -> Value:
    """Return ``frame.iloc[place]``, a record of what the row holds."""
    if frame.part is not None:
        raise no_rule("one row of one side of a split")
    values: list[tuple[Value, Value]] = []
    for n, c in frame.columns:
        values.append((Const(n), element(lift, Column1(frame.node, c, n), place) if isinstance(c, Cell) else c))
    return lift.new(Entries(tuple(values), "record"))


def place_of_label(frame: Frame, label: Value) -> int | None:
    """Return the place of the row that a label names, where the rows are labelled by their places."""
    place = constant_place(label)
    return place if frame.index == () and frame.part is None and place is not None and place >= 0 else None


def distinct_at(lift: Lifter, values: Vocabulary, place: int) -> Cell:
    """Return ``column.unique()[place]``, ``np.unique(column)[place]``.

    Raises
    ------
    Stopped
        If the values have no order, or are those of one side of a split.
    """
    if values.order not in ("first_seen", "sorted") or values.node is None or values.cell is None or values.part is not None:
        raise no_rule("one of these distinct values")
    if values.order == "sorted" and values.cell.nullable:
        raise shape("One of the distinct values in order is taken where some may be missing")
    node, name = lift.as_column(values.node, values.cell, "value")
    rows: Aggregate | Sort = lift.step(
        Aggregate,
        f"{name}_values",
        parent=node,
        by=(name,),
        measures=(Measure(lift.free_column(node, "rows"), "size", None),),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=False,
    )
    if values.order == "sorted":
        rows = lift.step(Sort, f"{name}_values", parent=rows, by=((name, True),))
    return at(lift, rows, cells.column(rows, name), place, f"{name}_{place}")


@method("frame.iat", "__getitem__")
def iat(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.iat[0, 1]``."""
    frame, key = lift.content(accessor.owner), lift.content(args.positional[0])
    found = cell_at(lift, frame, key) if isinstance(frame, Frame) else None
    if found is None:
        raise no_rule("iat with this key")
    return found


def cell_at(lift: Lifter, frame: Frame, key: Value) -> Value | None:
    """Return ``frame.iloc[0]`` or ``frame.iloc[0, 1]``; None for any other key."""
    rows, column = key.items if isinstance(key, Tup) and len(key.items) == 2 else (key, None)
    place = constant_place(lift.content(rows))
    if place is None:
        return None
    if column is None:
        return row_at(lift, frame, place)
    number = constant_place(lift.content(column))
    if number is None or not -len(frame.names) <= number < len(frame.names):
        raise no_rule("a cell in this column")
    name = frame.names[number]
    return of_row(lift, frame, place, name)


def of_row(lift: Lifter, frame: Frame, place: int, name: str) -> Value:
    """Return what a column holds in the row at a place."""
    value = frame.get(name)
    if isinstance(value, Result):
        return value
    if not isinstance(value, Cell):
        raise no_rule("an element of this column")
    return element(lift, Column1(frame.node, value, name, frame.part), place)
