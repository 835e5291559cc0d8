"""The most frequent values of a column, or the first of them in another order: categories that the data choose.

A script counts the values of a column, sorts the counts, takes the first of them, and makes a column for each. In the plan such a
value has its place in that order, which is looked up, and the places are what is encoded: a value without a place has no column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Aggregate, Distinct, Filter, Limit, Node, Project, Select, Sort
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Keyed, Leaf, Rows, Value, Vocabulary
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PLACE = "place"


def ranked(lift: Lifter, content: Value) -> Vocabulary | None:
    """Return the values that a list holds as categories in its order, if they are some of the values of one column, each once."""
    if not isinstance(content, Rows) or content.part is not None:
        return None
    key = lift.content(content.template)
    if not isinstance(key, Cell) or key.nullable or not isinstance(key.expr, Column):
        return None
    counted = _counted(content.node, key.expr.name)
    if counted is None:
        return None
    known = lift.ranked.get((id(content.node), key.expr.name))
    if known is None:
        places = _numbered(lift, content.node, key.expr.name)
        known = Vocabulary("ranked", counted.node, counted.cell, (), False, None, places)
        lift.ranked[(id(content.node), key.expr.name)] = known
    return known


def place_of(lift: Lifter, vocabulary: Vocabulary, value: Cell) -> Cell:
    """Return the place of a value among ranked categories; missing where it has none."""
    assert vocabulary.places is not None
    return _place(lift, vocabulary.places, value, nullable=True)


def number_of(lift: Lifter, vocabulary: Vocabulary, value: Cell) -> Cell:
    """Return the number of a value in a dict of numbered values: its place among the listed ones, or those of their column."""
    if vocabulary.node is None:
        return _listed(lift, vocabulary, value)
    if vocabulary.cell is None or vocabulary.part is not None or vocabulary.cell.nullable:
        raise no_rule("the number of a category of one side, or of one that may be missing, used as a value")
    if vocabulary.order not in ("sorted", "first_seen"):
        raise no_rule("the number of a category of a set used as a value")
    key = (id(vocabulary.node), vocabulary.order, vocabulary.cell.expr)
    places = lift.numbered.get(key)
    if places is None:
        node, name = lift.as_column(vocabulary.node, vocabulary.cell, lift.called_cell(vocabulary.cell) or "value")
        call = lift.naming.called(node)
        out: Node = lift.step(Distinct, call, parent=node, subset=(name,))
        out = lift.step(Select, call, out, parent=out, columns=((name, name),))
        if vocabulary.order == "sorted":
            out = lift.step(Sort, call, parent=out, by=((name, True),))
        places = lift.numbered[key] = _numbered(lift, out, name)
    return _place(lift, places, value, nullable=False)


def _numbered(lift: Lifter, node: Node, name: str) -> Keyed:
    """Return the place of each row, under the values of a column that are all different."""
    from lester_gui.rewrite.lift.library.pandas_windows import windowed

    node, place = windowed(lift, node, (), WindowColumn(PLACE, "cumcount"), dropna=False)
    return Keyed(node, (name,), place, "only")


def _place(lift: Lifter, places: Keyed, value: Cell, nullable: bool) -> Cell:
    from lester_gui.rewrite.lift.stages import lookup

    assert isinstance(places.template, Cell) and isinstance(places.template.expr, Column)
    return Cell(Leaf("get", lookup(lift, places, value), places.template.expr.name, Type.INT, nullable), Type.INT, nullable)


def _listed(lift: Lifter, vocabulary: Vocabulary, value: Cell) -> Cell:
    out = cells.cell_of(Const(len(vocabulary.values) - 1))
    for i, v in reversed(list(enumerate(vocabulary.values[:-1]))):
        out = cells.choose(cells.compare("Eq", value, cells.cell_of(Const(v)), lift.pandas).expr, cells.cell_of(Const(i)), out)
    return out


def _counted(node: Node, name: str) -> Column1 | None:
    """Return the column whose distinct values the rows of a node hold under a name, all of them or some."""
    while isinstance(node, Sort | Limit | Filter | Project | Select):
        if isinstance(node, Project):
            made = dict(node.assigned).get(name)
            if made is not None and not isinstance(made, Column):
                return None
            name = name if made is None else made.name
        elif isinstance(node, Select):
            name = dict(node.columns)[name]
        node = node.parent
    whole = (isinstance(node, Aggregate) and node.by == (name,)) or (isinstance(node, Distinct) and node.subset == (name,))
    return Column1(node.parents[0], cells.column(node.parents[0], name)) if whole else None
