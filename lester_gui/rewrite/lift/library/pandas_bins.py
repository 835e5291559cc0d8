"""pandas: ``cut`` and ``qcut``: labels of intervals, their numbers, and intervals as such.

Where the script gives no labels, the values are intervals, whose texts only the data tell. A plan holds their numbers, from the
lowest up: that is what encoders, dummies and codes make of them, since intervals sort like their numbers. Anything else that is
done with them is only looked at, and a plan that needs it stops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Items, Iterated, Result, Tup, Value
from lester_gui.rewrite.lift.library.pandas_quantiles import extreme_of, labelled, numbered, quantiles
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.objects import KINDS
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Bins(Result):
    """A column of intervals: something to look at, but for its numbers, of which there are `count`."""

    column: Column1 | None = None
    count: int = 0


KINDS[Bins] = "bins"


def numbers_of(lift: Lifter, bins: Bins) -> Column1:
    """Return the numbers of intervals as a column of listed categories."""
    column = bins.column
    assert column is not None
    return replace(column, category="listed", categories=tuple(range(bins.count)))


@function("pandas.cut")
def cut(lift: Lifter, args: Arguments) -> Value:
    """``pd.cut(column, bins, labels=…)``: the label of the interval, missing outside all of them."""
    given = args.bind(
        "x", "bins", "right", "labels", "retbins", "precision", "include_lowest", "duplicates", "ordered",
        right=True, labels=None, retbins=False, precision=3, include_lowest=False, duplicates="raise", ordered=True,
    )  # fmt: skip
    column = lift.content(given["x"])
    if isinstance(column, Result):
        return column
    labels = _constants(lift, given["labels"])
    edges = _constants(lift, given["bins"])
    right, lowest = bool(lift.const(given["right"])), bool(lift.const(given["include_lowest"]))
    if not isinstance(column, Column1) or not column.cell.type.is_number or lift.const(given["retbins"]):
        raise no_rule("cut of this object")
    count = edges if type(edges) is int else len(edges) - 1
    if labels not in (None, False) and len(labels) != count:
        raise no_rule("cut with these labels")
    if type(edges) is int:
        code = _equal_widths(lift, column, edges, right, lowest)
    elif labels in (None, False):
        code = _between(column, edges, right, lowest, list(range(count)))
    else:
        made = mapped(column, _between(column, edges, right, lowest, labels))
        return replace(made, category="listed", categories=tuple(labels))
    if labels is None:
        return Bins("intervals", mapped(column, code), count)
    if labels is False:
        return replace(mapped(column, code), category="", categories=())
    return labelled(column, code, labels)


def _constants(lift: Lifter, value: Value) -> Any:
    """Return edges or labels as the script's text fixes them; a range, and what NumPy counts up, are lists."""
    content = lift.content(value)
    if isinstance(content, Iterated) and content.kind == "range":
        return list(range(*(lift.const(p) for p in content.parts)))
    if isinstance(content, Tup | Items):
        return [_constants(lift, v) for v in content.values]
    return lift.const(value)


def _between(column: Column1, edges: Any, right: bool, lowest: bool, names: list[Any]) -> Cell:
    """Return the name of the interval between listed edges that a value lies in."""
    if not isinstance(edges, list) or len(edges) < 2 or edges != sorted(edges) or len(set(edges)) != len(edges):
        raise no_rule("cut between these edges")
    if len({type(n) for n in names}) != 1:
        raise no_rule("cut with these labels")
    low_op, high_op = ("Gt", "LtE") if right else ("GtE", "Lt")
    kind = cells.cell_of(Const(names[0])).type
    out = Cell(Literal(None, kind), kind, True)
    for i, (low, high) in reversed(list(enumerate(pairwise(edges)))):
        first = cells.compare("GtE" if i == 0 and lowest else low_op, column.cell, cells.cell_of(Const(low)), True)
        last = cells.compare(high_op, column.cell, cells.cell_of(Const(high)), True)
        out = cells.choose(paths.both(first.expr, last.expr), cells.cell_of(Const(names[i])), out)
    return out


def _equal_widths(lift: Lifter, column: Column1, count: int, right: bool, lowest: bool) -> Cell:
    """Return the number of the interval, of `count` that are equally wide, that a value lies in.

    The formulas are those of pandas and of NumPy's ``linspace``, step by step. The outermost edge is moved out by a thousandth of
    the range, so that every value lies in an interval.
    """
    if count < 1 or lowest:
        raise no_rule("cut into this number of intervals")
    low, high = (extreme_of(lift, column, what) for what in ("min", "max"))
    same = cells.compare("Eq", low, high, pandas=True).expr
    small = cells.cell_of(Const(0.001))

    def moved(edge: Cell, op: str) -> Cell:
        is_nought = cells.compare("Eq", edge, cells.cell_of(Const(0.0)), pandas=True).expr
        by = cells.choose(is_nought, small, cells.make("mul", small, cells.make("abs", edge)))
        return cells.choose(same, cells.make(op, edge, by), edge)

    start, stop = moved(low, "sub"), moved(high, "add")
    step = cells.make("float_div", cells.make("sub", stop, start), cells.cell_of(Const(float(count))))
    value = cells.make("to_float", column.cell)
    above: list[Expr] = []
    for i in range(1, count):
        edge = cells.make("add", cells.make("mul", cells.cell_of(Const(float(i))), step), start)
        above.append(cells.compare("Gt" if right else "GtE", value, edge, pandas=True).expr)
    return numbered(column, above)


@function("pandas.qcut")
def qcut(lift: Lifter, args: Arguments) -> Value:
    """``pd.qcut(column, 4, labels=False)``: the number, or the label, of the bin between two quantiles.

    Where two edges are equal pandas raises, and so does the plan; with ``duplicates="drop"`` they are one edge.
    """
    given = args.bind("x", "q", "labels", labels=None, duplicates="raise", precision=3, retbins=False)
    column = lift.content(given["x"])
    if isinstance(column, Result):
        return column
    labels, asked = (_constants(lift, given[n]) for n in ("labels", "q"))
    drop = lift.const(given["duplicates"]) == "drop"
    if not isinstance(column, Column1) or lift.const(given["retbins"]):
        raise no_rule("qcut of this object")
    shares = _shares(asked)
    if labels not in (None, False) and len(labels) != len(shares) - 1:
        raise no_rule("qcut with these shares or labels")
    if drop and labels not in (None, False):
        raise no_rule("qcut with labels, where edges may fall together")
    inner = quantiles(lift, column, list(shares[1:-1]))
    edges = [extreme_of(lift, column, "min"), *inner, extreme_of(lift, column, "max")]
    distinct = [cells.compare("Lt", a, b, pandas=True).expr for a, b in pairwise(edges)]
    value = cells.make("to_float", column.cell)
    above = [cells.compare("Gt", value, e, pandas=True).expr for e in inner]
    if drop:
        above = [paths.both(a, d) for a, d in zip(above, distinct, strict=False)]
    code = numbered(column, above)
    if not drop and len(edges) > 2:
        code = cells.choose(paths.conjunction(distinct), code, cells.make("present", cells.missing(Type.INT)))
    if labels is None:
        return Bins("intervals", mapped(column, code), 0 if drop else len(shares) - 1)
    return labelled(column, code, labels)


def _shares(asked: Any) -> Sequence[float]:
    if type(asked) is int:
        shares = np.linspace(0, 1, asked + 1)
        np.putmask(shares, asked * shares != np.arange(asked + 1), np.nextafter(shares, 1))
        asked = [float(s) for s in shares]
    if not isinstance(asked, list) or len(asked) < 2 or asked[0] != 0 or asked[-1] != 1:
        raise no_rule("qcut with these shares or labels")
    return asked


def member(lift: Lifter, bins: Bins, name: str) -> Value | None:
    """Return what a script may take of intervals that a plan can hold, None for what is only looked at."""
    if name == "cat" and bins.count:
        return Accessor(numbers_of(lift, bins), "series.cat")
    return None
