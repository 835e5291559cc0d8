"""pandas: ``frame.mode().iloc[0]``: the most frequent value of each column, the smallest of those that are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_frame import column_of
from lester_gui.rewrite.lift.library.pandas_series import total
from lester_gui.rewrite.lift.library.pandas_totals import of_columns
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

KIND = "modes of columns"


@method("frame", "mode")
def mode(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.mode()``, of which only the first row is known."""
    if lift.is_shown(args):
        return Result("modes")
    if args.positional or args.keywords or frame.part is not None:
        raise no_rule("DataFrame.mode with options, or of one side of a split")
    return Accessor(frame, KIND)


@attribute(KIND, "iloc")
@attribute(KIND, "loc")
def by_place(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``frame.mode().iloc``; its rows are numbered."""
    return Accessor(accessor.owner, "rows of modes")


@method("rows of modes", "__getitem__")
def first(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.mode().iloc[0]``."""
    frame = accessor.owner
    assert isinstance(frame, Frame)
    if lift.content(args.positional[0]) != Const(0):
        raise no_rule("another than the first row of modes")
    values: list[tuple[str, Value]] = []
    for name in frame.names:
        column = lift.content(column_of(lift, frame, name))
        if isinstance(column, Result):
            continue
        if not isinstance(column, Column1):
            raise no_rule("the mode of an encoded column")
        most = total(lift, column, "mode", f"mode_{name}")
        values.append((name, Cell(most.expr, most.type, True)))
    return of_columns(lift, tuple(values))
