"""NumPy: arrays side by side, other shapes, and parts of arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, one_hot_rows
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Feature,
    Frame,
    Grid,
    Items,
    Matrix,
    MatrixBlock,
    Result,
    Rows,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library.numpy import of_list, type_named, typed
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("numpy.hstack", "numpy.column_stack", "numpy.concatenate", "numpy.append", "scipy.sparse.hstack")
def side_by_side(lift: Lifter, args: Arguments) -> Value:
    """``np.hstack([a, b])``; ``np.concatenate`` with axis=1."""
    from lester_gui.rewrite.lift.library.numpy_steps import put_together

    stepped = put_together(lift, args)
    if stepped is not None:
        return stepped
    given = args.bind("arrays", "axis", ignored=("dtype", "format"), axis=0)
    what = args.what.rsplit(".", 1)[-1]
    parts = lift.content(given["arrays"])
    values = parts.values if isinstance(parts, Items | Tup) else None
    if values is None:
        raise no_rule(f"{what} of this object")
    row = one_hot_rows.beside(lift, values) if what in ("hstack", "concatenate") else None
    if row is not None:
        return lift.new(row)
    if what == "append" or (what == "concatenate" and lift.const(given["axis"]) not in (1, -1)):
        raise no_rule("putting arrays below each other")
    matrices = []
    for v in values:
        content = lift.content(v)
        if isinstance(content, Column1 | Rows) and what == "hstack" and not _is_wide(lift, content):
            raise no_rule("hstack of one-dimensional arrays")
        one = of_list(lift, content) if isinstance(content, Rows) else content
        matrices.append(named(blocks.of_value(lift, one), v, lift))
    return blocks.beside(lift, matrices)


def _is_wide(lift: Lifter, content: Value) -> bool:
    if not isinstance(content, Rows):
        return False
    inner = lift.content(content.template)
    return not isinstance(inner, Cell) or inner.type is Type.FLOATS


def named(matrix: Matrix, value: Value, lift: Lifter) -> Matrix:
    """Return a matrix of one nameless block called after the variable that holds it."""
    if len(matrix.blocks) != 1:
        return matrix
    for name, known in lift.names.items():
        if known is value or (known == value and not isinstance(value, Const)):
            return replace(matrix, blocks=(replace(matrix.blocks[0], name=name),))
    return matrix


def c_(lift: Lifter, args: Arguments) -> Value:
    """``np.c_[a, b]``."""
    key = lift.content(args.positional[0])
    if not isinstance(key, Tup):
        raise no_rule("np.c_ of one array")
    return blocks.beside(lift, [named(blocks.of_value(lift, v), v, lift) for v in key.items])


@method("series", "reshape")
@method("matrix", "reshape", "ravel", "flatten", "toarray", "todense", "tocsr", "tocsc", "astype", "copy", "tolist", "round")
def reshape(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``x.reshape(-1, 1)``, ``X.ravel()``, ``X.toarray()``."""
    what = args.what.rsplit(".", 1)[-1]
    if what in ("toarray", "todense", "tocsr", "tocsc", "copy"):
        return content
    if what == "astype":
        return typed(content, type_named(lift, args.bind("dtype", ignored=("copy",))["dtype"]))
    if what in ("ravel", "flatten"):
        one = content.blocks[0] if isinstance(content, Matrix) and len(content.blocks) == 1 else None
        if one is not None and one.chain and len(one.features) == 1 and blocks.keeps_columns(one.chain):
            return replace(content, flat=True)  # type: ignore[type-var]
        return flat(content)
    if what != "reshape":
        raise no_rule(f"array.{what}")
    size = tuple(lift.content(v) for v in args.positional)
    if len(size) == 1 and isinstance(size[0], Tup):
        size = tuple(lift.content(v) for v in size[0].items)
    if isinstance(content, Column1) and len(size) == 2 and size[1] == Const(1):
        return tall(content)
    if size in ((Const(-1),),):
        return content if isinstance(content, Column1) else flat(content)
    raise no_rule("this reshape")


@function("scipy.sparse.csr_matrix", "scipy.sparse.csc_matrix", "scipy.sparse.csr_array", "scipy.sparse.coo_matrix")
def sparse(lift: Lifter, args: Arguments) -> Value:
    """``csr_matrix(X)``: the same numbers, stored otherwise."""
    content = lift.content(args.bind("arg1", ignored=("copy",))["arg1"])
    if isinstance(content, Matrix):
        return content
    if isinstance(content, Frame):
        return blocks.of_frame(lift, content)
    raise no_rule("a sparse matrix of this object")


@method("series", "ravel", "flatten", "toarray")
def already_flat(lift: Lifter, content: Column1, args: Arguments) -> Value:
    """``y.ravel()``."""
    return replace(content, numpy=True)


def tall(column: Column1) -> Matrix:
    """Return a column as a matrix of width 1."""
    name = column.name
    return Matrix(column.node, (MatrixBlock(name or "column", (Feature(column.cell, name),), (), "", column.lines),), column.part)


def flat(content: Value) -> Column1:
    """Return a matrix of width 1 as a column."""
    if (
        isinstance(content, Matrix)
        and len(content.blocks) == 1
        and len(content.blocks[0].features) == 1
        and not content.blocks[0].chain
    ):
        feature = content.blocks[0].features[0]
        return Column1(content.node, feature.cell, feature.name, content.part, True, ())
    raise no_rule("flattening a matrix of several columns")


@function("numpy.expand_dims", "numpy.ravel", "numpy.squeeze")
def reshape_function(lift: Lifter, args: Arguments) -> Value:
    """``np.ravel(y)``, ``np.expand_dims(x, 1)``."""
    content = lift.content(args.positional[0])
    if args.what.endswith("expand_dims"):
        if isinstance(content, Column1) and lift.const(args.given("axis", 1) or Const(None)) in (1, -1):
            return tall(content)
        raise no_rule("this expand_dims")
    return content if isinstance(content, Column1) else flat(content)


@attribute("matrix", "shape")
def shape_of(lift: Lifter, content: Value, owner: Value) -> Value:
    """``X.shape``."""
    assert isinstance(content, Matrix | Grid)
    width: Value = Result("width")
    if isinstance(content, Matrix) and not any(b.chain for b in content.blocks):
        width = Const(sum(len(b.features) for b in content.blocks))
    return Tup((lift.count(content.node, content.part), width))


@attribute("matrix", "size")
@attribute("matrix", "dtype")
@attribute("matrix", "nbytes")
def facts(lift: Lifter, content: Value, owner: Value) -> Value:
    """What is only looked at."""
    return Result("facts")
