"""pandas: functions of the script, called with a row, with each column, or with the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Frame, Value
from lester_gui.rewrite.lift.library.pandas_frame import column_of, with_column
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "apply")
def apply(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.apply(function, axis=1)``: the function of one row."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    axis = args.given("axis", 1)
    if axis is None or lift.const(axis) not in (1, "columns"):
        return _to_each_column(lift, frame, args)
    given = args.bind("func", "axis", result_type=None)
    row = lift.new(Entries(tuple((Const(n), v) for n, v in frame.columns)))
    with lift.using(pandas=True):
        out = lift.content(invoke(lift, given["func"], Arguments("apply", [row])))
    return Column1(frame.node, cells.cell_of(out), "", frame.part, False, frame.index)


def _to_each_column(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.apply(function, …)``: the function of each column, which yields a column or one value."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    function, more = args.given("func", 0), {k: v for k, v in args.keywords.items() if k not in ("func", "axis")}
    assert function is not None
    values: dict[str, Value] = {}
    for n in frame.names:
        with lift.using(pandas=True):
            values[n] = lift.content(invoke(lift, function, Arguments("apply", [column_of(lift, frame, n)], dict(more))))
    if all(isinstance(v, Cell | Const) for v in values.values()):
        return lift.new(Entries(tuple((Const(n), v) for n, v in values.items())))
    if not all(isinstance(v, Column1) for v in values.values()):
        raise no_rule("apply to whole columns of a function that yields something else than a column")
    for n, v in values.items():
        frame = with_column(lift, frame, n, v)
    return lift.new(frame)


@method("frame", "pipe")
def pipe(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.pipe(function, …)``."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    owner = args.owner if args.owner is not None else lift.new(frame)
    return invoke(lift, args.positional[0], Arguments("pipe", [owner, *args.positional[1:]], args.keywords))
