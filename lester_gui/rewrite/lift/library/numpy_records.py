"""NumPy: arrays whose columns have names, structured ones, as ``genfromtxt`` makes them of a file with a header."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Accessor, Column1, Const, Entries, Items, Matrix, Result, Tup, Value
from lester_gui.rewrite.lift.library.numpy_items import matrix_item
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def column_named(matrix: Matrix, name: str) -> Column1:
    """Return a column by name; it has a type of its own, whatever the others are."""
    for block in matrix.blocks:
        for f in block.features:
            if f.name == name:
                return Column1(matrix.node, f.cell, name, matrix.part, True, ())
    raise shape(f"An array has no column {name!r}")


@method("structured", "__getitem__")
def item(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``data['age']``, ``data[['age', 'sex']]``, ``data[mask]``, ``data[:100]``."""
    matrix = accessor.owner
    assert isinstance(matrix, Matrix)
    key = lift.content(args.positional[0])
    if isinstance(key, Const) and isinstance(key.value, str):
        return column_named(matrix, key.value)
    if isinstance(key, Items | Tup) and (names := lift.const(key)) and all(isinstance(n, str) for n in names):
        features = tuple(f for n in names for b in matrix.blocks for f in b.features if f.name == n)
        if len(features) != len(names):
            raise shape("An array has no such columns")
        return lift.new(Accessor(replace(matrix, blocks=(replace(matrix.blocks[0], features=features),)), "structured"))
    rows = lift.content(matrix_item(lift, matrix, Arguments(args.what, args.positional)))
    if not isinstance(rows, Matrix):
        raise no_rule("this element or part of an array with names")
    return lift.new(Accessor(rows, "structured"))


@attribute("structured", "shape")
def shape_of(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``data.shape``: it has one dimension."""
    matrix = accessor.owner
    assert isinstance(matrix, Matrix)
    return Tup((lift.count(matrix.node, matrix.part),))


@attribute("structured", "size")
def size_of(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``data.size``: the number of rows."""
    matrix = accessor.owner
    assert isinstance(matrix, Matrix)
    return lift.count(matrix.node, matrix.part)


@attribute("structured", "dtype")
def types_of(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``data.dtype``, of which scripts read the names."""
    matrix = accessor.owner
    assert isinstance(matrix, Matrix)
    names = tuple(Const(f.name) for b in matrix.blocks for f in b.features)
    return lift.new(Entries(((Const("names"), Tup(names)), (Const("fields"), Result("types"))), "record"))
