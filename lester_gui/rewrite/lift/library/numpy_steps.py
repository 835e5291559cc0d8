"""NumPy: differences between neighbouring rows, single places of a column, and the columns of a transposed array."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node, Window, WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Items, Matrix, Rows, Tup, Value
from lester_gui.rewrite.lift.library.numpy_items import held, of_columns, scalar
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("numpy.diff", "numpy.ediff1d")
def differences(lift: Lifter, args: Arguments) -> Value:
    """``np.diff(x)``: one value less than `x` has; what is put before or after it makes it a column again."""
    from lester_gui.rewrite.lift.library.pandas_io import as_column

    given = args.bind("a", "n", n=1, axis=-1, prepend=None)
    content = lift.content(given["a"])
    if not isinstance(content, Column1 | Rows) or lift.const(given["n"]) != 1 or lift.const(given["axis"]) not in (-1, 0):
        raise no_rule(f"{args.what} of this")
    column = as_column(lift, content)
    if column.part is not None or not column.cell.type.is_number:
        raise no_rule(f"{args.what} of this")
    steps = Accessor(replace(column, numpy=True, index=()), "steps")
    first = lift.content(given["prepend"])
    if first == Const(None):
        return steps
    base = cells.cell_of(first)
    node, before = neighbour(lift, column, 1, base)
    return Column1(node, cells.make("sub", lift.move(column.cell, column.node, node), before), "", None, True, ())


def neighbour(lift: Lifter, column: Column1, offset: int, outside: Cell) -> tuple[Node, Cell]:
    """Return node and cell of the value `offset` rows before, `outside` where there is none."""
    node, name = lift.as_column(column.node, column.cell, column.name or lift.called_cell(column.cell) or "value")
    call = lift.naming.called(node)
    which = WindowColumn(lift.free_column(node, f"{name}_{'before' if offset > 0 else 'after'}"), "shift", name, offset=offset)
    place = WindowColumn(lift.free_column(node, "place"), "cumcount", ascending=offset > 0)
    made = lift.step(Window, call, node, parent=node, by=(), columns=(which, place), drop_null_keys=False)
    value, edge = cells.column(made, which.name), cells.column(made, place.name)
    first = cells.compare("Lt", edge, cells.cell_of(Const(abs(offset))), pandas=False).expr
    return made, cells.choose(first, held(outside, value.type), value)


def put_together(lift: Lifter, args: Arguments) -> Value | None:
    """Return ``np.append(0, np.diff(x))`` and what else puts one value before or after differences; None for other arrays."""
    values = args.positional
    if len(values) == 1 and not args.keywords:
        parts = lift.content(values[0])
        values = list(parts.values if isinstance(parts, Items | Tup) else ())
    contents = [lift.content(v) for v in values]
    if len(contents) == 2:
        from lester_gui.rewrite.lift.library.numpy_later import behind

        made = behind(lift, *contents)
        if made is not None:
            return made
    if len(contents) != 2 or not any(isinstance(c, Accessor) and c.kind == "steps" for c in contents):
        return None
    return with_edge(lift, contents[0], contents[1])


def with_edge(lift: Lifter, a: Value, b: Value) -> Value:
    """Return differences with one value before or after them, a column with a value for every row."""
    last = isinstance(a, Accessor)
    steps, one = (a, b) if last else (b, a)
    if isinstance(one, Items | Tup):
        inner = one.values
        if len(inner) != 1:
            raise shape("Differences get more values than there are rows")
        one = lift.content(inner[0])
    assert isinstance(steps, Accessor)
    column = steps.owner
    assert isinstance(column, Column1)
    node, other = neighbour(lift, column, -1 if last else 1, cells.cell_of(Const(0)))
    own = lift.move(column.cell, column.node, node)
    step = cells.make("sub", other, own) if last else cells.make("sub", own, other)
    edge = at_place(lift, replace(column, node=node, cell=own), -1 if last else 0)
    step = lift.move(step, node, edge.node)
    value = scalar(one)
    if step.type is Type.INT and value.type is Type.FLOAT:
        step = cells.make("to_float", step)
    return Column1(edge.node, cells.choose(edge.cell.expr, held(value, step.type), step), "", None, True, ())


def at_place(lift: Lifter, column: Column1, place: int) -> Column1:
    """Return the condition that a row is the one at a place, counted from the end where it is negative."""
    name = lift.free_column(column.node, "place")
    which = WindowColumn(name, "cumcount", ascending=place >= 0)
    call = lift.naming.called(column.node)
    node = lift.step(Window, call, column.node, parent=column.node, by=(), columns=(which,), drop_null_keys=False)
    wanted = cells.cell_of(Const(place if place >= 0 else -place - 1))
    return Column1(node, cells.compare("Eq", cells.column(node, name), wanted, pandas=False), "", None, True)


@function("numpy.insert")
def insert(lift: Lifter, args: Arguments) -> Value:
    """``np.insert(np.diff(x), 0, value)``."""
    given = args.bind("arr", "obj", "values")
    content = lift.content(given["arr"])
    if not (isinstance(content, Accessor) and content.kind == "steps") or lift.const(given["obj"]) != 0:
        raise no_rule("insert into this array")
    return with_edge(lift, lift.content(given["values"]), content)


@attribute("matrix", "T")
def transposed(lift: Lifter, content: Value, owner: Value) -> Value:
    """``X.T``: its rows are the columns of X."""
    if not isinstance(content, Matrix):
        raise no_rule("the columns of an array that is being filled")
    return Accessor(content, "transposed")


def columns_of(lift: Lifter, accessor: Accessor) -> tuple[Value, ...]:
    """Return the columns of an array, for ``a, b, c = X.T`` and loops over ``X.T``.

    Raises
    ------
    Stopped
        If only the data tell how many there are.
    """
    matrix = accessor.owner
    assert isinstance(matrix, Matrix)
    count = sum(len(b.features) for b in matrix.blocks)
    return tuple(of_columns(lift, matrix, Const(i)) for i in range(count))


@method("transposed", "__getitem__")
def one_of_transposed(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``X.T[2]``."""
    assert isinstance(accessor.owner, Matrix)
    key = lift.content(args.positional[0])
    if not (isinstance(key, Const) and isinstance(key.value, int)):
        raise no_rule("part of a transposed array")
    return of_columns(lift, accessor.owner, key)


@attribute("transposed", "T")
def twice_transposed(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``X.T.T``."""
    return accessor.owner


def condition_at(lift: Lifter, column: Column1, key: Value) -> Column1 | None:
    """Return the condition of ``x[0] = value`` and ``x[-1] = value``; None for other places."""
    if not (isinstance(key, Const) and isinstance(key.value, int) and not isinstance(key.value, bool)):
        return None
    return at_place(lift, column, key.value)
