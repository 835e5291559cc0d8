"""NumPy arrays that are filled cell by cell: columns under a condition, and one-hot blocks by index."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, filled_rows, one_hot_rows, paths
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.chosen import rows_among
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Feature,
    Grid,
    Items,
    Leaf,
    Matrix,
    MatrixBlock,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.ranked import place_of
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.effects import Effect, Loop
    from lester_gui.rewrite.lift.lifter import Lifter

MOST_COLUMNS = 200
"""An array of more columns is not taken apart into single ones."""


def filled_with(lift: Lifter, size: Value, value: Value, width: Value | None = None) -> Value:
    """Return an array or list with one constant per row of the table whose number of rows `size` is."""
    content = lift.content(size)
    if width is None:
        row = one_hot_rows.zeros(lift, value, size, array=True)
        if row is not None:
            return lift.new(row)
    if isinstance(content, Const) and isinstance(content.value, int):
        if width is None:
            return lift.new(Items((value,) * content.value, "array"))
        raise no_rule("an array of a fixed size")
    if not (isinstance(content, Cell) and isinstance(content.expr, Leaf) and content.expr.kind == "count"):
        raise shape("An array is made that does not have one row per row of a table")
    node, part = lift.counted[content.expr.ident]
    given = lift.content(value)
    fill = given if isinstance(given, Cell) else cells.cell_of(given)
    if width is None:
        return lift.new(Column1(node, fill, "", part, True, ()))
    columns = lift.content(width)
    if isinstance(columns, Const) and isinstance(columns.value, int) and 0 < columns.value <= MOST_COLUMNS:
        return lift.new(Matrix(node, (MatrixBlock("columns", (Feature(fill),) * columns.value),), part))
    if not isinstance(given, Const):
        raise no_rule("an array that is not initialised, of a width that only the data tell")
    return lift.new(Grid(node, width, given.value, part))


def unset(kind: Type) -> Cell:
    """Return what ``np.empty`` leaves in a place: it can be overwritten, and nothing else."""
    return Cell(Leaf("unset", 0, "", kind), kind)


def filled_array(lift: Lifter, before: Value, node: Node, loop: Loop, effects: list[Effect]) -> Value:
    """Return an array after a loop assigned cells of the current row."""
    if isinstance(before, Column1):
        return _column(lift, before, node, loop, effects)
    if isinstance(before, Matrix) and any(_is_code(e) for e in effects):
        before = _as_grid(lift, before)
    if isinstance(before, Grid):
        return _grid(lift, before, node, loop, effects)
    if isinstance(before, Matrix):
        return filled_rows.filled(lift, before, node, loop, effects)
    raise no_rule("assigning cells of this array")


def _is_code(effect: Effect) -> bool:
    """Whether an assignment names a column by the number of a category."""
    place = effect.key.items[1] if isinstance(effect.key, Tup) and len(effect.key.items) == 2 else None
    return isinstance(place, Cell) and isinstance(place.expr, Leaf) and place.expr.kind == "code"


def _as_grid(lift: Lifter, matrix: Matrix) -> Grid:
    """Return an array in which nothing was set yet as such."""
    found = {f.cell.expr for b in matrix.blocks for f in b.features}
    only = found.pop() if len(found) == 1 else None
    if not isinstance(only, Literal) or any(b.chain for b in matrix.blocks):
        raise no_rule("columns of categories in an array that holds others, too")
    return Grid(matrix.node, Const(sum(len(b.features) for b in matrix.blocks)), only.value, matrix.part)


def own_row(lift: Lifter, array: Node, node: Node, loop: Loop, place: Value) -> None:
    """Raise unless `place` is the number of the current row, and the loop goes through the array's own rows."""
    own = {lift.position(node).expr}
    if loop.source is not None:
        if {"skip_blank", "skip_prefix", "ragged"} & set(loop.source.options):
            raise shape("Lines are counted of which some are left out")
        own.add(Leaf("position", -loop.source.ident, "position", Type.INT))
    if not isinstance(place, Cell) or place.expr not in own:
        raise shape("A cell of an array is assigned at a place that is not the current row")
    if not lift.align.same(array, node):
        raise shape("An array is filled by a loop over other rows than its own")


def _column(lift: Lifter, before: Column1, node: Node, loop: Loop, effects: list[Effect]) -> Column1:
    cell = lift.move(before.cell, before.node, node) if lift.align.same(before.node, node) else before.cell
    lines = tuple(e.line for e in effects)
    for e in effects:
        own_row(lift, before.node, node, loop, e.key or Const(None))
        value = cells.cell_of(lift.content(e.value))
        if cell.type is Type.FLOAT and value.type is not Type.FLOAT:
            value = as_float(value)
        cell = cells.choose(e.guard, value, cell)
    return replace(before, node=node, cell=cell, lines=(*loop.lines, *lines))


def as_float(cell: Cell) -> Cell:
    """Return a number as a float."""
    if isinstance(cell.expr, Literal) and isinstance(cell.expr.value, int):
        return cells.cell_of(Const(float(cell.expr.value)))
    return cells.make("to_float", cell)


def _grid(lift: Lifter, before: Grid, node: Node, loop: Loop, effects: list[Effect]) -> Matrix:
    if len(effects) != 1:
        raise no_rule("an array whose rows are filled in several places")
    effect = effects[0]
    if not isinstance(effect.key, Tup) or len(effect.key.items) != 2:
        raise no_rule("assigning whole rows of an array")
    own_row(lift, before.node, node, loop, effect.key.items[0])
    place, value = effect.key.items[1], lift.content(effect.value)
    if before.fill != 0 or (value not in (Const(1), Const(1.0)) and not _is_one(value)):
        raise no_rule("an array that is filled with other values than 0 and 1")
    if not (isinstance(place, Cell) and isinstance(place.expr, Leaf) and place.expr.kind == "code"):
        raise no_rule("an array whose column is not the number of a category")
    vocabulary, cell = lift.codes[place.expr.ident]
    _check_width(lift, before, vocabulary)
    guarded = paths.conjuncts(effect.guard)
    handle = "error"
    if guarded:
        known = (
            cells.make("is_in", cell, *(cells.cell_of(Const(v)) for v in vocabulary.values)).expr if vocabulary.values else None
        )
        if list(guarded) != [known]:
            raise no_rule("an array that is filled under a condition")
        handle = "ignore"
    return Matrix(node, (one_hot_block(lift, node, vocabulary, cell, handle, (*loop.lines, effect.line)),), before.part)


def _is_one(value: Value) -> bool:
    return isinstance(value, Cell) and isinstance(value.expr, Literal) and value.expr.value == 1


def _check_width(lift: Lifter, grid: Grid, vocabulary: Vocabulary) -> None:
    width = lift.content(grid.width)
    if isinstance(width, Const):
        if vocabulary.node is not None or width.value != len(vocabulary.values):
            raise shape("An array has another number of columns than there are categories")
        return
    from lester_gui.rewrite.lift.library.builtins import width_of

    if vocabulary.node is None or not isinstance(width, Cell) or width.expr != width_of(lift, vocabulary):
        raise shape("An array has another number of columns than there are categories")


def one_hot_block(
    lift: Lifter, node: Node, vocabulary: Vocabulary, cell: Cell, handle: str, lines: tuple[int, ...]
) -> MatrixBlock:
    """Return the one-hot columns of a cell, in the order of a vocabulary."""
    placed = cell
    categories: object = vocabulary.values
    scope = ""
    if vocabulary.node is not None:
        assert vocabulary.cell is not None
        categories = {"sorted": "auto", "first_seen": "first_seen", "ranked": "auto"}.get(vocabulary.order)
        if categories is None:
            raise shape("Columns are made in the order of a set, which changes from run to run")
        if not is_of(lift, cell, node, vocabulary):
            raise shape("Categories come from another column than the one that is encoded")
        scope = scope_of(lift, vocabulary.node, vocabulary.part)
    params: tuple[tuple[str, object], ...] = (("categories", categories), ("drop", None), ("handle_unknown", handle))
    if vocabulary.places is not None:
        placed, params = place_of(lift, vocabulary, cell), (*params, ("missing", "none"))
    feature = Feature(placed, lift.called_cell(cell))
    return MatrixBlock(lift.called_cell(cell) or "one_hot", (feature,), (Transformer("one_hot", params),), scope, lines)  # type: ignore[arg-type]


def is_of(lift: Lifter, cell: Cell, node: Node, vocabulary: Vocabulary) -> bool:
    """Whether a vocabulary holds the values of a column, be it that conditions chose some of its rows afterwards."""
    assert vocabulary.node is not None and vocabulary.cell is not None
    if not lift.align.same(node, vocabulary.node):
        node, _, cell = rows_among(lift, node, vocabulary.node, cell)
    here, there = lift.align.together((cell.expr, node), (vocabulary.cell.expr, vocabulary.node))[1]
    if here == there:
        return True
    try:  # a value that was given a column to be counted is what it was computed from
        return lift.align.move(vocabulary.cell.expr, vocabulary.node, node) == cell.expr
    except Stopped:
        return False
