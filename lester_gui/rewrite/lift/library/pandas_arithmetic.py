"""pandas: totals of rows and columns of a table, and arithmetic of whole tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Frame, Result, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "any", "all", "sum", "mean")
def across(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.any(axis=1)``: one value per row from its columns."""
    given = args.bind(axis=0, numeric_only=False, skipna=True)
    what = args.what.rsplit(".", 1)[-1]
    if lift.const(given["axis"]) not in (1, "columns"):
        if lift.is_shown(args) or what in ("any", "all"):
            return Result(what)
        values = [
            (Const(n), lift.state(frame.node, c, what, f"{what}_{n}", frame.part))
            for n, c in frame.columns
            if isinstance(c, Cell) and c.type.is_number
        ]
        return lift.new(Entries(tuple(values)))
    found = [c for _, c in frame.columns if isinstance(c, Cell)]
    if what in ("any", "all") and all(c.type is Type.BOOL and not c.nullable for c in found):
        condition = paths.conjunction(c.expr for c in found)
        if what == "any":
            condition = paths.FALSE
            for c in found:
                condition = paths.either(condition, c.expr)
        return Column1(frame.node, Cell(condition, Type.BOOL), "", frame.part, False, frame.index)
    if what == "sum" and found and all(c.type.is_number and not c.nullable for c in found):
        total = found[0]
        for c in found[1:]:
            total = cells.make("add", total, c)
        return Column1(frame.node, total, "", frame.part, False, frame.index)
    raise no_rule(f"DataFrame.{what} along rows here")


def frame_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """Return arithmetic of a frame and a constant, column by column."""
    frame, other = (a, b) if isinstance(a, Frame) else (b, a)
    assert isinstance(frame, Frame)
    if not isinstance(other, Const | Cell):
        raise no_rule("arithmetic of two tables")
    columns: dict[str, Value] = {}
    for n, c in frame.columns:
        x, y = (c, other) if frame is a else (other, c)
        columns[n] = cells.arithmetic(op, cells.cell_of(x), cells.cell_of(y), pandas=True)
    return lift.new(Frame(frame.node, tuple(columns.items()), frame.index, frame.levels, frame.part))
