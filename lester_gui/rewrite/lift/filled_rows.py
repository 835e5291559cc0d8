"""NumPy arrays of known width that a loop over rows fills: single cells, parts of a row, whole rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, one_hot_rows, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Items, Matrix, Tup, Value
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.effects import Effect, Loop
    from lester_gui.rewrite.lift.lifter import Lifter


def filled(lift: Lifter, before: Matrix, node: Node, loop: Loop, effects: list[Effect]) -> Matrix:
    """Return an array after every iteration assigned cells of its own row, in the order in which it did."""
    from lester_gui.rewrite.lift.arrays import own_row
    from lester_gui.rewrite.lift.library.numpy_items import held

    if any(b.chain for b in before.blocks):
        raise no_rule("filling an array that holds encoded columns")
    if not lift.align.same(before.node, node):
        raise shape("An array is filled by a loop over other rows than its own")
    out = [lift.move(f.cell, before.node, node) for b in before.blocks for f in b.features]
    names = [f.name for b in before.blocks for f in b.features]
    for e in effects:
        key = e.key if isinstance(e.key, Tup) else Tup((e.key or Const(None),))
        own_row(lift, before.node, node, loop, key.items[0])
        chosen = lift.content(key.items[1]) if len(key.items) == 2 else None
        if isinstance(chosen, Cell):
            new = cells.cell_of(lift.content(e.value))
            for place, test in enumerate(_chosen_by_row(lift, chosen, len(out))):
                out[place] = cells.choose(paths.both(e.guard, test), held(new, out[place].type), out[place])
            continue
        places = list(range(len(out))) if len(key.items) == 1 else _places(lift, key.items[1:], before)
        for place, value in zip(places, _values(lift, e.value, len(places)), strict=True):
            new = cells.cell_of(lift.content(value))
            names[place] = names[place] or lift.called_cell(new)
            out[place] = cells.choose(e.guard, held(new, out[place].type), out[place])
    lines = tuple(sorted({*loop.lines, *(e.line for e in effects)}))
    return _with(before, node, out, names, lines)


def _chosen_by_row(lift: Lifter, place: Cell, width: int) -> list[Expr]:
    """Return for each column of an array the condition that it is the one that the current row names, as ``5 + codes[x]`` does.

    Rows whose place is outside the array end the script, and a negative one counts from the end, as in NumPy.

    Raises
    ------
    Stopped
        If it is the number of one of more categories than the array has columns from there on.
    """
    if place.type is not Type.INT or place.nullable or width > one_hot_rows.MOST_PLACES:
        raise no_rule("a column of an array that the data name")
    offset, inner = _offset(place)
    found = one_hot_rows.code(lift, inner)
    if found is None:
        columns = ((cells.cell_of(Const(i)), cells.cell_of(Const(i - width))) for i in range(width))
        return [cells.make("is_in", place, *both).expr for both in columns]
    vocabulary, cell = found
    values = vocabulary.values
    if vocabulary.node is not None or offset < 0 or offset + len(values) > width:
        raise shape("An array has fewer columns than there are categories")
    tests: list[Expr] = [paths.FALSE] * width
    for i, v in enumerate(values):
        if values.index(v) == i:
            tests[offset + i] = cells.compare("Eq", cell, cells.cell_of(Const(v)), lift.pandas).expr
    return tests


def _offset(place: Cell) -> tuple[int, Cell]:
    """Return a constant that a number is the sum of, and the rest."""
    expr = place.expr
    if isinstance(expr, Apply) and expr.operator == "add":
        for constant, rest in (expr.arguments, expr.arguments[::-1]):
            if isinstance(constant, Literal) and isinstance(constant.value, int):
                return constant.value, Cell(rest, Type.INT)
    return 0, place


def _places(lift: Lifter, index: tuple[Value, ...], before: Matrix) -> list[int]:
    from lester_gui.rewrite.lift.library.numpy_items import is_all, places

    if len(index) != 1:
        raise no_rule("an array of three dimensions")
    width = sum(len(b.features) for b in before.blocks)
    if is_all(lift, index[0]):
        return list(range(width))
    flat = [(i, j) for i, b in enumerate(before.blocks) for j, _ in enumerate(b.features)]
    return [flat.index(p) for p in places(lift, before, lift.content(index[0]))]


def _values(lift: Lifter, value: Value, width: int) -> tuple[Value, ...]:
    content = lift.content(value)
    if isinstance(content, Items | Tup):
        if isinstance(content, Items) and not content.ordered:
            raise no_rule("a set as a row of an array")
        values = content.values
        if len(values) not in (1, width):
            raise shape("A row of an array is given another number of values than it has places")
        return values * width if len(values) == 1 else values
    return (content,) * width


def _with(before: Matrix, node: Node, out: list[Cell], names: list[str], lines: tuple[int, ...]) -> Matrix:
    queue = iter(zip(out, names, strict=True))
    blocks = []
    for b in before.blocks:
        features = []
        for f in b.features:
            cell, name = next(queue)
            features.append(replace(f, cell=cell, name=name))
        blocks.append(replace(b, features=tuple(features), lines=tuple(sorted({*b.lines, *lines}))))
    return replace(before, node=node, blocks=tuple(blocks))
