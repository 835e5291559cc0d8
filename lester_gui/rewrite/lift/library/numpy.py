"""NumPy: arrays of rows, statistics, standardisation by hand, putting arrays side by side, random orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, cells
from lester_gui.rewrite.lift.arrays import as_float, filled_with, unset
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
    Vector,
    Vocabulary,
)
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.paths import negated
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.words import is_block

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
    if isinstance(content, Shuffled):
        from lester_gui.rewrite.lift.library.shuffled_rows import array as in_order

        return in_order(lift, content, args)
    if isinstance(content, GroupOf) and not kind:
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
        values = content.values
        if all(isinstance(lift.content(v), Const | Cell) for v in values):
            return Vector(values)
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
            if cell.nullable:
                raise shape("A value that may be missing is converted to text")
            return cells.as_text(cell)
        raise shape(f"A {cell.type} is converted to {kind}")

    if isinstance(value, Column1):
        return replace(value, cell=change(value.cell))
    if isinstance(value, Matrix):
        # zeros and ones stay what they are, whatever holds them
        plain = [
            b
            if _is_one_hot(b) or (kind != "bool" and is_block(b))
            else on_features(replace(value, blocks=(b,)), change).blocks[0]
            for b in value.blocks
        ]
        return replace(value, blocks=tuple(plain), whole=kind == "int" or (value.whole and kind == "bool"))
    return value


def _is_one_hot(block: MatrixBlock) -> bool:
    return len(block.chain) == 1 and block.chain[0].kind == "one_hot"


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
    if what == "full":
        given = args.bind("shape", "fill_value", "dtype", dtype=None)
        fill: Value = lift.content(given["fill_value"])
    else:
        given = args.bind("shape", "dtype", dtype=None)
        fill = Const(1.0 if what == "ones" else 0.0)
    kind = type_named(lift, given["dtype"])
    if kind == "int":
        fill = Const(int(lift.const(fill)))
    elif kind == "bool":
        fill = Const(bool(lift.const(fill)))
    if what == "empty":
        if kind not in ("", "float", "int", "bool"):
            raise no_rule(f"an array of type {kind} that is not initialised")
        fill = unset({"int": Type.INT, "bool": Type.BOOL}.get(kind, Type.FLOAT))
    size = lift.content(given["shape"])
    if isinstance(size, Const) and what == "empty":
        raise no_rule("an array of a fixed size that is not initialised")
    if isinstance(size, Const) and kind in ("int", "bool"):
        raise no_rule("an array of a fixed size that cuts what is put into it to whole numbers")
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
    given = args.bind("a", "dtype", dtype=None)
    one = args.what.endswith("ones_like")
    content = lift.content(given["a"])
    if isinstance(content, Matrix) and not any(b.chain for b in content.blocks):
        constant = cells.cell_of(Const(float(one)))
        return lift.new(typed(on_features(content, lambda c: constant), type_named(lift, given["dtype"])))
    if lift.content(given["dtype"]) != Const(None):
        raise no_rule(f"{args.what} of another type")
    column = as_column(lift, content)
    fill: object = int(one) if column.cell.type is Type.INT else float(one)
    return lift.new(Column1(column.node, cells.cell_of(Const(fill)), "", column.part, True, ()))


# -- choices and categories ---------------------------------------------------------------------------------------------


@function("numpy.select")
def select(lift: Lifter, args: Arguments) -> Value:
    """``np.select([masks], [values], default)``."""
    given = args.bind("condlist", "choicelist", "default", default=0)
    from lester_gui.rewrite.lift.library.numpy_math import where

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

    options = lift.content(args.positional[1])
    if isinstance(options, Order):
        from lester_gui.rewrite.lift.expressions.operators import as_places
        from lester_gui.rewrite.lift.masks import side_leaf

        column = as_column(lift, as_places(lift, lift.content(args.positional[0])))
        chosen = replace(column, cell=Cell(side_leaf(lift, options, column.cell, column.node), Type.BOOL), numpy=True, index=())
        turned = lift.const(args.bind("element", "test_elements", invert=False, assume_unique=False)["invert"])
        return replace(chosen, cell=Cell(negated(chosen.cell.expr), Type.BOOL)) if turned else chosen
    column = as_column(lift, args.positional[0])
    return series_isin(lift, column, Arguments("numpy.isin", args.positional[1:]))


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


@function(
    "numpy.set_printoptions",
    "numpy.seterr",
    "numpy.allclose",
    "numpy.count_nonzero",
    "numpy.argmax",
    "numpy.any",
    "numpy.all",
    "numpy.histogram",
    "numpy.corrcoef",
)
def looked_at(lift: Lifter, args: Arguments) -> Value:
    """What is printed."""
    return Result(args.what)
