"""NumPy: row numbers in the order of a column, slices of them, and the rows that they pick."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node, Sort
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window, WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Items, Matrix, Result, Rows, Tup, Value
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.pandas_rows import placed
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ORDER, SLICED = "sorted order", "slice of a sorted order"


@function("numpy.argsort")
def argsort(lift: Lifter, args: Arguments) -> Value:
    """``np.argsort(column)``; of a result it is something to look at."""
    given = args.bind("a", axis=-1, kind=None, stable=None)
    content = lift.content(given["a"])
    if isinstance(content, Accessor) and content.kind == ORDER:
        return _ranks(lift, content)
    if not isinstance(content, Column1 | Rows):
        return Result(args.what)
    stable = lift.const(given["kind"]) in ("stable", "mergesort") or lift.const(given["stable"]) is True
    return _sorted(lift, [content], stable)


@method("series", "argsort")
def argsort_of_array(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``array.argsort()``."""
    if not column.numpy:
        raise no_rule("argsort of a Series")
    return argsort(lift, Arguments("numpy.argsort", [column, *args.positional], args.keywords))


@method(ORDER, "argsort")
def argsort_of_order(lift: Lifter, order: Accessor, args: Arguments) -> Value:
    """``array.argsort().argsort()``."""
    args.bind(ignored=("axis", "kind", "stable"))
    return _ranks(lift, order)


def _ranks(lift: Lifter, order: Accessor) -> Column1:
    """Return the place of each row in an order of rows, counted from 0: where its number stands, which is there once."""
    assert isinstance(order.owner, Rows) and isinstance(order.owner.node, Sort)
    sort = order.owner.node
    base = sort.parent
    name = lift.free_column(base, "rank")
    columns = (WindowColumn(name, "cumcount"),)
    call = lift.naming.called(base)
    out = lift.step(Window, call, base, parent=base, by=(), columns=columns, order=sort.by, drop_null_keys=False)
    rank = cells.column(out, name)
    made = {c.name: c for c in base.columns} if isinstance(base, Window) else {}
    first = made.get(sort.by[0][0])
    if first is not None and first.function == "numpy_place" and first.column is not None:
        # in which order NumPy leaves values that other data miss is not told: there, the plan stops
        there = cells.make("not_null", cells.column(out, first.column)).expr
        rank = cells.choose(there, rank, cells.make("present", cells.missing(Type.INT)))
    return Column1(out, rank, "", None, True, ())


@function("numpy.lexsort")
def lexsort(lift: Lifter, args: Arguments) -> Value:
    """``np.lexsort((b, a))``: by the last one first, equal values in row order."""
    keys = lift.content(args.bind("keys", axis=-1)["keys"])
    if not isinstance(keys, Tup | Items):
        raise no_rule("lexsort of this object")
    columns = keys.items if isinstance(keys, Tup) else keys.values
    return _sorted(lift, [lift.content(v) for v in reversed(columns)], True)


def _sorted(lift: Lifter, keys: list[Value], stable: bool) -> Value:
    columns = [as_column(lift, k) for k in keys]
    if not columns or any(c.part is not None for c in columns):
        raise no_rule("the order of rows of one side of a split")
    if not stable and columns[0].cell.nullable:
        raise no_rule("the order in which NumPy leaves values that are missing")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    by = []
    for column, expr in zip(columns, exprs, strict=True):
        node, name = lift.as_column(node, Cell(expr, column.cell.type, column.cell.nullable), column.name or "key")
        by.append((name, True))
    if not stable:
        node, by[0] = placed(lift, node, *by[0])
    return Accessor(Rows(lift.step(Sort, lift.naming.called(node), parent=node, by=tuple(by)), Const(None)), ORDER)


@method(ORDER, "__getitem__")
def part_of_order(lift: Lifter, order: Accessor, args: Arguments) -> Value:
    """``order[:cut]``: the first rows in that order."""
    key = lift.content(args.positional[0])
    if not isinstance(key, Accessor) or key.kind != "slice":
        raise no_rule("one row number of a sorted order")
    return Accessor(Tup((order, key)), SLICED)


def in_order(lift: Lifter, node: Node, wanted: list[Cell], key: Value) -> tuple[Node, list[Cell], Value | None] | None:
    """Return the sorted rows that an index picks, cells over them, and what is cut of them; None for any other index."""
    if not isinstance(key, Accessor) or key.kind not in (ORDER, SLICED):
        return None
    cut = None
    if key.kind == SLICED:
        assert isinstance(key.owner, Tup)
        inner, cut = key.owner.items
        assert isinstance(inner, Accessor)
        key = inner
    assert isinstance(key.owner, Rows) and isinstance(key.owner.node, Sort)
    sort = key.owner.node
    if not lift.align.same(node, sort.parent):
        raise shape("Rows are picked by the order of another table")
    return sort, [lift.move(c, node, sort.parent) for c in wanted], cut


def column_in_order(lift: Lifter, column: Column1, key: Value) -> Value | None:
    """Return ``column[order]`` or ``column[order[:cut]]``."""
    from lester_gui.rewrite.lift.library.numpy_items import array_item

    found = in_order(lift, column.node, [column.cell], key)
    if found is None:
        return None
    if column.part is not None or not column.numpy:
        raise no_rule("the sorted rows of a Series, or of one side of a split")
    out = replace(column, node=found[0], cell=found[1][0], index=None)
    return out if found[2] is None else array_item(lift, out, found[2])


def matrix_in_order(lift: Lifter, matrix: Matrix, key: Value) -> Value | None:
    """Return ``matrix[order]`` or ``matrix[order[:cut]]``."""
    from lester_gui.rewrite.lift.library.numpy_items import rows_of, with_cells

    found = in_order(lift, matrix.node, [f.cell for b in matrix.blocks for f in b.features], key)
    if found is None:
        return None
    if matrix.part is not None or any(b.chain for b in matrix.blocks):
        raise no_rule("the sorted rows of an encoded matrix, or of one side of a split")
    out = with_cells(replace(matrix, node=found[0]), found[1])
    return lift.new(out) if found[2] is None else rows_of(lift, out, found[2], None)
