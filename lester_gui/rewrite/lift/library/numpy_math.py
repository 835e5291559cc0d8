"""NumPy: arithmetic, comparisons and functions that go value by value, and statistics over rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, cells, paths
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Frame,
    Items,
    Matrix,
    Module,
    Present,
    Result,
    Rows,
    Tup,
    Value,
    Vector,
)
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.library.numpy import on_features
from lester_gui.rewrite.lift.library.numpy_codes import places_where
from lester_gui.rewrite.lift.library.numpy_items import elementwise, filled, scalar, with_cells
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.side_totals import SideListOf, of_sides
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

Binary = Callable[[Cell, Cell], Cell]

# -- arithmetic and comparisons ----------------------------------------------------------------------------------------


def matrix_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Arithmetic of arrays: with a number, with one value per column, with a column of the same rows, or with each other."""
    return pairwise(lift, a, b, lambda x, y: cells.arithmetic(op, x, y, pandas=True))


def matrix_comparison(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """A comparison of an array, value by value."""
    if op not in cells.COMPARISON:
        raise no_rule(f"the comparison {op} of arrays")
    return pairwise(lift, a, b, lambda x, y: cells.compare(op, x, y, pandas=True))


def pairwise(lift: Lifter, a: Value, b: Value, apply: Binary) -> Value:
    """Apply something to the values of two arrays that belong together, by NumPy's rules for their shapes."""
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        if a.part != b.part:
            raise shape("Matrices of different sides of the split are combined")
        _, (a, b) = blocks.over_one_node(lift, [a, b])
        right = [f.cell for blk in b.blocks for f in blk.features]
        if len(right) == 1 and len(_cells(a)) > 1:
            right *= len(_cells(a))
        return _each(lift, a, right, apply)
    if isinstance(a, Matrix) or isinstance(b, Matrix):
        matrix, other, flipped = (a, b, False) if isinstance(a, Matrix) else (b, a, True)
        assert isinstance(matrix, Matrix)
        if isinstance(other, Column1 | Frame | Rows):
            raise shape("An array with columns is combined with one that has none")
        width = len(_cells(matrix))
        if isinstance(other, Tup | Items):
            values = [cells.cell_of(lift.content(v)) for v in other.values]
            values = values * width if len(values) == 1 else values
        else:
            values = [cells.cell_of(other)] * width
        return _each(lift, matrix, values, (lambda x, y: apply(y, x)) if flipped else apply)
    if isinstance(a, Column1 | Frame | Rows) or isinstance(b, Column1 | Frame | Rows):
        raise shape("An array of one value per column is combined with one of one value per row")
    left, right = _values(lift, a), _values(lift, b)
    size = max(len(left), len(right))
    if {len(left), len(right)} - {1, size}:
        raise shape("Arrays of different widths are combined")
    left, right = (v * size if len(v) == 1 else v for v in (left, right))
    return Vector(tuple(apply(x, y) for x, y in zip(left, right, strict=True)))


def _values(lift: Lifter, value: Value) -> list[Cell]:
    items = value.values if isinstance(value, Items | Tup) else (value,)
    return [cells.cell_of(lift.content(v)) for v in items]


def _cells(matrix: Matrix) -> list[Cell]:
    return [f.cell for b in matrix.blocks for f in b.features]


def _each(lift: Lifter, matrix: Matrix, values: list[Cell], apply: Binary) -> Matrix:
    if len(_cells(matrix)) != len(values):
        raise shape("Arrays of different widths are combined")
    queue = iter(values)
    return on_features(matrix, lambda c: apply(c, next(queue)))


def binary(lift: Lifter, a: Value, b: Value, apply: Binary) -> Value:
    """Apply something to two arrays, columns or single values."""
    from lester_gui.rewrite.lift.expressions.operators import as_places, columnwise

    a, b = as_places(lift, lift.content(a)), as_places(lift, lift.content(b))
    if isinstance(a, Result) or isinstance(b, Result):
        return Result("array")
    if isinstance(a, Matrix | Vector) or isinstance(b, Matrix | Vector):
        return pairwise(lift, a, b, apply)
    a, b = (as_column(lift, v) if isinstance(v, Rows) else v for v in (a, b))
    if isinstance(a, Column1) or isinstance(b, Column1):
        return columnwise(lift, a, b, apply)
    return apply(cells.cell_of(a), cells.cell_of(b))


NAMES = {
    "add": "Add", "subtract": "Sub", "multiply": "Mult", "divide": "Div", "true_divide": "Div", "mod": "Mod", "remainder": "Mod",
    "floor_divide": "FloorDiv", "equal": "Eq", "not_equal": "NotEq", "less": "Lt", "less_equal": "LtE", "greater": "Gt",
    "greater_equal": "GtE", "power": "Pow",
}  # fmt: skip


@function(*(f"numpy.{n}" for n in NAMES))
def spelled_out(lift: Lifter, args: Arguments) -> Value:
    """``np.add(a, b)``, ``np.less(a, b)``."""
    from lester_gui.rewrite.lift.expressions.operators import combine, compare

    op = NAMES[args.what.rsplit(".", 1)[-1]]
    given = args.bind("x1", "x2")
    return (compare if op in cells.COMPARISON else combine)(lift, op, given["x1"], given["x2"])


@function("numpy.logical_and", "numpy.logical_or", "numpy.logical_not", "numpy.invert")
def logical(lift: Lifter, args: Arguments) -> Value:
    """``np.logical_and(a, b)``."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("logical_not", "invert"):

        def negated(cell: Cell) -> Cell:
            if cell.type is not Type.BOOL or cell.nullable:
                raise shape("A condition that may be missing is turned around")
            return Cell(paths.negated(cell.expr), Type.BOOL)

        return elementwise(lift, args.bind("x")["x"], negated)
    given = args.bind("x1", "x2")
    build = paths.both if what == "logical_and" else paths.either
    return binary(lift, given["x1"], given["x2"], lambda x, y: Cell(build(cells.truth(x).expr, cells.truth(y).expr), Type.BOOL))


# -- functions of one value --------------------------------------------------------------------------------------------


def _of_python(lift: Lifter, what: str, cell: Cell) -> Cell:
    """``math.sqrt(x)``, ``math.log(x)``: an error where NumPy gives NaN or an infinity."""
    if cell.nullable and cell.type.is_number and of_sides(lift, cell.expr):
        cell = cells.make("coalesce", cell, cells.cell_of(Const(0.0)))  # only where there are no rows, and no model
    if what not in ("sqrt", "log") or cell.nullable or not cell.type.is_number:
        raise no_rule(f"math.{what} of this")
    made = cells.make(what, cell)
    if what == "log":
        positive = cells.compare("Gt", cell, cells.cell_of(Const(0)), pandas=False).expr
        made = cells.choose(positive, made, cells.missing(Type.FLOAT))
    return cells.make("present", made)


@function("numpy.expm1")
def back_from_log1p(lift: Lifter, args: Arguments) -> Value:
    """``np.expm1(y_test)``: what scripts make of a label on a logarithmic scale before they measure errors; no plan needs it."""
    return Result("labels on another scale")


UNARY = ("log1p", "log", "sqrt", "exp", "sin", "cos")


@function(*(f"numpy.{n}" for n in UNARY), *(f"math.{n}" for n in UNARY))
def of_one_value(lift: Lifter, args: Arguments) -> Value:
    """``np.log1p(x)``, value by value."""
    what = args.what.rsplit(".", 1)[-1]
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Const):
        return Const(getattr(math, what)(content.value))
    if not args.what.startswith("numpy"):
        return _of_python(lift, what, cells.cell_of(content))
    return elementwise(lift, content, lambda c: cells.make(what, c))


@function(
    "numpy.square", "numpy.sign", "numpy.abs", "numpy.absolute", "numpy.fabs", "numpy.negative", "numpy.log10", "numpy.log2"
)
def made_of_operators(lift: Lifter, args: Arguments) -> Value:
    """``np.abs(x)``, ``np.sign(x)``, ``np.log10(x)``."""
    what = args.what.rsplit(".", 1)[-1]
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and isinstance(content.value, int | float):
        v = content.value
        simple: dict[str, Callable[[], Any]] = {
            "square": lambda: v * v, "sign": lambda: (v > 0) - (v < 0), "negative": lambda: -v, "log10": lambda: math.log10(v),
            "log2": lambda: math.log2(v),
        }  # fmt: skip
        return Const(simple.get(what, lambda: abs(v))())

    def apply(c: Cell) -> Cell:
        if what == "square":
            return cells.make("mul", c, c)
        if what == "negative":
            return cells.make("neg", c)
        if what in ("log10", "log2"):
            return cells.make("float_div", cells.make("log", c), cells.cell_of(Const(math.log(10 if what == "log10" else 2))))
        if what == "sign":
            if c.nullable:
                raise no_rule("np.sign of what may be missing")
            one, zero = (cells.cell_of(Const(float(v) if c.type is Type.FLOAT else v)) for v in (1, 0))
            above, below = (cells.compare(op, c, cells.cell_of(Const(0)), True).expr for op in ("Gt", "Lt"))
            return cells.choose(above, one, cells.choose(below, cells.make("neg", one), zero))
        return cells.make("abs", c)

    return elementwise(lift, content, apply)


@function("numpy.isnan", "numpy.isfinite")
def is_missing(lift: Lifter, args: Arguments) -> Value:
    """``np.isnan(x)``."""
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and isinstance(content.value, int | float):
        return Const(getattr(math, args.what.rsplit(".", 1)[-1])(content.value))
    if args.what.endswith("isfinite"):
        raise no_rule("np.isfinite")
    if isinstance(content, Frame):
        raise no_rule("np.isnan of a DataFrame")
    return elementwise(lift, content, lambda c: cells.make("is_null", c))


@function("numpy.nan_to_num")
def nan_to_num(lift: Lifter, args: Arguments) -> Value:
    """``np.nan_to_num(x, nan=0)``: missing becomes a number."""
    given = args.bind("x", "copy", "nan", copy=True, nan=0.0)
    fill = float(lift.const(given["nan"]))

    def apply(c: Cell) -> Cell:
        if c.type is not Type.FLOAT:
            return c
        return cells.make("coalesce", c, cells.cell_of(Const(fill))) if c.nullable else c

    return elementwise(lift, given["x"], apply)


@function("numpy.minimum", "numpy.maximum", "numpy.fmin", "numpy.fmax")
def extremum(lift: Lifter, args: Arguments) -> Value:
    """``np.minimum(a, b)``: missing stays missing."""
    what = args.what.rsplit(".", 1)[-1]
    given = args.bind("x1", "x2")
    op = "Lt" if what in ("minimum", "fmin") else "Gt"

    def apply(x: Cell, y: Cell) -> Cell:
        if what.startswith("f") and (x.nullable or y.nullable):
            raise no_rule(f"np.{what} of two values that may be missing")
        kind = Type.FLOAT if Type.FLOAT in (x.type, y.type) else x.type
        x, y = (cells.make("to_float", c) if kind is Type.FLOAT and c.type is Type.INT else c for c in (x, y))
        better = cells.compare("Gt" if op == "Lt" else "Lt", x, y, True).expr
        return cells.choose(paths.either(cells.make("is_null", y).expr, better) if y.nullable else better, y, x)

    return binary(lift, given["x1"], given["x2"], apply)


@function("numpy.clip")
def clip(lift: Lifter, args: Arguments) -> Value:
    """``np.clip(x, low, high)``."""
    bound = args.bind("a", "a_min", "a_max", a_min=None, a_max=None, min=None, max=None)
    out: Value = bound["a"]
    for names, rule in ((("a_min", "min"), "numpy.maximum"), (("a_max", "max"), "numpy.minimum")):
        for name in names:
            if lift.content(bound[name]) != Const(None):
                out = extremum(lift, Arguments(rule, [out, bound[name]]))
    return out


@method("matrix", "clip")
def clip_method(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``X.clip(low, high)``."""
    return clip(lift, Arguments(args.what, [content, *args.positional], args.keywords))


# -- statistics --------------------------------------------------------------------------------------------------------

STATISTICS = ("mean", "std", "var", "sum", "min", "max", "median")


@function(*(f"numpy.{p}{n}" for n in STATISTICS for p in ("", "nan")), "numpy.amin", "numpy.amax", "numpy.average")
def statistic_function(lift: Lifter, args: Arguments) -> Value:
    """``np.mean(x, axis=0)``."""
    what = args.what.rsplit(".", 1)[-1].removeprefix("nan").replace("amin", "min").replace("amax", "max")
    given = args.bind("a", "axis", ignored=("dtype", "keepdims"), axis=None, ddof=0)
    asked = lift.content(given["a"])
    # a Series takes its own mean, leaving out what is missing; these two look at its values
    own = isinstance(asked, Column1) and not asked.numpy and what not in ("median", "average")
    strict = not args.what.rsplit(".", 1)[-1].startswith("nan") and not own
    return statistic(lift, asked, what.replace("average", "mean"), given, strict)


@method("matrix", *STATISTICS)
@method("vector", *STATISTICS)
@method("present", *STATISTICS)
def statistic_method(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``X.mean(axis=0)``."""
    given = args.bind("axis", ignored=("dtype", "keepdims"), axis=None, ddof=0)
    return statistic(lift, content, args.what.rsplit(".", 1)[-1], given, strict=True)


@method("matrix", "any", "all")
def any_or_all(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``np.isnan(X).any(axis=1)``: a condition on each row; over all cells it is only looked at."""
    axis = lift.const(args.bind("axis", axis=None)["axis"])
    if axis not in (1, -1) or not isinstance(content, Matrix):
        return Result(args.what)
    conditions = [cells.truth(c).expr for c in _cells(content)]
    if any(b.chain for b in content.blocks) or not conditions or any(c.nullable for c in _cells(content)):
        raise no_rule("a condition on encoded columns, or on values that may be missing")
    out = conditions[0]
    for c in conditions[1:]:
        out = (paths.either if args.what.endswith("any") else paths.both)(out, c)
    return Column1(content.node, Cell(out, Type.BOOL), "", content.part, True, ())


def statistic(lift: Lifter, content: Value, what: str, given: dict[str, Value], strict: bool) -> Value:
    """Return a statistic over rows: one value, or one per column; over columns with ``axis=1``.

    A `strict` one is NaN where one of the values is.
    """
    axis, ddof = lift.const(given["axis"]), lift.const(given["ddof"])
    if isinstance(content, Result):
        return content
    if isinstance(content, GroupOf):
        from lester_gui.rewrite.lift.library.group_statistics import of_array

        return of_array(lift, content, what, ddof)
    if isinstance(content, Items | Tup):
        values = [lift.content(v) for v in content.values]
        simple: dict[str, Callable[[Any], Any]] = {"sum": sum, "min": min, "max": max, "mean": lambda v: sum(v) / len(v)}
        if what in simple and all(isinstance(v, Const) for v in values):
            return Const(simple[what]([lift.const(v) for v in values]))
        return Result(what)
    if ddof not in (0, 1):
        raise no_rule(f"{what} with ddof {ddof}")
    name = f"{what}0" if what in ("std", "var") and ddof == 0 else what
    if isinstance(content, SideListOf):
        from lester_gui.rewrite.lift.library.side_dicts import statistic as of_side

        return of_side(lift, content, name)
    if isinstance(content, Frame):
        raise no_rule(f"np.{what} of a DataFrame")
    if isinstance(content, Matrix):
        if any(b.chain for b in content.blocks):
            raise no_rule(f"{what} of encoded columns")
        if axis in (1, -1):
            return _along_rows(content, what)
        if axis != 0:
            return Result(what)  # one number for all cells: nothing is made of it but reports
        pairs = [(f.name or lift.called_cell(f.cell), _number(f.cell)) for b in content.blocks for f in b.features]
        called_so = ((f"{what}_{called}" if called else what, c) for called, c in pairs)
        return Vector(tuple(lift.state(content.node, c, name, n, content.part, strict=strict) for n, c in called_so))
    column = content.column if isinstance(content, Present) else as_column(lift, content)
    if axis not in (None, 0):
        raise no_rule(f"{what} along this axis")
    called = f"{what}_{column.name}" if column.name else what
    strict = strict and not isinstance(content, Present)
    return lift.state(column.node, _number(column.cell), name, called, column.part, strict=strict)


def _number(cell: Cell) -> Cell:
    if cell.type is not Type.BOOL:
        return cell
    return cells.make("if_else", cell, cells.cell_of(Const(1)), cells.cell_of(Const(0)))


def _along_rows(matrix: Matrix, what: str) -> Column1:
    """A total over the columns of each row."""
    values = [_number(c) for c in _cells(matrix)]
    if what not in ("sum", "mean", "min", "max") or not values:
        raise no_rule(f"{what} along rows")
    if what in ("min", "max") and any(c.nullable for c in values):
        raise no_rule(f"{what} of values that may be missing")
    out = values[0]
    for c in values[1:]:
        if what in ("sum", "mean"):
            out = cells.make("add", out, c)
        else:
            out = cells.choose(cells.compare("Lt" if what == "min" else "Gt", c, out, True).expr, c, out)
    if what == "mean":
        out = cells.make("float_div", out, cells.cell_of(Const(len(values))))
    return Column1(matrix.node, out, "", matrix.part, True, ())


# -- choices -----------------------------------------------------------------------------------------------------------


@function("numpy.where")
def where(lift: Lifter, args: Arguments) -> Value:
    """``np.where(mask, a, b)``."""
    if len(args.positional) == 1 and not args.keywords:
        return places_where(lift, args.positional[0])
    if len(args.positional) != 3:
        raise no_rule("np.where with two arguments")
    mask, a, b = (lift.content(v) for v in args.positional)
    if isinstance(mask, Result):
        return mask
    if isinstance(mask, Matrix):
        return _where_matrix(lift, mask, a, b)
    if isinstance(mask, Vector):
        return _where_vector(lift, mask, a, b)
    mask = as_column(lift, mask)
    sides = [as_column(lift, v) if isinstance(v, Column1 | Rows) else v for v in (a, b)]
    columns = [mask, *(s for s in sides if isinstance(s, Column1))]
    if any(c.part != mask.part for c in columns):
        raise shape("Columns of different sides of the split are combined")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    queue = iter(exprs)
    condition = Cell(next(queue), mask.cell.type, mask.cell.nullable)
    values = [Cell(next(queue), s.cell.type, s.cell.nullable) if isinstance(s, Column1) else scalar(s) for s in sides]
    return Column1(node, filled(cells.truth(condition), *values), "", mask.part, True, mask.index)


def _where_vector(lift: Lifter, mask: Vector, a: Value, b: Value) -> Value:
    tests = [cells.cell_of(lift.content(v)) for v in mask.items]
    left, right = (v * len(tests) if len(v := _values(lift, side)) == 1 else _values(lift, side) for side in (a, b))
    return Vector(tuple(cells.choose(t.expr, x, y) for t, x, y in zip(tests, left, right, strict=True)))


def _where_matrix(lift: Lifter, mask: Matrix, a: Value, b: Value) -> Value:
    """``np.where(np.isnan(X), means, X)``."""
    matrices = [mask, *(s for s in (a, b) if isinstance(s, Matrix))]
    if any(m.part != mask.part for m in matrices) or any(blk.chain for m in matrices for blk in m.blocks):
        raise shape("Arrays of different rows are combined")
    _, moved = blocks.over_one_node(lift, matrices)
    width, queue = len(_cells(mask)), iter(moved[1:])
    sides = []
    for side in (a, b):
        values = _cells(next(queue)) if isinstance(side, Matrix) else _values(lift, side)
        sides.append(values * width if len(values) == 1 else values)
    if any(len(s) != width for s in sides):
        raise shape("Arrays of different widths are combined")
    names = next((m for m in (b, a) if isinstance(m, Matrix)), mask)
    new = [filled(c, x, y) for c, x, y in zip(_cells(moved[0]), *sides, strict=True)]
    shaped = names if len(_cells(names)) == width else mask
    return with_cells(Matrix(moved[0].node, shaped.blocks, mask.part, mask.dtype), new)


@function("numpy.dtype", "numpy.finfo", "numpy.iinfo")
def facts(lift: Lifter, args: Arguments) -> Value:
    """Facts about number types."""
    return args.positional[0] if isinstance(args.positional[0], Module) else Result(args.what)
