"""pandas: the most frequent value of a group as scripts ask for it in a lambda: ``lambda s: s.value_counts().index[0]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Value
from lester_gui.rewrite.lift.library.pandas_windows import windowed
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

KIND = "counts in a group"


@attribute(KIND, "index")
def index(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``s.value_counts().index``: the values, the most frequent first."""
    return Accessor(accessor.owner, "values by frequency")


@method("values by frequency", "__getitem__")
def of_index(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``s.value_counts().index[0]``."""
    if lift.content(args.positional[0]) != Const(0):
        raise no_rule("another than the most frequent value of a group")
    return most_frequent(lift, accessor.owner)


@method(KIND, "idxmax")
def of_greatest(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``s.value_counts().idxmax()``."""
    args.bind()
    return most_frequent(lift, accessor.owner)


def most_frequent(lift: Lifter, column: Value) -> Cell:
    """Return the most frequent value of each group, of equally frequent ones that which comes first.

    Where all values of a group are missing, the script fails, and the plan has none.
    """
    assert isinstance(column, Column1)
    group = lift.group
    if group is None or column.part is not None or not lift.align.same(column.node, group.node):
        raise no_rule("the most frequent value of some rows of a group")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    out, number = windowed(lift, node, (*group.keys, name), WindowColumn(f"{name}_rows", "size"), dropna=True)
    out, called = lift.as_column(out, number, f"{name}_rows")
    out, most = windowed(lift, out, group.keys, WindowColumn(f"{name}_most", "max", called), group.dropna)
    value = cells.column(out, name)
    is_most = cells.compare("Eq", cells.column(out, called), most, pandas=True).expr
    here = paths.both(cells.make("not_null", value).expr, is_most)
    chosen = cells.choose(here, value, cells.missing(value.type))
    found: Cell = group.measure(lift, "first", chosen, out)
    return found
