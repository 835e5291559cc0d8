"""pandas: categories and their numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Literal
from lester_gui.ir.nodes import Broadcast, Distinct, Filter, Join, Limit, Node, Project, Select, Sort
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window, WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Frame, Value
from lester_gui.rewrite.lift.library.pandas_windows import windowed
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

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
    return listed(column, tuple(lift.const(given["categories"])))


@dataclass(frozen=True, slots=True)
class Categories(Value):
    """``pd.CategoricalDtype([…])``: categories that the script lists, in order."""

    values: tuple[object, ...]


@function("pandas.CategoricalDtype", "pandas.api.types.CategoricalDtype")
def categorical_dtype(lift: Lifter, args: Arguments) -> Value:
    """``pd.CategoricalDtype(categories=[…], ordered=True)``."""
    given = args.bind("categories", "ordered", categories=None, ordered=False)
    if lift.content(given["categories"]) == Const(None):
        raise no_rule("a CategoricalDtype without categories")
    return Categories(tuple(lift.const(given["categories"])))


def remember(lift: Lifter, frame: Frame, name: str, categories: tuple[object, ...]) -> None:
    """Note the categories of a column that was just put into a table, at the node where its values come to be."""
    cell = frame.get(name)
    if isinstance(cell, Cell) and isinstance(cell.expr, Column):
        node, column = made_at(frame.node, cell.expr.name)
        lift.listed[id(node), column] = node, categories


def note_sorted(lift: Lifter, frame: Frame, name: str) -> None:
    """Note that the categories of a column are all values that it has in this table, in order."""
    cell = frame.get(name)
    if isinstance(cell, Cell):
        lift.sorted_at[name] = Column1(frame.node, cell, name, frame.part)


def still_sorted(lift: Lifter, name: str, column: Column1) -> bool:
    """Whether a column has all the rows and values that its categories were once taken of."""
    there = lift.sorted_at.get(name)
    if there is None or there.part is not None or column.part is not None or not lift.align.same(there.node, column.node):
        return False
    try:
        return lift.move(there.cell, there.node, column.node).expr == column.cell.expr
    except Stopped:
        return False


def known_categories(lift: Lifter, column: Column1) -> tuple[object, ...]:
    """Return the categories of a column as the script lists them, in order; empty where they are not known."""
    if column.categories or column.category or not isinstance(column.cell.expr, Column):
        return column.categories
    node, name = made_at(column.node, column.cell.expr.name)
    return lift.listed.get((id(node), name), (node, ()))[1]


def made_at(node: Node, name: str) -> tuple[Node, str]:
    """Return the node at which the values of a column came to be, and its name there."""
    while True:
        if isinstance(node, Project):
            new = dict(node.assigned).get(name)
            if new is not None and not isinstance(new, Column):
                return node, name
            name, node = (new.name if isinstance(new, Column) else name), node.parent
        elif isinstance(node, Select):
            name, node = dict(node.columns)[name], node.parent
        elif isinstance(node, Filter | Sort | Limit | Distinct | Window | Broadcast) and name not in added(node):
            node = node.parent
        elif isinstance(node, Join):
            side, name = next((s, o) for n, s, o in node.output_columns if n == name)
            node = (node.left, node.right)[side]
        else:
            return node, name


def added(node: Node) -> tuple[str, ...]:
    """Return the columns that a window or broadcast adds."""
    if isinstance(node, Window):
        return tuple(c.name for c in node.columns)
    return tuple(n for n, _ in node.values) if isinstance(node, Broadcast) else ()


def listed(column: Column1, categories: tuple[object, ...]) -> Column1:
    """Return a column without the values that are not among `categories`."""
    options = [cells.cell_of(Const(c)) for c in categories]
    if not options or any(o.type is not column.cell.type for o in options):
        raise shape("Categories have another type than the column")
    missing = cells.missing(column.cell.type)
    kept = cells.choose(cells.make("is_in", column.cell, *options).expr, column.cell, missing)
    return replace(column, cell=kept, category="listed", categories=categories)


@attribute("series", "cat")
def accessor(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.cat``."""
    return Accessor(column, "series.cat")


@method("series.cat", "as_ordered", "as_unordered")
def same_values(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """Methods after which a column holds the same values, in categories of the same order."""
    assert isinstance(accessor.owner, Column1)
    return replace(accessor.owner, category="listed", categories=known_categories(lift, accessor.owner))


@method("series.cat", "remove_unused_categories")
def used_categories(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.cat.remove_unused_categories()``: the same values; which categories are left, only data say."""
    assert isinstance(accessor.owner, Column1)
    return replace(accessor.owner, category="listed", categories=())


@method("series.cat", "add_categories")
def add_categories(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.cat.add_categories("unknown")``: the same values; the new categories are the last ones."""
    assert isinstance(accessor.owner, Column1)
    more = lift.const(args.bind("new_categories")["new_categories"])
    known = known_categories(lift, accessor.owner)
    every = (*known, *(more if isinstance(more, list | tuple) else [more])) if known else ()
    return replace(accessor.owner, category="listed", categories=every)


@method("series.cat", "set_categories", "reorder_categories")
def set_categories(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.cat.set_categories([…])``."""
    assert isinstance(accessor.owner, Column1)
    given = args.bind("new_categories", ordered=None)
    return listed(accessor.owner, tuple(lift.const(given["new_categories"])))


@attribute("series", "codes")
def codes_of_categorical(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``pd.Categorical(column).codes``."""
    if not column.category:
        raise no_rule("codes of this column")
    return replace(numbers(lift, column), numpy=True)


@attribute("series.cat", "codes")
def codes(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.astype("category").cat.codes``."""
    assert isinstance(accessor.owner, Column1)
    return numbers(lift, accessor.owner)


def numbers(lift: Lifter, column: Column1) -> Column1:
    """Return the number of each value of a categorical column in sorted order; missing is -1.

    Where the script lists the categories, their places. Otherwise only where the column was made a category in the same
    expression: one that was before keeps numbers of values that are gone.
    """
    known = known_categories(lift, column)
    if known:
        out = cells.cell_of(Const(-1))
        for i, value in reversed(list(enumerate(known))):
            there = cells.compare("Eq", column.cell, cells.cell_of(Const(value)), pandas=True)
            out = cells.choose(there.expr, cells.cell_of(Const(i)), out)
        return replace(column, cell=out, category="", categories=())
    fresh = column.category == "sorted" or (not column.category and still_sorted(lift, column.name, column))
    if not fresh or column.part is not None:
        raise no_rule("numbers of categories that were fixed when the table had other rows, or of one side of a split")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    rows, rank = windowed(lift, node, (), WindowColumn(f"{name}_rank", "pandas_rank_dense", name), dropna=False)
    number = cells.make("coalesce", cells.make("sub", rank, cells.cell_of(Const(1))), Cell(Literal(-1.0), Type.FLOAT))
    return replace(column, node=rows, cell=cells.make("to_int", number), category="")
