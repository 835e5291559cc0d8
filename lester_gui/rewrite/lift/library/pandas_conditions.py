"""pandas: conditions on a column or table as a whole: whether any or all rows meet one, whether it is empty or unique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_series import mapped, total
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("series", "any", "all")
def truth_of_all(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``mask.any()``, ``mask.all()``; of no row at all, ``any`` is False and ``all`` is True."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    args.bind(axis=None, skipna=True)
    one = total(lift, mapped(column, cells.truth(column.cell)), "max" if what == "any" else "min", what)
    return cells.make("coalesce", one, cells.cell_of(Const(what == "all")))


@attribute("series", "empty")
def is_empty(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.empty``."""
    return cells.compare("Eq", lift.count(column.node, column.part), cells.cell_of(Const(0)), pandas=True)


@attribute("series", "is_unique")
def is_unique(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.is_unique``; a missing value is one, too."""
    held, kinds = (total(lift, column, what, f"{what}_{column.name}") for what in ("count", "nunique"))
    rows = lift.state(column.node, cells.cell_of(Const(1)), "size", "rows", column.part)
    distinct = cells.compare("Eq", held, kinds, pandas=True).expr
    one_missing = cells.compare("LtE", rows, cells.make("add", held, cells.cell_of(Const(1))), pandas=True).expr
    return Cell(paths.both(distinct, one_missing), Type.BOOL)


@attribute("frame", "empty")
def is_empty_table(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.empty``; a table without columns is not told from one with them."""
    if not frame.names:
        raise no_rule("whether a table without columns is empty")
    return cells.compare("Eq", lift.count(frame.node, frame.part), cells.cell_of(Const(0)), pandas=True)
