"""Loops over places of a list that look at elements beside the current one: ``for k in range(1, len(rows)): rows[k - 1]``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.nodes import Filter, Node, Window, WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Iterated, Leaf, Ref, Rows, Value
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Places:
    """What a loop over places of lists knows: the place, how far it stays from both ends, and the elements by offset."""

    place: Expr
    first: int
    last: int
    elements: dict[tuple[int, int], Value]  # (list, offset) → the element


def beginning(lift: Lifter, node: ast.For, iterable: Value) -> tuple[Rows, Places] | None:
    """Return the rows that such a loop goes through, and what their neighbours are; None for any other loop.

    Raises
    ------
    Stopped
        If it goes through places in another way.
    """
    content = lift.content(iterable)
    if not (isinstance(content, Iterated) and content.kind == "range" and isinstance(node.target, ast.Name)):
        return None
    offsets = _offsets(lift, node)
    bounds = _bounds(lift, content)
    if bounds is None or not any(o for _, o in offsets):
        return None
    base, first, last = bounds
    if any(not lift.align.same(_rows(lift, i).node, base) or _rows(lift, i).part is not None for i, _ in offsets):
        raise no_rule("places of another list than the one whose length is taken")
    table: Node = base
    flat: list[tuple[int, int, list[Cell]]] = []
    for ident, offset in sorted(offsets):
        rows = _rows(lift, ident)
        found = []
        for cell in leaves(lift, rows.template):
            table, own = lift.as_column(table, lift.move(cell, rows.node, table), lift.called_cell(cell) or "value")
            found.append(cells.column(table, own))
        flat.append((ident, offset, found))
    call = lift.naming.called(table)
    columns: dict[tuple[str, int], WindowColumn] = {}
    for _, offset, found in flat:
        for cell in found:
            name = str(cell.expr.name)  # type: ignore[attr-defined]
            if offset and (name, offset) not in columns:
                side = f"{name}_{'before' if offset < 0 else 'after'}" + ("" if abs(offset) == 1 else f"_{abs(offset)}")
                free = lift.free_column(table, side)
                columns[name, offset] = WindowColumn(free, "shift", name, offset=-offset)
    place, rest = (WindowColumn(lift.free_column(table, n), "cumcount", ascending=n == "place") for n in ("place", "left"))
    made: Node = lift.step(
        Window, call, table, parent=table, by=(), columns=(*columns.values(), place, rest), drop_null_keys=False
    )
    asked = [
        cells.compare("GtE", cells.column(made, c.name), cells.cell_of(Const(n)), pandas=False).expr
        for c, n in ((place, first), (rest, last))
        if n
    ]
    if asked:
        made = lift.step(Filter, call, parent=made, predicate=paths.conjunction(asked))
    elements: dict[tuple[int, int], Value] = {}
    for ident, offset, found in flat:
        out = []
        for cell in found:
            name = str(cell.expr.name)  # type: ignore[attr-defined]
            column = cells.column(made, columns[name, offset].name if offset else name)
            out.append(column if not offset or cell.nullable else cells.there(column))
        elements[ident, offset] = _filled(lift, _rows(lift, ident).template, out)
    where = cells.column(made, place.name)
    return Rows(made, where), Places(where.expr, first, last, elements)


def _filled(lift: Lifter, template: Value, values: list[Cell]) -> Value:
    queue = iter(values)
    return mapped(lift, template, lambda c: next(queue))


def element(lift: Lifter, owner: Value | None, key: Value) -> Value | None:
    """Return the element of a list at the current place, or beside it; None where a loop does not know it."""
    places: Places | None = lift.loops[-1].places if lift.loops else None
    if places is None or not isinstance(owner, Ref) or not isinstance(key, Cell):
        return None
    offset = _distance(key.expr, places.place)
    found = None if offset is None else places.elements.get((owner.id, offset))
    if found is None or offset is None:
        return None
    if (offset < 0 and -offset > places.first and not _after_start(lift, places, -offset)) or offset > places.last:
        raise Stopped(Reason.SHAPE, "An element beside the current one is read where there may be none")
    return found


def _after_start(lift: Lifter, places: Places, least: int) -> bool:
    """Whether the script has asked that the place is not among the first ones."""
    for c in paths.conjuncts(lift.live):
        denied = isinstance(c, Apply) and c.operator == "not"
        inner = c.arguments[0] if isinstance(c, Apply) and denied else c
        if not (isinstance(inner, Apply) and len(inner.arguments) == 2 and inner.arguments[0] == places.place):
            continue
        bound = inner.arguments[1]
        if not (isinstance(bound, Literal) and isinstance(bound.value, int)):
            continue
        sign = inner.operator.removeprefix("py_")
        if not denied and ((sign == "gt" and bound.value >= least - 1) or (sign == "ge" and bound.value >= least)):
            return True
        if denied and ((sign == "le" and bound.value >= least - 1) or (sign == "lt" and bound.value >= least)):
            return True
        if bound.value == 0 and least == 1 and ((sign == "ne" and not denied) or (sign == "eq" and denied)):
            return True
    return False


def _distance(expr: Expr, place: Expr) -> int | None:
    if expr == place:
        return 0
    if isinstance(expr, Apply) and expr.operator in ("add", "sub") and expr.arguments[0] == place:
        other = expr.arguments[1]
        if isinstance(other, Literal) and isinstance(other.value, int):
            return other.value if expr.operator == "add" else -other.value
    return None


def _rows(lift: Lifter, ident: int) -> Rows:
    content = lift.heap[ident]
    assert isinstance(content, Rows)
    return content


def _offsets(lift: Lifter, node: ast.For) -> set[tuple[int, int]]:
    """Which lists the body reads at the place and beside it, by number and offset."""
    assert isinstance(node.target, ast.Name)
    out: set[tuple[int, int]] = set()
    for e in (e for s in node.body for e in ast.walk(s)):
        if not (isinstance(e, ast.Subscript) and isinstance(e.value, ast.Name)):
            continue
        value = lift.names.get(e.value.id) or lift.modules[lift.activations[-1].module].get(e.value.id)
        if not (isinstance(value, Ref) and isinstance(lift.heap[value.id], Rows)):
            continue
        key, offset = e.slice, 0
        if isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add | ast.Sub) and isinstance(key.right, ast.Constant):
            offset = key.right.value if isinstance(key.op, ast.Add) else -key.right.value  # type: ignore[operator, assignment]
            key = key.left
        if isinstance(key, ast.Name) and key.id == node.target.id and isinstance(offset, int):
            out.add((value.id, offset))
    return out


def _bounds(lift: Lifter, content: Iterated) -> tuple[Node, int, int] | None:
    """Return the table whose places a range goes through, and how many it leaves out at the beginning and the end."""
    parts = [lift.content(p) for p in content.parts]
    start, stop = (Const(0), parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    if len(parts) > 2 or not (isinstance(start, Const) and isinstance(start.value, int) and start.value >= 0):
        return None
    less = 0
    expr = stop.expr if isinstance(stop, Cell) else None
    if isinstance(expr, Apply) and expr.operator == "sub" and isinstance(expr.arguments[1], Literal):
        less, expr = expr.arguments[1].value, expr.arguments[0]  # type: ignore[assignment]
    if not (isinstance(expr, Leaf) and expr.kind == "count" and expr.type is Type.INT and isinstance(less, int) and less >= 0):
        return None
    node, part = lift.counted[expr.ident]
    return None if part is not None else (node, start.value, less)
