"""Rows that conditions chose from a table: what was asked of them, as a condition on each row of that table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Filter, Node
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Cell, Frame, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Labels(Value):
    """The index of a table whose rows were chosen from another one: their places there."""

    frame: Frame


def asked_of(lift: Lifter, node: Node, whole: Node, *cells: Cell) -> list[tuple[Expr, Node]]:
    """Return `cells` over `node`, and then the conditions that chose its rows from those of `whole`, each with what it is over.

    Raises
    ------
    Stopped
        If more than conditions lies between the two.
    """
    found = [(c.expr, node) for c in cells]
    count = len(found)
    here = lift.align.root(node)
    while not lift.align.same(here, whole):
        if not isinstance(here, Filter):
            raise no_rule("rows that were not chosen by conditions alone")
        # what is asked of the rows that a filter keeps can be asked of all rows: it has the columns of its parent
        found = [(lift.align.move(expr, over, here), here.parent) for expr, over in found]
        found.insert(count, lift.align.asked(here))
        here = lift.align.root(here.parent)
    return found


def rows_among(lift: Lifter, node: Node, whole: Node, cell: Cell) -> tuple[Node, Expr, Cell]:
    """Return a node with the rows of `whole`, the condition that a row is one of `node`, and what `cell` is on such a row."""
    over, exprs = lift.align.together(*asked_of(lift, node, whole, cell))
    return over, paths.conjunction(exprs[1:]), Cell(exprs[0], cell.type, cell.nullable)
