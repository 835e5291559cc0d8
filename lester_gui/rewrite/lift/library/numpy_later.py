"""NumPy: rows beside those before them, written as slices: ``d[1:] = a[1:] - a[:-1]``, ``np.roll(a, 1)``.

``a[k:]`` and ``a[:-k]`` have as many values, of which the i-th ones stand k rows apart. What is computed of both is a column
whose first k rows have no value: it may be put behind k other values, or into the same rows of an array.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Limit, Window, WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Items, Part, Rows, Tup, Value
from lester_gui.rewrite.lift.library.numpy_items import held, scalar
from lester_gui.rewrite.lift.library.numpy_steps import at_place, neighbour
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

LATER = "later rows"
"""The kind of an array without the first k rows of a table: its owner is the column of all rows, and k."""
FURTHEST = 366


def offset_of(lift: Lifter, part: Part | None) -> tuple[int, bool] | None:
    """Return k and True for the rows that ``[k:]`` keeps, k and False for those of ``[:-k]``; None for other rows."""
    made = lift.learner.splits.get(part.split) if part is not None else None
    if part is None or made is None or made.of is not None or made.fields.get("kind") != "positional":
        return None
    size = made.fields.get("train_size")
    plain = set(made.fields) == {"kind", "cut", "train_size", "shuffle"}
    if not plain or type(size) is not int or not 0 < abs(size) <= FURTHEST or (size > 0) != (part.side == "test"):
        return None
    return abs(size), size > 0


def later_of(lift: Lifter, value: Value) -> tuple[Column1, int] | None:
    """Return an array without k rows as a column that has its i-th value k rows further down, and k; None for other values."""
    content = lift.content(value)
    if isinstance(content, Accessor) and content.kind == LATER:
        assert isinstance(content.owner, Tup)
        found, places = content.owner.items
        assert isinstance(found, Column1)
        return found, lift.const(places)
    if isinstance(content, Accessor) and content.kind == "steps":
        column = content.owner
        assert isinstance(column, Column1)
        node, (before,) = _moved_down(lift, column, 1)
        own = lift.move(column.cell, column.node, node)
        return replace(column, node=node, cell=cells.make("sub", own, before)), 1
    if not isinstance(content, Column1) or not content.numpy:
        return None
    rows = offset_of(lift, content.part)
    if rows is None:
        return None
    k, is_own = rows
    whole = replace(content, part=None, index=())
    if is_own:
        return whole, k
    node, (cell,) = _moved_down(lift, whole, k)
    return replace(whole, node=node, cell=cell), k


def _moved_down(lift: Lifter, column: Column1, offset: int) -> tuple[Window, tuple[Cell]]:
    """Return the value `offset` rows before each row, missing where there is none."""
    node, name = lift.as_column(column.node, column.cell, column.name or lift.called_cell(column.cell) or "value")
    which = WindowColumn(lift.free_column(node, f"{name}_{'before' if offset > 0 else 'after'}"), "shift", name, offset=offset)
    made = lift.step(Window, lift.naming.called(node), node, parent=node, by=(), columns=(which,), drop_null_keys=False)
    return made, (cells.column(made, which.name),)


def is_cut(lift: Lifter, value: Value) -> bool:
    """Whether a value is an array of which some rows are left out."""
    if isinstance(value, Accessor):
        return value.kind in (LATER, "steps")
    return isinstance(value, Column1) and value.numpy and offset_of(lift, value.part) is not None


def arithmetic(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Value | None:
    """Return an operator applied to arrays without their first or last k rows; None where other rules apply.

    Raises
    ------
    Stopped
        If they have different numbers of rows, or are of different tables.
    """
    if not (is_cut(lift, a) or is_cut(lift, b)):
        return None
    if isinstance(a, Column1) and isinstance(b, Column1) and a.part == b.part:
        return None
    if not any(isinstance(v, Accessor) for v in (a, b)) and not (isinstance(a, Column1) and isinstance(b, Column1)):
        return None
    both = [later_of(lift, v) for v in (a, b)]
    found = [pair for pair in both if pair is not None]
    if any(pair is None and isinstance(v, Column1) for pair, v in zip(both, (a, b), strict=True)):
        raise shape("Arrays of different lengths are combined")
    if len({k for _, k in found}) != 1 or any(not lift.align.same(c.node, found[0][0].node) for c, _ in found):
        raise shape("Arrays of different lengths are combined")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c, _ in found))
    queue = iter(Cell(e, c.cell.type, c.cell.nullable) for e, (c, _) in zip(exprs, found, strict=True))
    x, y = (cells.cell_of(v) if pair is None else next(queue) for pair, v in zip(both, (a, b), strict=True))
    return later(Column1(node, apply(x, y), "", None, True, ()), found[0][1])


def later(column: Column1, k: int) -> Accessor:
    """Return a column without its first k rows."""
    return Accessor(Tup((column, Const(k))), LATER)


def put_into(lift: Lifter, column: Column1, part: Part | None, value: Value) -> Column1 | None:
    """Return a column after ``column[k:] = value`` or ``column[:-k] = value``; None where the value is no such array.

    Raises
    ------
    Stopped
        If it has another number of rows.
    """
    if not is_cut(lift, value):
        return None
    found, rows = later_of(lift, value), offset_of(lift, part)
    if found is None or rows is None or rows[0] != found[1] or not lift.align.same(found[0].node, column.node):
        raise shape("An array is put into another number of rows than it has")
    new, k = found
    if not rows[1]:
        node, (cell,) = _moved_down(lift, new, -k)
        new = replace(new, node=node, cell=cell)
    node, edge = _from_edge(lift, new, rows[1])
    own, old = lift.move(new.cell, new.node, node), column.cell
    over, exprs = lift.align.together((own.expr, node), (edge.expr, node), (old.expr, column.node))
    kept = Cell(exprs[2], old.type, old.nullable)
    inside = cells.compare("GtE", Cell(exprs[1], edge.type), cells.cell_of(Const(k)), pandas=False).expr
    return replace(column, node=over, cell=cells.choose(inside, held(Cell(exprs[0], own.type, own.nullable), old.type), kept))


def _from_edge(lift: Lifter, column: Column1, from_start: bool) -> tuple[Window, Cell]:
    """Return how many rows stand before each row, or after it."""
    name = lift.free_column(column.node, "place")
    which = WindowColumn(name, "cumcount", ascending=from_start)
    call = lift.naming.called(column.node)
    node = lift.step(Window, call, column.node, parent=column.node, by=(), columns=(which,), drop_null_keys=False)
    return node, cells.column(node, name)


def behind(lift: Lifter, first: Value, rest: Value) -> Column1 | None:
    """Return ``np.concatenate([[first], rest])`` where `rest` lacks one row; None for other arrays.

    Raises
    ------
    Stopped
        If that is not one value for each row.
    """
    if not (isinstance(rest, Accessor) and rest.kind == LATER):
        return None
    found = later_of(lift, rest)
    assert found is not None
    column, k = found
    values = first.values if isinstance(first, Items | Tup) else (first,)
    if k != 1 or len(values) != 1:
        raise shape("An array gets another number of values than there are rows")
    value = scalar(lift.content(values[0]))
    edge = at_place(lift, column, 0)
    own = lift.move(column.cell, column.node, edge.node)
    return replace(column, node=edge.node, cell=cells.choose(edge.cell.expr, held(value, own.type), own))


@function("numpy.roll")
def roll(lift: Lifter, args: Arguments) -> Value:
    """``np.roll(a, 1)``: each row gets the value of the row before, the first one that of the last."""
    from lester_gui.rewrite.lift.library.pandas_io import as_column

    given = args.bind("a", "shift", axis=None)
    content = lift.content(given["a"])
    by = lift.const(given["shift"])
    if (
        lift.group is not None
        or not isinstance(content, Column1 | Rows)
        or lift.const(given["axis"]) not in (None, 0)
        or by not in (1, -1)
    ):
        raise no_rule("np.roll of this")
    column = as_column(lift, content)
    if column.part is not None:
        raise no_rule("np.roll of one side of a split")
    base, name = lift.as_column(column.node, column.cell, column.name or lift.called_cell(column.cell) or "value")
    other = lift.step(Limit, lift.naming.called(base), parent=base, count=1, offset=-1 if by == 1 else 0)
    # of the only row that is asked for: it is there for every row that asks, and what it misses is missing there
    around = lift.state(other, cells.column(other, name), "first", f"{'last' if by == 1 else 'first'}_{name}")
    node, cell = neighbour(lift, replace(column, node=base, cell=cells.column(base, name)), by, around)
    return Column1(node, cell, "", None, True, ())
