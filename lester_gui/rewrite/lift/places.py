"""Lists of row numbers that a loop or comprehension filled, as an index: the rows that the script's condition chose.

``train = [i for i in range(len(y)) if year[i] < 2022]`` and ``X[train]`` say the same as ``X[year < 2022]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Filter, Node, Project, Select
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window
from lester_gui.rewrite.lift.chosen import rows_among
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Order, Rows, Value

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PLACES = "places where true"
"""The kind of ``np.where(mask)[0]``: its owner is the mask."""


def chosen_rows(lift: Lifter, node: Node, key: Value) -> Value:
    """Return the mask, or side of a split, that places of rows of `node` stand for; other indices as they are.

    Raises
    ------
    Stopped
        If they are places of rows that more than conditions chose.
    """
    if isinstance(key, Accessor) and key.kind == PLACES:
        return key.owner
    rows = Rows(key.node, key.cell, key.part) if isinstance(key, Column1) and key.numpy else key
    cell = lift.content(rows.template) if isinstance(rows, Rows) else None
    if not isinstance(rows, Rows) or not isinstance(cell, Cell) or cell.type is not Type.INT:
        return key
    if cell.expr == lift.position(node).expr and lift.align.same(rows.node, node):
        return Order(node, part=rows.part) if rows.part is not None else key
    if rows.part is not None or not isinstance(cell.expr, Column) or not _counts(lift, rows.node, cell.expr.name, node):
        return key
    over, condition, _ = rows_among(lift, rows.node, node, cell)
    return Column1(over, Cell(condition, Type.BOOL), "", None, True)


def _counts(lift: Lifter, node: Node, name: str, table: Node) -> bool:
    """Whether a column of `node` holds the places of its rows in `table`."""
    while isinstance(node, Filter | Select | Project | Window):
        if isinstance(node, Window):
            made = {c.name: c for c in node.columns}
            if name in made:
                counts = made[name].function == "cumcount" and made[name].ascending and not node.by
                return counts and lift.align.same(node.parent, table)
        elif isinstance(node, Select):
            name = dict(node.columns)[name]
        elif isinstance(node, Project):
            defined = dict(node.assigned).get(name, Column(name))
            if not isinstance(defined, Column):
                return False
            name = defined.name
        node = node.parent
    return False
