"""One element of a list of rows: ``rows[0]``, ``rows[-1]``, and a list that is taken apart, ``header, *rows = lines``.

What the element holds are values that all rows share. A list or dict among the rows is the very object that stands in the
list, so it cannot be changed through the name that it got, and is not known any more once a loop changes the list's records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, Handle, Items, Ref, Rows, Tup, Value
from lester_gui.rewrite.lift.library.pandas_elements import at
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.rewrite.lift.templates import mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def element(lift: Lifter, rows: Rows, owner: Value | None, place: int | Cell) -> Value:
    """Return ``rows[place]``, where the place may be a size such as ``len(rows) // 2``.

    Raises
    ------
    Stopped
        If the list is one side of a split, or its elements hold anything but values, lists and dicts of these.
    """
    if rows.part is not None:
        raise no_rule("one element of one side of a split")
    _check(lift, rows.template)
    called = "middle" if isinstance(place, Cell) else "last" if place < 0 else "first" if place == 0 else f"row_{place}"

    def value(cell: Cell) -> Cell:
        return at(lift, rows.node, cell, place, f"{called}_{lift.called_cell(cell) or 'value'}")

    found = mapped(lift, rows.template, value)
    return found if isinstance(found, Cell | Const) else _held(lift, found, rows, owner)


def _check(lift: Lifter, template: Value) -> None:
    content = lift.content(template)
    if isinstance(content, Cell | Const):
        return
    if isinstance(content, Entries) and content.factory:
        raise no_rule("one element of a list of objects")
    if isinstance(content, Tup):
        parts = content.items
    elif isinstance(content, Entries):
        parts = tuple(v for _, v in content.items)
    elif isinstance(content, Items) and content.kind == "list":
        parts = content.values
    else:
        raise no_rule("one element of this list")
    for inner in parts:
        _check(lift, inner)


def _held(lift: Lifter, found: Value, rows: Rows, owner: Value | None) -> Value:
    """Return an element whose lists and dicts stand in the list of rows, too."""
    if isinstance(found, Tup):
        return Tup(tuple(_held(lift, v, rows, owner) for v in found.items))
    if isinstance(found, Items):
        found = Items(tuple(_held(lift, v, rows, owner) for v in found.values), found.kind)
    elif isinstance(found, Entries):
        found = Entries(tuple((k, _held(lift, v, rows, owner)) for k, v in found.items))
    else:
        return found
    made = lift.new(found)
    lift.shared.add(made.id)
    lift.row_elements[made.id] = rows.node
    lift.twice.add(made.id)
    if isinstance(owner, Ref):
        lift.twice.add(owner.id)
    return made


def extreme(lift: Lifter, rows: Rows, owner: Value | None, key: Value, largest: bool) -> Value:
    """Return ``max(rows, key=…)``: the first of the largest, which a stable order puts in front."""
    from lester_gui.rewrite.lift.library.collections import ordered

    return element(lift, ordered(lift, rows, key, largest), owner, 0)


def taken_apart(lift: Lifter, value: Value, content: Value, first: int, last: int) -> tuple[list[Value], Value] | None:
    """Return what ``a, *rest = rows`` gives to the names before the star, and the rest; None for anything but rows and lines."""
    if not isinstance(content, Rows | Handle) or last or not first:
        return None
    from lester_gui.rewrite.lift.expressions.subscript import item

    below = Accessor(Tup((Const(first), Const(None), Const(None))), "slice")
    return [item(lift, value, Const(i)) for i in range(first)], item(lift, value, below)
