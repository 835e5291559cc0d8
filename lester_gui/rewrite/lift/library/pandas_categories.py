"""pandas: categories and their numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.nodes import WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Value
from lester_gui.rewrite.lift.library.pandas_windows import windowed
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("pandas.Categorical")
def categorical(lift: Lifter, args: Arguments) -> Value:
    """``pd.Categorical(column, categories=[…])``: what is not listed is missing."""
    given = args.bind("values", "categories", categories=None, ordered=False)
    column = lift.content(given["values"])
    if not isinstance(column, Column1):
        raise no_rule("a Categorical of this object")
    if lift.content(given["categories"]) == Const(None):
        return replace(column, category="sorted" if column.name not in lift.categories else "listed")
    return listed(column, [cells.cell_of(Const(c)) for c in lift.const(given["categories"])])


def listed(column: Column1, options: list[Cell]) -> Column1:
    """Return a column without the values that are not among `options`."""
    if not options or any(o.type is not column.cell.type for o in options):
        raise shape("Categories have another type than the column")
    missing = Cell(Literal(None, column.cell.type), column.cell.type, True)
    kept = cells.choose(cells.make("is_in", column.cell, *options).expr, column.cell, missing)
    return replace(column, cell=kept, category="listed")


@attribute("series", "cat")
def accessor(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.cat``."""
    return Accessor(column, "series.cat")


@method("series.cat", "add_categories", "as_ordered", "as_unordered", "remove_unused_categories", "reorder_categories")
def same_values(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """Methods after which a column holds the same values."""
    assert isinstance(accessor.owner, Column1)
    return replace(accessor.owner, category="listed")


@method("series.cat", "set_categories")
def set_categories(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.cat.set_categories([…])``."""
    assert isinstance(accessor.owner, Column1)
    given = args.bind("new_categories", ordered=None)
    return listed(accessor.owner, [cells.cell_of(Const(c)) for c in lift.const(given["new_categories"])])


@attribute("series.cat", "codes")
def codes(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.astype("category").cat.codes``: the number of each value in sorted order; missing is -1.

    Only where the column was made a category in the same expression: one that was before keeps numbers of values that are gone.
    """
    column = accessor.owner
    assert isinstance(column, Column1)
    if column.category != "sorted" or column.part is not None:
        raise no_rule("numbers of categories whose order was fixed before, or of one side of a split")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    out, rank = windowed(lift, node, (), WindowColumn(f"{name}_rank", "pandas_rank_dense", name), dropna=False)
    number = cells.make("coalesce", cells.make("sub", rank, cells.cell_of(Const(1))), Cell(Literal(-1.0), Type.FLOAT))
    return replace(column, node=out, cell=cells.make("to_int", number), category="")
