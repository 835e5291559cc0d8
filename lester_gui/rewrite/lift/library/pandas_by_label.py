"""pandas: Series and tables whose index has each value once, such as totals of groups, put together by their index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import JoinKind
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Frame, Keyed, Leaf
from lester_gui.rewrite.lift.library.pandas_counts import is_by_value
from lester_gui.rewrite.lift.library.pandas_join import by_both_indexes, unique_on
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

SIDES = ("left", "right")


def are_apart(lift: Lifter, a: Column1, b: Column1) -> bool:
    """Whether two Series have each value of their index once, but not the same rows: pandas finds the pairs by the index."""
    if a.numpy or b.numpy or not a.index or len(a.index) != len(b.index or ()):
        return False
    return is_by_value(a) and is_by_value(b) and not lift.align.same(a.node, b.node)


def paired(lift: Lifter, a: Column1, b: Column1, apply: Callable[[Cell, Cell], Cell]) -> Column1:
    """Return an operator applied to values under equal labels; what only one side has meets a missing value."""
    left, right = (_table(c, name) for c, name in zip((a, b), SIDES, strict=True))
    out = by_both_indexes(lift, left, right, JoinKind.OUTER, ("", ""))
    x, y = (cells.cell_of(out.get(name)) for name in SIDES)  # type: ignore[arg-type]
    name = a.name if a.name == b.name else ""
    return Column1(out.node, apply(x, y), name, None, False, out.index)


def with_fill(apply: Callable[[Cell, Cell], Cell], fill: Cell) -> Callable[[Cell, Cell], Cell]:
    """Return the operator that takes `fill` for a missing value, unless both are missing."""

    def filled(x: Cell, y: Cell) -> Cell:
        some = paths.either(cells.make("not_null", x).expr, cells.make("not_null", y).expr)
        made = apply(cells.make("coalesce", x, fill), cells.make("coalesce", y, fill))
        return cells.choose(some, made, cells.missing(made.type))

    return filled


def _table(column: Column1, name: str) -> Frame:
    levels = tuple((n, cells.column(column.node, n)) for n in column.index or ())
    return Frame(column.node, ((name, column.cell),), column.index, levels)


def beside(lift: Lifter, frame: Frame, other: Frame, inner: bool) -> Frame:
    """Return ``pd.concat([frame, other], axis=1)`` by the index: rows of the first, then those that only the second has.

    Raises
    ------
    Stopped
        If an index may have a value twice, where pandas fails.
    """
    for f in (frame, other):
        if f.part is not None or not f.levels or not unique_on(f.node, {n for n, _ in f.levels}):
            raise shape("Tables are put side by side by an index that may have a value twice")
    if set(frame.names) & set(other.names):
        raise shape("Two columns get the same name")
    return by_both_indexes(lift, frame, other, JoinKind.INNER if inner else JoinKind.OUTER, ("", ""), sort=False)


def under_label(lift: Lifter, table: Column1, key: Cell) -> Cell | None:
    """Return ``counts[value]`` for a value of the current row, where a Series has one row per value of its index; else None.

    A value that is not there would end the script.
    """
    from lester_gui.rewrite.lift.stages import lookup

    if table.numpy or len(table.index or ()) != 1 or not is_by_value(table) or lift.live != paths.TRUE:
        return None
    index = (table.index or ())[0]
    if table.node.schema.field(index).type is not key.type or key.type not in (Type.STR, Type.INT):
        return None
    node, name = lift.as_column(table.node, table.cell, table.name or "value")
    keyed = Keyed(node, (index,), cells.column(node, name), "only", 0)
    made = Cell(Leaf("get", lookup(lift, keyed, key), name, table.cell.type, True), table.cell.type, True)
    if not table.cell.nullable:
        return cells.make("present", made)
    return None if key.nullable else made  # a missing label is in no Series, and ends the script as well
