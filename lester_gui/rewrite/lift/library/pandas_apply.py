"""pandas: functions of the script, called with a row, with each column, or with the whole table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Coded, Column1, Const, Entries, Frame, Items, Module, Result, Tup, Value
from lester_gui.rewrite.lift.library.pandas_frame import column_of, series_of, with_column
from lester_gui.rewrite.lift.library.pandas_totals import of_columns
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, method
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
    given = args.bind("func", "axis", result_type=None, args=Tup(()))
    function = given["func"].name if isinstance(given["func"], Module) else ""
    of_all = TOTALS.get(function)
    if of_all is not None:
        if function.startswith("builtins.") and any(getattr(c, "nullable", True) for _, c in frame.columns):
            raise no_rule(f"{of_all} of Python over values that may be missing")
        return METHODS["frame", of_all](lift, frame, Arguments(f"DataFrame.{of_all}", [], {"axis": Const(1)}))
    more = lift.content(given["args"])
    row = lift.new(Entries(tuple((Const(n), v) for n, v in frame.columns), "record"))
    with lift.using(pandas=True):
        out = lift.content(invoke(lift, given["func"], Arguments("apply", [row, *getattr(more, "items", ())])))
    several = _several(lift, out, lift.const(given["result_type"]) == "expand")
    if several is not None:
        return lift.new(Frame(frame.node, several, frame.index, frame.levels, frame.part, frame.origin))
    return series_of(frame, cells.cell_of(out), "")


TOTALS = {
    **{f"builtins.{n}": n for n in ("sum", "min", "max")},
    **{f"numpy.{n}": n for n in ("sum", "mean", "min", "max")},
}
"""Functions that do to a Series what its method of that name does; those of Python only where no value can be missing."""


def _several(lift: Lifter, out: Value, expands: bool) -> tuple[tuple[str, Value], ...] | None:
    """Return the columns that a function makes of one row: those of a Series, or of a list or tuple that is spread out."""
    if isinstance(out, Entries) and out.factory == "series":
        pairs = [(lift.text(k), v) for k, v in out.items]
    elif isinstance(out, Tup | Items) and expands:
        pairs = [(str(i), v) for i, v in enumerate(out.values)]
    else:
        return None
    return tuple((n, cells.cell_of(lift.content(v))) for n, v in pairs)


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
        return of_columns(lift, tuple(values.items()))
    if any(isinstance(v, Result) for v in values.values()):
        return Result("apply")
    if not all(isinstance(v, Column1 | Coded) for v in values.values()):
        raise no_rule("apply to whole columns of a function that yields something else than a column")
    columns = {n: v for n, v in values.items() if isinstance(v, Column1)}
    if len(columns) == len(values) and all(c.node is frame.node and c.index == frame.index for c in columns.values()):
        return lift.new(replace(frame, columns=tuple((n, c.cell) for n, c in columns.items())))
    for n, v in values.items():
        frame = with_column(lift, frame, n, v)
    return lift.new(frame)


@method("frame", "pipe")
@method("series", "pipe")
def pipe(lift: Lifter, frame: Frame | Column1, args: Arguments) -> Value:
    """``frame.pipe(function, …)``."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    owner = args.owner if args.owner is not None else lift.new(frame)
    return invoke(lift, args.positional[0], Arguments("pipe", [owner, *args.positional[1:]], args.keywords))
