"""NumPy: elements, rows and columns of arrays, read and assigned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, masks, memory, paths
from lester_gui.rewrite.lift.arrays import as_float
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Feature,
    Frame,
    Grid,
    Items,
    Matrix,
    MatrixBlock,
    Module,
    Order,
    Part,
    Present,
    Rows,
    Tup,
    Value,
    Vector,
)
from lester_gui.rewrite.lift.library.numpy_sorted import column_in_order, matrix_in_order
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.places import chosen_rows
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ALL = Tup((Const(None),) * 3)


def is_all(lift: Lifter, value: Value) -> bool:
    """Whether an index is ``:`` or ``...``."""
    content = lift.content(value)
    return (isinstance(content, Accessor) and content.kind == "slice" and content.owner == ALL) or content == Const(...)


# -- reading -----------------------------------------------------------------------------------------------------------


def array_item(lift: Lifter, column: Column1, key: Value, owner: Value | None = None) -> Value:
    """Return ``x[key]`` of a column."""
    from lester_gui.rewrite.lift.library.numpy_shapes import tall
    from lester_gui.rewrite.lift.library.pandas_counts import top
    from lester_gui.rewrite.lift.library.splitting import by_order

    key = chosen_rows(lift, column.node, key)
    in_order = column_in_order(lift, column, key)
    if in_order is not None:
        return in_order
    few = top(lift, column, key)
    if few is not None:
        return few
    if isinstance(key, Tup) and len(key.items) == 2 and is_all(lift, key.items[0]):
        second = lift.content(key.items[1])
        if second == Const(None) or (isinstance(second, Module) and second.name == "numpy.newaxis"):
            return memory.view(lift, owner, tall(column))
    if is_all(lift, key):
        return memory.view(lift, owner, column) if column.numpy else column
    if isinstance(key, Cell) and lift.loops and key.expr == lift.position(column.node).expr:
        node = lift.loops[-1].node
        assert node is not None
        return lift.move(column.cell, column.node, node)
    if isinstance(key, Column1) and key.cell.type is Type.BOOL:
        if column.part is not None:
            raise no_rule("choosing rows of one side of a split")
        if not column.numpy and not key.numpy and column.index != key.index:
            raise shape("A Series is aligned by an index that is not the table's")
        node, part, (cell,), present = masks.rows_where(lift, column.node, key, [column.cell])
        named = bool(column.index) and all(n in node.schema.names for n in column.index or ())
        index = column.index if named else None
        out = Column1(node, cell, column.name, part, column.numpy, index)
        return Present(out) if present else out
    part_ = row_slice(lift, column, key)
    if part_ is None and isinstance(key, Order) and column.part is None:
        part_ = by_order(lift, column.node, key)
    if part_ is not None:
        out = replace(column, part=part_, index=column.index or None)
        return memory.view(lift, owner, out) if column.numpy and not isinstance(key, Order) else out
    from lester_gui.rewrite.lift.library.pandas_elements import item

    found = None if lift.loops else item(lift, column, key)
    if found is None:
        raise no_rule("this element or part of a column")
    return found


def row_slice(lift: Lifter, table: Column1 | Matrix | Rows, key: Value) -> Part | None:
    """Return the side that a slice of rows is: ``[:cut]``, ``[100:]``, ``[::5]``."""
    from lester_gui.rewrite.lift.library.splitting import positional_part

    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)):
        return None
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step == Const(None):
        part = positional_part(lift, table.node, low, high, table.part)
        return part if part is not None else lift.learner.constant_cut(table.node, low, high, table.part)
    if table.part is None and high == Const(None) and isinstance(step, Const) and isinstance(step.value, int) and step.value > 1:
        start = 0 if low == Const(None) else lift.const(low)
        if isinstance(start, int) and 0 <= start < step.value:
            return masks.every(lift, table.node, step.value, {start})
    return None


@method("matrix", "__getitem__")
def matrix_item(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``X[order]``, ``X[:cut]``, ``X[mask]``, ``X[:, 0]``, ``X[train, :3]``."""
    key = lift.content(args.positional[0])
    if isinstance(content, Grid):
        raise no_rule("reading an array that is being filled")
    assert isinstance(content, Matrix)
    owner = args.owner
    if isinstance(key, Tup) and len(key.items) == 2:
        rows, columns = (lift.content(v) for v in key.items)
        picked: Value = content if is_all(lift, columns) else of_columns(lift, content, columns)
        if is_all(lift, rows):
            copied = not isinstance(columns, Const | Accessor)
            return lift.new(picked) if copied else memory.view(lift, owner, picked)
        if isinstance(picked, Column1):
            return array_item(lift, picked, rows, owner)
        assert isinstance(picked, Matrix)
        return rows_of(lift, picked, rows, owner)
    if is_all(lift, key):
        return memory.view(lift, owner, content)
    return rows_of(lift, content, key, owner)


def rows_of(lift: Lifter, matrix: Matrix, key: Value, owner: Value | None) -> Value:
    """Return ``matrix[key]``, a part of its rows; `owner` is the array that a slice is a view of."""
    from lester_gui.rewrite.lift.library.splitting import by_order

    key = chosen_rows(lift, matrix.node, key)
    in_order = matrix_in_order(lift, matrix, key)
    if in_order is not None:
        return in_order
    if isinstance(key, Column1) and key.cell.type is Type.BOOL:
        if matrix.part is not None:
            raise no_rule("choosing rows of one side of a split")
        flat = [f.cell for b in matrix.blocks for f in b.features]
        node, part, moved, present = masks.rows_where(lift, matrix.node, key, flat)
        if present:
            raise no_rule("a side of a split of which some rows are left out")
        return lift.new(with_cells(replace(matrix, node=node, part=part), moved))
    part = row_slice(lift, matrix, key)
    if part is not None:
        return memory.view(lift, owner, replace(matrix, part=part))
    if isinstance(key, Order):
        part = by_order(lift, matrix.node, key)
        if part is not None and matrix.part is None:
            return lift.new(replace(matrix, part=part))
    raise no_rule("this element or part of a matrix")


def with_cells(matrix: Matrix, new: list[Cell]) -> Matrix:
    """Return a matrix with other cells, in the order of its features."""
    queue = iter(new)
    parts = tuple(replace(b, features=tuple(replace(f, cell=next(queue)) for f in b.features)) for b in matrix.blocks)
    return replace(matrix, blocks=parts)


def is_wide(block: MatrixBlock, feature: Feature) -> bool:
    """Whether a feature gives a number of columns that only the data tell."""
    return any(t.kind == "one_hot" for t in block.chain) or feature.cell.type in (Type.FLOATS, Type.STRS)


def places(lift: Lifter, matrix: Matrix, key: Value) -> list[tuple[int, int]]:
    """Return block and feature of the columns that an index chooses.

    Raises
    ------
    Stopped
        If the index counts columns whose number only the data tell.
    """
    flat = [(i, j) for i, b in enumerate(matrix.blocks) for j, _ in enumerate(b.features)]
    wide = [n for n, (i, j) in enumerate(flat) if is_wide(matrix.blocks[i], matrix.blocks[i].features[j])]
    known = wide[0] if wide else len(flat)
    if isinstance(key, Const) and isinstance(key.value, int):
        chosen = [key.value]
    elif isinstance(key, Accessor) and key.kind == "slice":
        low, high, step = lift.const(key.owner)
        if wide and (high is None or high < 0 or high > known or (low or 0) < 0 or (step or 1) < 0):
            if high is None and step is None and 0 <= (low or 0) <= known:
                return flat[low or 0 :]
            raise no_rule("choosing columns of which only the data tell how many there are")
        chosen = list(range(len(flat)))[low:high:step]
    elif isinstance(key, Tup | Items):
        values = lift.const(key)
        if values and all(isinstance(v, bool) for v in values):
            chosen = [i for i, v in enumerate(values) if v]
        else:
            chosen = list(values)
    else:
        raise no_rule("choosing columns by this index")
    if wide and any(c < 0 or c >= known for c in chosen):
        raise no_rule("choosing columns of which only the data tell how many there are")
    if any(not -len(flat) <= c < len(flat) for c in chosen):
        raise shape("An index is out of range")
    return [flat[c] for c in chosen]


def of_columns(lift: Lifter, matrix: Matrix, key: Value) -> Value:
    """Return ``X[:, key]``."""
    chosen = places(lift, matrix, key)
    if isinstance(key, Const):
        block, feature = matrix.blocks[chosen[0][0]], matrix.blocks[chosen[0][0]].features[chosen[0][1]]
        if block.chain:
            raise no_rule("taking one column out of an encoded matrix")
        cell = as_float(feature.cell) if in_floats(matrix) and feature.cell.type in (Type.INT, Type.BOOL) else feature.cell
        if cell is not feature.cell and (name := feature.name or lift.called_cell(feature.cell)):
            lift.cell_names.setdefault(cell.expr, name)
        return Column1(matrix.node, cell, feature.name, matrix.part, True, ())
    out: list[MatrixBlock] = []
    for i, j in chosen:
        block = matrix.blocks[i]
        one = replace(block, features=(block.features[j],))
        if out and (out[-1].name, out[-1].chain, out[-1].fit_on) == (block.name, block.chain, block.fit_on):
            out[-1] = replace(out[-1], features=(*out[-1].features, *one.features))
        else:
            out.append(one)
    return replace(matrix, blocks=tuple(out))


def in_floats(matrix: Matrix) -> bool:
    """Whether a matrix holds floats, whatever its single features look like."""
    if matrix.whole:
        return False
    return any(f.cell.type in (Type.FLOAT, Type.FLOATS) or b.chain for b in matrix.blocks for f in b.features)


# -- assigning ---------------------------------------------------------------------------------------------------------


@method("series", "__setitem__")
def set_column(lift: Lifter, content: Column1, args: Arguments) -> Value:
    """``x[mask] = value`` of an array."""
    if not content.numpy:
        raise no_rule("an assignment into a Series")
    key, value = lift.content(args.positional[0]), args.positional[1]
    memory.change(lift, args.owner, assigned(lift, content, key, value))
    return Const(None)


def assigned(lift: Lifter, column: Column1, key: Value, value: Value) -> Column1:
    """Return a column after ``column[key] = value``."""
    from lester_gui.rewrite.lift.library.numpy_later import put_into

    content = lift.content(value)
    beside = put_into(lift, column, row_slice(lift, column, key), content) if column.part is None else None
    if beside is not None:
        return beside
    condition = _where(lift, column, key)
    columns = [column, condition]
    if isinstance(content, Column1 | Rows):
        from lester_gui.rewrite.lift.library.pandas_io import as_column

        other = as_column(lift, content)
        if condition.cell.expr != paths.TRUE:
            raise no_rule("assigning an array to some rows of another one")
        if other.part != column.part:
            raise shape("Columns of different sides of the split are combined")
        columns.append(other)
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    old = Cell(exprs[0], column.cell.type, column.cell.nullable)
    new = Cell(exprs[2], columns[2].cell.type, columns[2].cell.nullable) if len(columns) == 3 else scalar(content)
    cell = cells.choose(exprs[1], held(new, old.type), old)
    if cell.expr == paths.choose(exprs[1], new.expr, old.expr) and exprs[1] == Apply("is_null", (exprs[0],)):
        cell = cells.make("coalesce", old, held(new, old.type))
    return replace(column, node=node, cell=cell)


def scalar(content: Value) -> Cell:
    """Return one value as a cell; NaN is a missing float."""
    if isinstance(content, Const) and isinstance(content.value, float) and content.value != content.value:
        return cells.missing(Type.FLOAT)
    return cells.cell_of(content)


def held(new: Cell, kind: Type) -> Cell:
    """Return a value as an array of another type keeps it.

    Raises
    ------
    Stopped
        If that changes the value in a way that has no operator.
    """
    if new.type is kind:
        return new
    if kind is Type.FLOAT and new.type in (Type.INT, Type.BOOL):
        return as_float(new)
    if kind is Type.INT and new.type is Type.BOOL:
        return cells.make("if_else", new, cells.cell_of(Const(1)), cells.cell_of(Const(0)))
    if kind is Type.INT and new.type is Type.FLOAT:
        return cells.make("to_int", new)  # an array of whole numbers cuts off what is behind the point
    if kind is Type.BOOL and new.type is Type.INT:
        return cells.truth(new)
    raise shape(f"A {new.type} is put into an array of {kind}")


def _where(lift: Lifter, column: Column1, key: Value) -> Column1:
    """The rows that an index of an assignment chooses, as a condition."""
    key = chosen_rows(lift, column.node, key)
    base = Column1(column.node, Cell(paths.TRUE, Type.BOOL), "", column.part, True)
    if is_all(lift, key):
        return base
    if isinstance(key, Column1) and key.cell.type is Type.BOOL and not key.cell.nullable and key.part == column.part:
        return key
    if column.part is not None:
        raise no_rule("an assignment to these rows of one side of a split")
    if isinstance(key, Order):
        leaf = masks.side_leaf(lift, key, lift.position(key.node), column.node)
        return replace(base, cell=Cell(leaf, Type.BOOL))
    from lester_gui.rewrite.lift.library.numpy_steps import condition_at

    one = condition_at(lift, column, key)
    if one is not None:
        return one
    part = row_slice(lift, column, key)
    if part is not None:
        from lester_gui.rewrite.lift.domain import Leaf

        return replace(base, cell=Cell(Leaf("side", part.split, part.side, Type.BOOL), Type.BOOL))
    raise no_rule("an assignment to these rows of an array")


@method("matrix", "__setitem__")
def set_matrix(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``X[:, j] = column``, ``X[:, a:b] = part``, ``X[np.isnan(X)] = value``."""
    if not isinstance(content, Matrix):
        raise no_rule("an assignment into an array that is not filled by a loop over its rows")
    key, value = lift.content(args.positional[0]), args.positional[1]
    from lester_gui.rewrite.lift.library.numpy_codes import cells_where

    key = cells_where(lift, key) or key
    if isinstance(key, Matrix):
        memory.change(lift, args.owner, _by_cell(lift, content, key, value))
        return Const(None)
    if not (isinstance(key, Tup) and len(key.items) == 2):
        raise no_rule("an assignment to these rows of an array")
    rows, columns = (lift.content(v) for v in key.items)
    from lester_gui.rewrite.lift.library.numpy_encoded import encoded_columns, with_encoded

    chosen = places(lift, content, columns)
    encoded = encoded_columns(lift, lift.content(value))
    if encoded is not None:
        if not is_all(lift, rows):
            raise no_rule("assigning encoded columns to some rows")
        memory.change(lift, args.owner, with_encoded(lift, content, chosen, encoded))
        return Const(None)
    memory.change(lift, args.owner, _columns_set(lift, content, rows, chosen, lift.content(value)))
    return Const(None)


def _columns_set(lift: Lifter, matrix: Matrix, rows: Value, chosen: list[tuple[int, int]], value: Value) -> Matrix:
    floats = in_floats(matrix)
    if isinstance(value, Matrix):
        new = [(b, f) for b in value.blocks for f in b.features]
        if len(new) != len(chosen) or value.part != matrix.part or not is_all(lift, rows):
            raise shape("Arrays of different shapes are assigned")
        sources: list[Value] = [Column1(value.node, f.cell, f.name, value.part, True) for _, f in new]
    elif isinstance(value, Vector | Tup):
        if len(value.items) != len(chosen):
            raise shape("Arrays of different shapes are assigned")
        sources = list(value.items)
    else:
        sources = [value] * len(chosen)
    flat = {(i, j): f for i, b in enumerate(matrix.blocks) for j, f in enumerate(b.features)}
    node, out = matrix.node, dict(flat)
    for place, source in zip(chosen, sources, strict=True):
        if matrix.blocks[place[0]].chain or is_wide(matrix.blocks[place[0]], flat[place]):
            raise no_rule("an assignment into encoded columns")
        cell = out[place].cell
        kind = cell if not floats or cell.type not in (Type.INT, Type.BOOL) else as_float(cell)
        content = lift.content(source)
        if isinstance(content, Column1) and content.part != matrix.part:
            raise shape("Columns of different sides of the split are combined")
        # one side of a split may be changed like any array: the other side's rows are another one
        made = assigned(lift, Column1(node, kind, out[place].name, matrix.part, True), rows, source)
        every = [f.cell for f in out.values()]
        deepest, exprs = lift.align.together((made.cell.expr, made.node), *((c.expr, node) for c in every))
        node = deepest
        out = {
            p: replace(f, cell=Cell(e, f.cell.type, f.cell.nullable)) for (p, f), e in zip(out.items(), exprs[1:], strict=True)
        }
        out[place] = replace(out[place], cell=Cell(exprs[0], made.cell.type, made.cell.nullable))
    return with_cells(replace(matrix, node=node), [f.cell for f in out.values()])


def _by_cell(lift: Lifter, matrix: Matrix, mask: Matrix, value: Value) -> Matrix:
    """``X[np.isnan(X)] = v``: cell by cell."""
    from lester_gui.rewrite.lift import blocks
    from lester_gui.rewrite.lift.library.numpy_codes import one_per_column

    asked = mask
    if matrix.part != mask.part or any(b.chain for m in (matrix, mask) for b in m.blocks):
        raise shape("A mask of another array is used")
    _, (matrix, mask) = blocks.over_one_node(lift, [matrix, mask])
    olds = [f.cell for b in matrix.blocks for f in b.features]
    conditions = [f.cell for b in mask.blocks for f in b.features]
    if len(olds) != len(conditions):
        raise shape("A mask of another array is used")
    per_column = one_per_column(lift.content(value), asked)
    news = [scalar(lift.content(v)) for v in per_column or (value,) * len(olds)]
    floats = in_floats(matrix)

    def one(old: Cell, condition: Cell, new: Cell) -> Cell:
        kept = as_float(old) if floats and old.type in (Type.INT, Type.BOOL) else old
        return filled(condition, held(new, kept.type), kept)

    return with_cells(matrix, [one(*each) for each in zip(olds, conditions, news, strict=True)])


def filled(condition: Cell, new: Cell, old: Cell) -> Cell:
    """Return ``new if condition else old``; where the condition asks whether `old` is missing, that is filling it."""
    if condition.type is not Type.BOOL or condition.nullable:
        raise shape("A mask may be missing for some rows")
    if condition.expr == Apply("is_null", (old.expr,)):
        return cells.make("coalesce", old, new)
    return cells.choose(condition.expr, new, old)


@method("vector", "__setitem__")
def set_vector(lift: Lifter, content: Vector, args: Arguments) -> Value:
    """``std[std == 0] = 1``."""
    key, value = lift.content(args.positional[0]), lift.content(args.positional[1])
    if isinstance(key, Vector) and len(key.items) == len(content.items) and not isinstance(value, Vector):
        new = cells.cell_of(value)

        def one(old: Value, condition: Value) -> Value:
            before = cells.cell_of(lift.content(old))
            test = lift.content(condition)
            decided = test.value if isinstance(test, Const) else None
            if isinstance(decided, bool):
                return value if decided else old
            return cells.choose(cells.cell_of(test).expr, held(new, before.type), before)

        made = tuple(one(o, c) for o, c in zip(content.items, key.items, strict=True))
        memory.change(lift, args.owner, Vector(made))
        return Const(None)
    if isinstance(key, Const) and isinstance(key.value, int) and -len(content.items) <= key.value < len(content.items):
        items = list(content.items)
        items[key.value] = value
        memory.change(lift, args.owner, Vector(tuple(items)))
        return Const(None)
    raise no_rule("an assignment into an array of fixed length")


@method("vector", "__getitem__")
def vector_item(lift: Lifter, content: Vector, args: Arguments) -> Value:
    """``mean[:5]``, ``mean[[0, 2]]``; single elements are taken as of any known sequence."""
    key = lift.content(args.positional[0])
    if isinstance(key, Accessor) and key.kind == "columns where true":
        return Accessor(Tup((content, key.owner)), "taken by column")
    if isinstance(key, Tup | Items):
        return Vector(tuple(content.items[i] for i in lift.const(key)))
    raise no_rule("an element of an array whose place is not known")


def elementwise(lift: Lifter, value: Value, apply: Callable[[Cell], Cell]) -> Value:
    """Apply something to every cell of an array, a column, a vector or one value."""
    content = lift.content(value)
    if lift.kind(content) == "encoded":
        from lester_gui.rewrite.lift.library.pandas_encoded import as_plain

        content = as_plain(lift, content)
    if isinstance(content, Matrix):
        from lester_gui.rewrite.lift.library.numpy import on_features

        return on_features(content, apply)
    if isinstance(content, Column1):
        return replace(content, cell=apply(content.cell), numpy=content.numpy)
    if isinstance(content, Frame):
        return lift.new(replace(content, columns=tuple((n, apply(cells.cell_of(v))) for n, v in content.columns)))
    if isinstance(content, Rows):
        cell = cells.cell_of(lift.content(content.template))
        return Column1(content.node, apply(cell), lift.called_cell(cell), content.part, True, ())
    if isinstance(content, Vector):
        return Vector(tuple(apply(cells.cell_of(lift.content(v))) for v in content.items))
    return apply(cells.cell_of(content))
