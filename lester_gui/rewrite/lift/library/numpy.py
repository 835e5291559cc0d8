"""NumPy: arrays of rows, statistics, standardisation by hand, putting arrays side by side, random orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, cells
from lester_gui.rewrite.lift.arrays import as_float, filled_with
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Feature,
    Frame,
    Generator,
    Items,
    Matrix,
    MatrixBlock,
    Module,
    Order,
    Result,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


# -- making arrays -----------------------------------------------------------------------------------------------------


@function("numpy.array", "numpy.asarray", "numpy.stack", "numpy.vstack", "numpy.ascontiguousarray")
def array(lift: Lifter, args: Arguments) -> Value:
    """``np.array(rows)``: one column, or a matrix with one feature per place of a record."""
    given = args.bind("object", "dtype", ignored=("copy", "order"), dtype=None, axis=0)
    content = lift.content(given["object"])
    kind = type_named(lift, given["dtype"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Rows):
        return typed(of_list(lift, content), kind)
    if isinstance(content, Column1):
        return typed(replace(content, numpy=True), kind)
    if isinstance(content, Frame):
        return typed(blocks.of_frame(lift, content), kind)
    if isinstance(content, Matrix | Vocabulary | Order):
        return content if not isinstance(content, Matrix) else typed(content, kind)
    if isinstance(content, Items | Tup):
        values = content.values if isinstance(content, Items) else content.items
        if all(isinstance(lift.content(v), Const | Cell) for v in values):
            return Tup(values)
    raise no_rule("an array of this object")


def of_list(lift: Lifter, rows: Rows) -> Value:
    """Return a list of rows as an array."""
    template = lift.content(rows.template)
    if isinstance(template, Cell | Const):
        cell = cells.cell_of(template)
        if cell.type in (Type.FLOATS, Type.STRS):
            name = lift.called_cell(cell)
            return Matrix(rows.node, (MatrixBlock(name or "columns", (Feature(cell, name),)),), rows.part)
        return Column1(rows.node, cell, lift.called_cell(cell), rows.part, True, ())
    return blocks.of_rows(lift, rows)


def type_named(lift: Lifter, value: Value) -> str:
    """Return what a NumPy type is called here, '' for None."""
    content = lift.content(value)
    if content == Const(None):
        return ""
    name = content.name.rsplit(".", 1)[-1] if isinstance(content, Module) else str(lift.const(content))
    if name in ("float", "float64", "float_", "double"):
        return "float"
    if name in ("int", "int64", "int_"):
        return "int"
    if name in ("object", "str", "bool"):
        return name
    raise no_rule(f"an array of type {name}")


def typed(value: Value, kind: str) -> Value:
    """Return an array after a conversion of its numbers."""
    if not kind or kind == "object":
        return value

    def change(cell: Cell) -> Cell:
        if cell.type in (Type.FLOATS, Type.STRS):
            return cell
        if cell.type is Type.STR and kind in ("int", "float"):
            return cells.make("py_float" if kind == "float" else "py_int", cell)
        if kind == "float" and cell.type.is_number:
            return cell if cell.type is Type.FLOAT else as_float(cell)
        if kind == "int" and cell.type.is_number:
            return cell if cell.type is Type.INT else cells.make("to_int", cell)
        if kind == "bool":
            return cells.truth(cell)
        if kind == "str":
            return cells.as_text(cell)
        raise shape(f"A {cell.type} is converted to {kind}")

    if isinstance(value, Column1):
        return replace(value, cell=change(value.cell))
    if isinstance(value, Matrix):
        return on_features(value, change)
    return value


def on_features(matrix: Matrix, change: Callable[[Cell], Cell]) -> Matrix:
    """Return a matrix with every feature changed; what passed an encoder cannot be."""
    if any(b.chain for b in matrix.blocks):
        raise no_rule("arithmetic on encoded columns")
    parts = tuple(replace(b, features=tuple(replace(f, cell=change(f.cell)) for f in b.features)) for b in matrix.blocks)
    return replace(matrix, blocks=parts)


@function("numpy.zeros", "numpy.ones", "numpy.full", "numpy.empty")
def constant_array(lift: Lifter, args: Arguments) -> Value:
    """``np.zeros(n)``, ``np.zeros((n, k))``."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "empty":
        raise no_rule("an array that is not initialised")
    if what == "full":
        given = args.bind("shape", "fill_value", "dtype", dtype=None)
        fill = lift.content(given["fill_value"])
    else:
        given = args.bind("shape", "dtype", dtype=None)
        fill = Const(0.0 if what == "zeros" else 1.0)
    kind = type_named(lift, given["dtype"])
    if kind == "int":
        fill = Const(int(lift.const(fill)))
    elif kind == "bool":
        fill = Const(bool(lift.const(fill)))
    size = lift.content(given["shape"])
    if isinstance(size, Tup):
        if len(size.items) == 1:
            return filled_with(lift, size.items[0], fill)
        if len(size.items) == 2:
            return filled_with(lift, size.items[0], fill, size.items[1])
        raise no_rule("an array of three dimensions")
    return filled_with(lift, size, fill)


@function("numpy.zeros_like", "numpy.ones_like")
def like(lift: Lifter, args: Arguments) -> Value:
    """``np.zeros_like(y)``."""
    column = as_column(lift, args.bind("a", "dtype", dtype=None)["a"])
    one = args.what.endswith("ones_like")
    fill: object = int(one) if column.cell.type is Type.INT else float(one)
    return lift.new(Column1(column.node, cells.cell_of(Const(fill)), "", column.part, True, ()))


# -- statistics --------------------------------------------------------------------------------------------------------


@function(
    "numpy.mean",
    "numpy.std",
    "numpy.var",
    "numpy.sum",
    "numpy.min",
    "numpy.max",
    "numpy.median",
    "numpy.nanmean",
    "numpy.amin",
    "numpy.amax",
)
def statistic_function(lift: Lifter, args: Arguments) -> Value:
    """``np.mean(x, axis=0)``."""
    what = args.what.rsplit(".", 1)[-1].removeprefix("nan").replace("amin", "min").replace("amax", "max")
    given = args.bind("a", "axis", ignored=("dtype", "keepdims"), axis=None, ddof=0)
    return statistic(lift, lift.content(given["a"]), what, lift.const(given["axis"]), lift.const(given["ddof"]))


@method("matrix", "mean", "std", "var", "sum", "min", "max")
def statistic_method(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``X.mean(axis=0)``."""
    given = args.bind("axis", ignored=("dtype", "keepdims"), axis=None, ddof=0)
    return statistic(lift, content, args.what.rsplit(".", 1)[-1], lift.const(given["axis"]), lift.const(given["ddof"]))


def statistic(lift: Lifter, content: Value, what: str, axis: object, ddof: object) -> Value:
    """Return a statistic over rows: one value, or one per feature."""
    if isinstance(content, Result):
        return content
    if isinstance(content, Items | Tup):
        values = [lift.const(v) for v in (content.values if isinstance(content, Items) else content.items)]
        simple: dict[str, Callable[[Any], Any]] = {"sum": sum, "min": min, "max": max, "mean": lambda v: sum(v) / len(v)}
        if what in simple:
            return Const(simple[what](values))
    if ddof not in (0, 1):
        raise no_rule(f"{what} with ddof {ddof}")
    name = f"{what}0" if what in ("std", "var") and ddof == 0 else what
    if isinstance(content, Matrix):
        if axis not in (0,) or any(b.chain for b in content.blocks):
            raise no_rule(f"{what} over all cells of a matrix")
        out = [
            lift.state(content.node, f.cell, name, f"{what}_{f.name}" if f.name else what, content.part)
            for b in content.blocks
            for f in b.features
        ]
        return Tup(tuple(out))
    column = as_column(lift, content)
    if axis not in (None, 0):
        raise no_rule(f"{what} along this axis")
    return lift.state(column.node, column.cell, name, f"{what}_{column.name}" if column.name else what, column.part)


# -- arithmetic --------------------------------------------------------------------------------------------------------


def matrix_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Arithmetic of a matrix with a number, with one value per feature, or with a matrix of the same rows and width."""
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        if a.part != b.part:
            raise shape("Matrices of different sides of the split are combined")
        _, (a, b) = blocks.over_one_node(lift, [a, b])
        right = [f.cell for blk in b.blocks for f in blk.features]
        return _each(a, right, lambda x, y: cells.arithmetic(op, x, y, pandas=True))
    matrix, other, flipped = (a, b, False) if isinstance(a, Matrix) else (b, a, True)
    assert isinstance(matrix, Matrix)
    width = sum(len(blk.features) for blk in matrix.blocks)
    values = [cells.cell_of(lift.content(v)) for v in other.items] if isinstance(other, Tup) else [cells.cell_of(other)] * width

    def apply(x: Cell, y: Cell) -> Cell:
        return cells.arithmetic(op, y, x, pandas=True) if flipped else cells.arithmetic(op, x, y, pandas=True)

    return _each(matrix, values, apply)


def _each(matrix: Matrix, values: list[Cell], apply: Callable[[Cell, Cell], Cell]) -> Matrix:
    if sum(len(b.features) for b in matrix.blocks) != len(values):
        raise shape("Arrays of different widths are combined")
    queue = iter(values)
    return on_features(matrix, lambda c: apply(c, next(queue)))


@function(*(f"numpy.{n}" for n in ("log1p", "log", "sqrt", "exp")), *(f"math.{n}" for n in ("log1p", "log", "sqrt", "exp")))
def elementwise(lift: Lifter, args: Arguments) -> Value:
    """``np.log1p(x)``, value by value."""
    what = args.what.rsplit(".", 1)[-1]
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Const):
        import math

        return Const(getattr(math, what)(content.value))
    if isinstance(content, Result):
        return content
    if isinstance(content, Matrix):
        return on_features(content, lambda c: cells.make(what, c))
    if isinstance(content, Column1):
        return replace(content, cell=cells.make(what, content.cell))
    if isinstance(content, Cell) and args.what.startswith("numpy"):
        return cells.make(what, content)
    raise no_rule(f"{args.what} of this")


@function("numpy.where")
def where(lift: Lifter, args: Arguments) -> Value:
    """``np.where(mask, a, b)``."""
    if len(args.positional) != 3:
        raise no_rule("np.where with one argument")
    mask, a, b = (lift.content(v) for v in args.positional)
    if isinstance(mask, Result):
        return mask
    sides = [as_column(lift, v) if isinstance(v, Column1 | Rows) else v for v in (a, b)]
    if not isinstance(mask, Column1):
        raise no_rule("np.where of this mask")
    columns = [mask, *(s for s in sides if isinstance(s, Column1))]
    if any(c.part != mask.part for c in columns):
        raise shape("Columns of different sides of the split are combined")
    node, exprs = lift.align.together(*((c.cell.expr, c.node) for c in columns))
    queue = iter(exprs)
    condition = next(queue)
    values = [Cell(next(queue), s.cell.type, s.cell.nullable) if isinstance(s, Column1) else cells.cell_of(s) for s in sides]
    if mask.cell.nullable:
        raise shape("A mask may be missing for some rows")
    return Column1(node, cells.choose(condition, *values), "", mask.part, True, mask.index)


@function("numpy.select")
def select(lift: Lifter, args: Arguments) -> Value:
    """``np.select([masks], [values], default)``."""
    given = args.bind("condlist", "choicelist", "default", default=0)
    masks, values = (lift.content(given[n]) for n in ("condlist", "choicelist"))
    if not isinstance(masks, Items) or not isinstance(values, Items) or len(masks.values) != len(values.values):
        raise no_rule("np.select of this")
    out: Value = given["default"]
    for mask, value in reversed(list(zip(masks.values, values.values, strict=True))):
        out = where(lift, Arguments("numpy.where", [mask, value, out]))
    return out


@function("numpy.isin", "numpy.in1d")
def isin(lift: Lifter, args: Arguments) -> Value:
    """``np.isin(x, values)``."""
    from lester_gui.rewrite.lift.library.pandas_series import isin as series_isin

    column = as_column(lift, args.positional[0])
    return series_isin(lift, column, Arguments("isin", args.positional[1:]))


@function("numpy.unique")
def unique(lift: Lifter, args: Arguments) -> Value:
    """``np.unique(x)``: the categories of a column, sorted."""
    if args.keywords:
        raise no_rule("np.unique with options")
    column = as_column(lift, args.positional[0])
    return Vocabulary("sorted", column.node, column.cell, (), False)


# -- random orders -----------------------------------------------------------------------------------------------------


@function("numpy.random.seed")
def seed(lift: Lifter, args: Arguments) -> Value:
    """``np.random.seed(seed)``."""
    lift.generators["numpy"] = Generator("numpy_legacy", lift.const(args.bind("seed", seed=None)["seed"]))
    return Const(None)


@function("numpy.random.RandomState", "numpy.random.default_rng")
def generator(lift: Lifter, args: Arguments) -> Value:
    """``np.random.RandomState(seed)``, ``np.random.default_rng(seed)``."""
    kind = "numpy_legacy" if args.what.endswith("RandomState") else "numpy_generator"
    return lift.new(Generator(kind, lift.const(args.bind("seed", seed=None)["seed"])))


@function("numpy.random.permutation")
def global_permutation(lift: Lifter, args: Arguments) -> Value:
    """``np.random.permutation(n)``."""
    from lester_gui.rewrite.lift.library.orders import permuted

    drawn = lift.generators.pop("numpy", Generator("numpy_legacy", None))
    return permuted(lift, args.positional[0], drawn)


@function("numpy.random.shuffle")
def global_shuffle(lift: Lifter, args: Arguments) -> Value:
    """``np.random.shuffle(order)``."""
    from lester_gui.rewrite.lift.library.orders import shuffled

    drawn = lift.generators.pop("numpy", Generator("numpy_legacy", None))
    return shuffled(lift, args.positional[0], drawn)


@function("numpy.load", "numpy.loadtxt", "numpy.genfromtxt")
def load(lift: Lifter, args: Arguments) -> Value:
    """Arrays from files are not sources yet."""
    raise no_rule(args.what)


@function(
    "numpy.set_printoptions",
    "numpy.seterr",
    "numpy.bincount",
    "numpy.allclose",
    "numpy.count_nonzero",
    "numpy.argmax",
    "numpy.any",
    "numpy.all",
    "numpy.argsort",
    "numpy.histogram",
    "numpy.percentile",
    "numpy.corrcoef",
)
def looked_at(lift: Lifter, args: Arguments) -> Value:
    """What is printed."""
    return Result(args.what)
