"""The numbers of one side in order, and one of them: ``ages = sorted(…); ages[len(ages) // 2]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Leaf, Present, Value
from lester_gui.rewrite.lift.library.side_dicts import statistic
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.side_totals import SideOrder
from lester_gui.rewrite.lift.sizes import place_of
from lester_gui.rewrite.lift.splits import rows_of
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def in_order(content: Column1 | Present, reverse: bool) -> SideOrder:
    """Return the numbers of a list of one side in order.

    Raises
    ------
    Stopped
        If they are no numbers, or one may be missing.
    """
    column = content.column if isinstance(content, Present) else content
    if not column.cell.type.is_number or (column.cell.nullable and content is column):
        raise no_rule("sorting one side of a split by anything but numbers that are there")
    return SideOrder(column, reverse, isinstance(content, Present))


def size(lift: Lifter, order: SideOrder) -> Cell:
    """Return how many numbers there are."""
    column = order.column
    return statistic(lift, Present(column), "len") if order.some else lift.count(column.node, column.part)


@method("present", "sort")
def sort(lift: Lifter, content: Present, args: Arguments) -> Value:
    """``xs.sort()``."""
    given = args.bind(reverse=False)
    lift.set(args.owner, in_order(content, bool(lift.const(given["reverse"]))))
    return Const(None)


@method("order of a side", "__getitem__")
def element(lift: Lifter, order: SideOrder, args: Arguments) -> Value:
    """``ages[len(ages) // 2]``, ``ages[int(0.9 * len(ages))]``, ``ages[0]``, ``ages[-1]``."""
    asked = cells.cell_of(lift.content(args.positional[0])).expr
    place = place_of(asked, lambda e: _is_size(lift, order, e))
    if place is None or (order.reverse and place[0] != 0):
        raise no_rule("this element of the rows of one side of a split in order")
    if order.reverse:
        place = (1, 0, 1, -1 - place[3])
    column = order.column
    out = lift.state(column.node, column.cell, "element", f"element_{column.name or 'value'}", column.part, place=place)
    return cells.make("coalesce", out, Cell(Literal(0.0), Type.FLOAT))  # of no such element the encoder stops


def _is_size(lift: Lifter, order: SideOrder, expr: Expr) -> bool:
    """Whether an expression is the number of the elements."""
    if expr == size(lift, order).expr:
        return True
    if order.some or not (isinstance(expr, Leaf) and expr.kind == "count"):
        return False
    node, part = lift.counted[expr.ident]
    return part == rows_of(lift.learner.splits, order.column.part) and lift.align.same(node, order.column.node)
