"""scipy.stats: the functions that yield one value for each row. Tests and distributions are only looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_frame import column_of
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.pandas_series import total
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("scipy.stats.zscore")
def zscore(lift: Lifter, args: Arguments) -> Value:
    """``zscore(x)``: how many standard deviations (``ddof=0``) a value lies above the mean; of a table, column by column.

    Where a value is missing, all scores are, unless ``nan_policy="omit"``.
    """
    given = args.bind("a", "axis", "ddof", "nan_policy", axis=0, ddof=0, nan_policy="propagate")
    content = lift.content(given["a"])
    if isinstance(content, Result):
        return content
    omits = lift.const(given["nan_policy"]) == "omit"
    if lift.const(given["axis"]) != 0 or lift.const(given["ddof"]) != 0:
        raise no_rule("zscore with axis or ddof")
    if isinstance(content, Frame):
        scores = {n: _scores(lift, as_column(lift, column_of(lift, content, n)), omits) for n in content.names}
        if any(c.node is not content.node for c in scores.values()):
            raise shape("Scores of columns that do not belong together")
        return lift.new(replace(content, columns=tuple((n, c.cell) for n, c in scores.items())))
    return _scores(lift, as_column(lift, content), omits)


def _scores(lift: Lifter, column: Column1, omits: bool) -> Column1:
    if column.cell.nullable and not omits:
        raise no_rule("zscore of values that may be missing")
    mean = cells.cell_of(total(lift, column, "mean", f"mean_{column.name}"))
    spread = cells.cell_of(total(lift, column, "std0", f"std_{column.name}"))
    apart = cells.make("sub", cells.make("to_float", column.cell), mean)
    return replace(column, cell=cells.make("float_div", apart, spread))


@function("scipy.special.expit")
def expit(lift: Lifter, args: Arguments) -> Value:
    """``expit(x)``: 1 / (1 + exp(-x))."""
    from lester_gui.rewrite.lift.library.numpy_items import elementwise

    one = cells.cell_of(Const(1.0))

    def apply(cell: Cell) -> Cell:
        return cells.make("float_div", one, cells.make("add", one, cells.make("exp", cells.make("neg", cell))))

    return elementwise(lift, args.bind("x")["x"], apply)
