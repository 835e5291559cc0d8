"""NumPy: numbers of categories, one-hot columns from an identity matrix, bins, and the places where a condition holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.arrays import one_hot_block
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Coded,
    Const,
    Items,
    Leaf,
    Matrix,
    Result,
    Tup,
    Value,
    Vector,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.builtins import width_of
from lester_gui.rewrite.lift.library.numpy_counts import Counts, Uniques
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.places import PLACES
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

# -- categories --------------------------------------------------------------------------------------------------------


@function("numpy.unique")
def unique(lift: Lifter, args: Arguments) -> Value:
    """``np.unique(x)``: the categories of a column, sorted; with ``return_inverse``, the number of each value, too."""
    given = args.bind("ar", "return_index", "return_inverse", "return_counts", return_index=False, return_inverse=False,
                      return_counts=False, axis=None, equal_nan=True)  # fmt: skip
    content = lift.content(given["ar"])
    if isinstance(content, Result):
        return content
    wanted = [n for n in ("return_index", "return_inverse", "return_counts") if lift.const(given[n])]
    if lift.const(given["axis"]) is not None or lift.const(given["equal_nan"]) is not True:
        raise no_rule("np.unique of rows")
    if isinstance(content, Coded):  # the numbers of all labels: only looked at
        return Tup((Result("categories"),) * (1 + len(wanted))) if wanted else Result("categories")
    column = as_column(lift, content)
    if column.cell.nullable and column.cell.type is Type.STR:
        raise shape("np.unique of texts of which some may be missing")
    if column.part is not None:
        if "return_inverse" in wanted:
            raise no_rule("the categories of one side of a split")
        return Tup((Result("categories"),) * (1 + len(wanted))) if wanted else Result("categories")
    found: Value = lift.new(Vocabulary("sorted", column.node, column.cell, (), False))
    if not wanted:
        return found
    made = {
        "return_index": Result("return_index"),
        "return_inverse": Coded(replace(column, numpy=True), "sorted", lift.lines),
        "return_counts": Counts("return_counts", replace(column, numpy=True)),
    }
    return Tup((found, *(made[n] for n in wanted)))


@function("numpy.eye", "numpy.identity")
def identity(lift: Lifter, args: Arguments) -> Value:
    """``np.eye(n)``, of which scripts pick rows: one-hot columns."""
    given = args.bind("N", "M", "k", "dtype", M=None, k=0, dtype=None)
    if lift.content(given["M"]) != Const(None) or lift.const(given["k"]) != 0:
        raise no_rule("np.eye that is not square")
    return lift.new(Accessor(lift.content(given["N"]), "identity"))


@method("identity", "__getitem__")
def one_hot_rows(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``np.eye(len(classes))[codes]``."""
    size, key = accessor.owner, lift.content(args.positional[0])
    if isinstance(key, Tup) and len(key.items) == 2:
        from lester_gui.rewrite.lift.library.numpy_items import is_all

        if not is_all(lift, key.items[1]):
            raise no_rule("part of an identity matrix")
        key = lift.content(key.items[0])
    if isinstance(key, Coded):
        column = key.column
        vocabulary = Vocabulary("first_seen" if key.order == "first_seen" else "sorted", column.node, column.cell, (), False)
        if key.order not in ("sorted", "first_seen", "category") or column.cell.nullable:
            raise no_rule("one-hot columns of categories that may be missing")
        if not _counts(lift, size, vocabulary):
            raise shape("An array has another number of columns than there are categories")
        if column.part is not None:
            raise no_rule("one-hot columns of one side of a split")
        return lift.new(Matrix(column.node, (one_hot_block(lift, column.node, vocabulary, column.cell, "error", key.lines),)))
    column = as_column(lift, key)
    if not isinstance(size, Const) or not isinstance(size.value, int) or column.cell.type is not Type.INT or column.cell.nullable:
        raise no_rule("rows of an identity matrix by these numbers")
    # a number below 0 counts from the end in NumPy, and is an error here: no plan is wrong, but it may stop
    listed = Vocabulary("listed", None, None, tuple(range(size.value)), False)
    block = one_hot_block(lift, column.node, listed, column.cell, "error", lift.lines)
    return lift.new(Matrix(column.node, (block,), column.part))


def _counts(lift: Lifter, size: Value, vocabulary: Vocabulary) -> bool:
    """Whether a size is the number of categories of a column."""
    content = lift.content(size)
    if isinstance(content, Uniques) and content.vocabulary is not None:  # ``len`` of what is only looked at
        known = content.vocabulary
        return (known.node, known.cell, known.order) == (vocabulary.node, vocabulary.cell, vocabulary.order)
    if not isinstance(content, Cell):
        return False
    for known in lift.widths.values():
        if (known.node, known.cell, known.order) == (vocabulary.node, vocabulary.cell, vocabulary.order):
            return content.expr == width_of(lift, known)
    return False


# -- places ------------------------------------------------------------------------------------------------------------


def places_where(lift: Lifter, value: Value) -> Value:
    """Return ``np.where(mask)``: the places of the rows, or of the cells, for which a condition holds."""
    mask = lift.content(value)
    if isinstance(mask, Result):
        return Tup((mask,))
    if isinstance(mask, Matrix):
        return Tup((Accessor(mask, "rows where true"), Accessor(mask, "columns where true")))
    column = as_column(lift, mask)
    if column.cell.type is not Type.BOOL or column.cell.nullable:
        raise no_rule("places of something that is no condition")
    return Tup((Accessor(replace(column, numpy=True), PLACES),))


@function("numpy.nonzero", "numpy.flatnonzero")
def nonzero(lift: Lifter, args: Arguments) -> Value:
    """``np.nonzero(mask)``, ``np.flatnonzero(mask)``."""
    found = places_where(lift, args.bind("a")["a"])
    if not args.what.endswith("flatnonzero"):
        return found
    assert isinstance(found, Tup)
    if len(found.items) != 1:
        raise no_rule("flatnonzero of a matrix")
    return found.items[0]


@function("numpy.take")
def take(lift: Lifter, args: Arguments) -> Value:
    """``np.take(means, columns)``."""
    from lester_gui.rewrite.lift.expressions.subscript import item

    given = args.bind("a", "indices", axis=None)
    axis = lift.const(given["axis"])
    content = lift.content(given["a"])
    if axis not in (None, 0) or (axis is None and isinstance(content, Matrix)):
        raise no_rule("np.take along an axis")
    return item(lift, content, given["indices"])


def cells_where(lift: Lifter, key: Value) -> Matrix | None:
    """Return the mask of ``X[np.where(mask)]``; None for other indices."""
    if not (isinstance(key, Tup) and len(key.items) == 2):
        return None
    rows, columns = (lift.content(v) for v in key.items)
    if not (isinstance(rows, Accessor) and isinstance(columns, Accessor)):
        return None
    if (rows.kind, columns.kind) != ("rows where true", "columns where true") or rows.owner is not columns.owner:
        return None
    assert isinstance(rows.owner, Matrix)
    return rows.owner


def one_per_column(value: Value, mask: Matrix) -> tuple[Value, ...] | None:
    """Return the values that ``means[np.where(mask)[1]]`` puts into each column; None for other values."""
    if not (isinstance(value, Accessor) and value.kind == "taken by column"):
        return None
    taken = value.owner
    assert isinstance(taken, Tup)
    vector, of = taken.items
    assert isinstance(vector, Vector)
    if of is not mask or len(vector.items) != sum(len(b.features) for b in mask.blocks):
        raise shape("Values are taken by the columns of another array")
    return vector.items


# -- bins --------------------------------------------------------------------------------------------------------------


@function("numpy.digitize")
def digitize(lift: Lifter, args: Arguments) -> Value:
    """``np.digitize(x, bins)``: how many of the ascending edges a value has reached."""
    given = args.bind("x", "bins", "right", right=False)
    right = lift.const(given["right"]) is True
    return _bins(lift, given["x"], given["bins"], right, lambda edges, x: int(np.digitize(x, edges, right)))


@function("numpy.searchsorted")
def searchsorted(lift: Lifter, args: Arguments) -> Value:
    """``np.searchsorted(edges, x)``: how many of the ascending edges are below a value."""
    given = args.bind("a", "v", "side", side="left", sorter=None)
    if lift.content(given["sorter"]) != Const(None):
        raise no_rule("np.searchsorted with a sorter")
    left = lift.const(given["side"]) == "left"
    return _bins(lift, given["v"], given["a"], left, lambda edges, x: int(np.searchsorted(edges, x, "left" if left else "right")))


def _bins(lift: Lifter, value: Value, edges: Value, strictly: bool, numbered: Callable[[list[float], float], int]) -> Value:
    """Return the number of edges that a value is above (`strictly`), or that it has reached; missing is above all.

    Percentiles of an array are NaN where one of its values is: what becomes of values between such edges says `numbered`.
    """
    from lester_gui.rewrite.lift.library.numpy_items import elementwise

    if isinstance(lift.content(value), Result):
        return Result("bins")
    complete, limits = _ascending(lift, lift.content(edges))
    of_nothing = [cells.cell_of(Const(numbered([math.nan] * len(limits), x))) for x in (math.nan, 0.0)]
    zero, one = cells.cell_of(Const(0)), cells.cell_of(Const(1))

    def number(cell: Cell) -> Cell:
        if not cell.type.is_number:
            raise shape(f"Bins of a {cell.type}")
        out = zero
        for limit in limits:
            if cell.nullable:
                above = cells.compare("Gt" if strictly else "GtE", cell, limit, pandas=True).expr
                step = cells.choose(above, one, zero)
            else:  # asked so that a value which other data miss is above all edges, too
                below = cells.compare("LtE" if strictly else "Lt", cell, limit, pandas=True).expr
                step = cells.choose(below, zero, one)
            out = step if out is zero else cells.make("add", out, step)
        if cell.nullable:
            out = cells.choose(cells.make("is_null", cell).expr, cells.cell_of(Const(len(limits))), out)
        if complete is not None:
            out = cells.choose(complete, out, cells.choose(cells.make("is_null", cell).expr, *of_nothing))
        return out

    return elementwise(lift, value, number)


def _ascending(lift: Lifter, edges: Value) -> tuple[Expr | None, Sequence[Cell]]:
    """Return edges as cells, and the condition under which they are there, if that hangs on the data.

    Raises
    ------
    Stopped
        If it is not known that they ascend: NumPy counts from the other side then, or refuses them.
    """
    if not isinstance(edges, Tup | Items) or (isinstance(edges, Items) and not edges.ordered):
        raise no_rule("bins between edges that are not known")
    values = [lift.content(v) for v in edges.values]
    if not values:
        raise no_rule("bins without edges")
    complete, values = _if_complete(values)
    shares = [
        lift.states[v.expr.ident] for v in values if isinstance(v, Cell) and isinstance(v.expr, Leaf) and v.expr.kind == "state"
    ]
    if len(shares) == len(values):
        first = shares[0]
        same = all((s.node, s.cell, s.part) == (first.node, first.cell, first.part) and s.share is not None for s in shares)
        if not same or any((a.share or 0) > (b.share or 0) for a, b in pairwise(shares)):
            raise no_rule("bins between statistics that may not ascend")
        return complete, [cells.cell_of(v) for v in values]
    known = [lift.const(v) for v in values]
    if not all(isinstance(v, int | float) for v in known) or any(a > b for a, b in pairwise(known)):
        raise no_rule("bins between edges that do not ascend")
    return None, [cells.cell_of(Const(v)) for v in known]


def _if_complete(values: list[Value]) -> tuple[Expr | None, list[Value]]:
    """Return the one condition under which all of some percentiles are numbers, and what they are there."""
    conditions: set[Expr] = set()
    found: list[Value] = []
    for v in values:
        expr = v.expr if isinstance(v, Cell) else None
        if not (isinstance(expr, Apply) and expr.operator == "if_else" and expr.arguments[2] == Literal(None, Type.FLOAT)):
            return None, values
        conditions.add(expr.arguments[0])
        found.append(Cell(expr.arguments[1], Type.FLOAT))
    return (conditions.pop(), found) if len(conditions) == 1 else (None, values)
