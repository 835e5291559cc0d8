"""A Series of sorted rows goes back to the rows as they stood before, by their labels: ``df["n"] = df.sort_values(…)….cumsum()``.

Labels are the places of the rows in one table, so each row has its own. What a sorted row knows of the rows before it is then a
value of the unsorted row, with the order said in the step that computes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import walk
from lester_gui.ir.nodes import Filter, Node, Read, Sort
from lester_gui.rewrite.lift.domain import Cell, Column1, Leaf
from lester_gui.rewrite.lift.grafting import as_before
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def put_back(lift: Lifter, column: Column1, node: Node, index: tuple[str, ...] | None, origin: Node | None) -> Column1:
    """Return a Series of sorted rows as one of the rows of `node`, which are those before the sort.

    Parameters
    ----------
    index, origin
        Those of the table that it is put into, as in `Frame`.

    Raises
    ------
    Stopped
        If the rows are others, or labels do not tell them apart.
    """
    problem = shape("A Series is aligned by an index that does not come from the same rows")
    sort = sorted_by(lift, column)
    if sort is None or origin is None or column.origin is None:
        raise problem
    if not lift.align.same(sort.parent, node) or not lift.align.same(column.origin, origin):
        raise problem
    if any(isinstance(e, Leaf) and e.kind != "state" for e in walk(column.cell.expr)):
        raise problem  # it hangs on the place of a row among the sorted ones
    target, expr = as_before(lift, column.cell.expr, column.node, sort, node)
    cell = Cell(expr, column.cell.type, column.cell.nullable)
    return replace(column, node=target, cell=cell, index=index, origin=origin)


def sorted_by(lift: Lifter, column: Column1) -> Sort | None:
    """Return the sort that gave the rows of a Series their order, if its labels are still those from before."""
    if column.numpy or column.part is not None or column.index is not None:
        return None
    last = lift.align.chain(column.node)[-1]
    return last if isinstance(last, Sort) else None


def as_one_order(lift: Lifter, first: Column1, second: Column1) -> tuple[Column1, Column1]:
    """Return two Series that are computed with each other: pandas puts sorted rows back where the other's labels ascend."""
    if first.numpy or second.numpy or lift.align.same(first.node, second.node):
        return first, second
    for one, other in ((first, second), (second, first)):
        if sorted_by(lift, one) is not None and _labels_ascend(lift, other.node) and other.origin is not None:
            moved = put_back(lift, one, other.node, other.index, other.origin)
            return (moved, other) if one is first else (other, moved)
    return first, second


def _labels_ascend(lift: Lifter, node: Node) -> bool:
    """Whether rows are those of a file in its order, some of them left out or not."""
    while True:
        node = lift.align.chain(node)[-1]
        if not isinstance(node, Filter):
            return isinstance(node, Read)
        node = node.parent
