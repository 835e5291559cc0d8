"""NumPy: how often each value occurs, by ``np.bincount`` and ``np.unique``, looked up by the numbers of values or by the values.

Mostly such counts are only looked at. What a script looks up in them for each row is the number of rows with an equal value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.domain import Cell, Coded, Column1, Const, Keyed, Result, Value, Vocabulary
from lester_gui.rewrite.lift.library.pandas_windows import windowed
from lester_gui.rewrite.lift.library.table import Arguments, function

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Counts(Result):
    """How often each value of a column occurs, in the order of the values or of their numbers."""

    column: Column1 | None = None
    order: str = "sorted"


@dataclass(frozen=True, slots=True)
class Uniques(Result):
    """The distinct values of a column as ``pd.factorize`` yields them: something to look at, but for how many there are."""

    vocabulary: Vocabulary | None = None


@dataclass(frozen=True, slots=True)
class Pairs(Result):
    """``zip`` of lists of which one is only looked at, as counts mostly are."""

    parts: tuple[Value, ...] = ()


@function("numpy.bincount")
def bincount(lift: Lifter, args: Arguments) -> Value:
    """``np.bincount(codes)``: how often each number occurs."""
    given = args.bind("x", "weights", "minlength", weights=None, minlength=0)
    content = lift.content(given["x"])
    if lift.content(given["weights"]) != Const(None):
        return Result("bincount")
    if isinstance(content, Coded) and content.column.part is None and not content.column.cell.nullable:
        scope = scope_of(lift, content.column.node, None)
        return Counts("bincount", content.column, content.order) if content.fit_on in ("", scope) else Result("bincount")
    if isinstance(content, Column1) and content.part is None and content.cell.type is Type.INT:
        return Counts("bincount", content, "")
    return Result("bincount")


def looked_up(lift: Lifter, counts: Counts, key: Value) -> Column1 | None:
    """Return ``counts[codes]``: how many rows have the value of each row; None for other places."""
    column = counts.column
    assert column is not None
    if isinstance(key, Coded):
        codes, order = key.column, key.order
    elif isinstance(key, Column1) and key.cell.type is Type.INT:
        codes, order = key, ""
    else:
        return None
    if order != counts.order or codes.part is not None or not lift.align.same(codes.node, column.node):
        return None
    _, (here, there) = lift.align.together((codes.cell.expr, codes.node), (column.cell.expr, column.node))
    if here != there:
        return None
    counted = column.cell
    if counts.what == "bincount" or counted.type is Type.STR:
        counted = _there(counted)
    node, name = lift.as_column(column.node, counted, column.name or "value")  # numbers that are NaN are one value
    out, cell = windowed(lift, node, (name,), WindowColumn(f"{name}_rows", "size"), dropna=False)
    return Column1(out, cell, "", None, True, ())


def of_values(lift: Lifter, names: Value, counts: Value) -> tuple[Aggregate, str, str] | None:
    """Return a table of values and their counts, and the names of both columns.

    Returns
    -------
    tuple, optional
        None if the counts are not those of the values, or a value may be missing, which no dict or index finds again.
    """
    values = lift.content(names)
    if not isinstance(counts, Counts) or counts.column is None or not isinstance(values, Vocabulary) or values.as_dict:
        return None
    column = counts.column
    if (values.node, values.order, counts.order) != (column.node, "sorted", "sorted") or values.cell != column.cell:
        return None
    if column.cell.nullable:
        return None
    node, name = lift.as_column(column.node, _there(column.cell), column.name or "value")
    counted = "count" if name != "count" else "rows"
    measures = (Measure(counted, "size", None),)
    out: Aggregate = lift.step(
        Aggregate, f"{name}_counts", parent=node, by=(name,), measures=measures, order=GroupOrder.SORTED, drop_null_keys=False
    )
    return out, name, counted


def _there(cell: Cell) -> Cell:
    """Return a value that other data may miss, where NumPy would fail, or find a NaN that no plan finds."""
    return cells.make("present", cell)


def as_dict(lift: Lifter, pairs: Value) -> Keyed | None:
    """Return ``dict(zip(values, counts))``, or None for other pairs."""
    if not (isinstance(pairs, Pairs) and len(pairs.parts) == 2):
        return None
    found = of_values(lift, pairs.parts[0], lift.content(pairs.parts[1]))
    if found is None:
        return None
    out, name, counted = found
    return Keyed(out, (name,), cells.column(out, counted), "only", lift.number(), counted)


def as_series(lift: Lifter, counts: Value, index: Value) -> Column1 | None:
    """Return ``pd.Series(counts, index=values)``, or None for another index."""
    found = of_values(lift, index, counts)
    if found is None:
        return None
    out, name, counted = found
    return Column1(out, cells.column(out, counted), "", None, False, (name,))
