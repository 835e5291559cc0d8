"""pandas: a Series in which ``replace`` put numbers in the place of some texts, until ``astype`` makes numbers of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import mixed_columns
from lester_gui.rewrite.lift.domain import Accessor, Cell, Column1, Const, Frame, Tup, Value
from lester_gui.rewrite.lift.library.pandas_frame import aligned, assigned
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.mixed_columns import Mixed, is_number
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

Pairs = list[tuple[Value, Value]]
KIND = "texts and numbers"


def with_numbers(lift: Lifter, column: Column1, numbers: tuple[str, ...], pairs: Pairs) -> Accessor:
    """Return texts in which some stand for numbers as these would be printed: what is left as text is read as a number later.

    Raises
    ------
    Stopped
        If a text is replaced that is also the print of a number put in before.
    """
    from lester_gui.rewrite.lift.library.pandas_replace import replaced

    if any(not isinstance(old, Const) or not isinstance(old.value, str) or old.value in numbers for old, _ in pairs):
        raise shape("What is replaced in a column of texts and numbers may be either")
    shown = [(old, Const(str(new.value))) for old, new in pairs if isinstance(new, Const)]
    put = tuple(dict.fromkeys((*numbers, *(str(new.value) for _, new in shown))))
    return _series(mapped(column, replaced(lift, column.cell, shown)), put)  # type: ignore[arg-type]


def _series(printed: Column1, numbers: tuple[str, ...]) -> Accessor:
    return Accessor(Tup((printed, Tup(tuple(Const(n) for n in numbers)))), KIND)


def as_series(frame: Frame, name: str, value: Mixed) -> Accessor:
    """Return a column of a table that holds texts and numbers as a Series."""
    return _series(Column1(frame.node, value.cell, name, frame.part, False, frame.index), value.numbers)


def _parts(accessor: Accessor) -> tuple[Column1, tuple[str, ...]]:
    assert isinstance(accessor.owner, Tup)
    printed, numbers = accessor.owner.items
    assert isinstance(printed, Column1)
    assert isinstance(numbers, Tup)
    return printed, tuple(n.value for n in numbers.items if isinstance(n, Const) and isinstance(n.value, str))


def put_in(lift: Lifter, frame: Frame, name: str, accessor: Accessor) -> Frame:
    """Return the table after ``frame[name] = series``.

    Raises
    ------
    Stopped
        If the Series has other rows.
    """
    printed, numbers = _parts(accessor)
    if not lift.align.same(frame.node, printed.node):
        raise shape("A Series is aligned by an index that does not come from the same rows")
    lift.categories.discard(name)
    frame, cell = aligned(lift, frame, printed)
    made = assigned(lift, frame, {name: cell})
    held = made.get(name)
    assert isinstance(held, Cell)
    return made.with_columns({name: Mixed(held, numbers)})


@method(KIND, "astype")
def as_numbers(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.replace({"yes": 1, "no": 0}).astype(int)``: a text that was not replaced has to be a number itself."""
    from lester_gui.rewrite.lift.library.pandas_convert import cast

    printed, _ = _parts(accessor)
    given = args.bind("dtype", ignored=("copy",), errors="raise")
    cell = cast(lift, printed.cell, given["dtype"])
    if not cell.type.is_number or lift.const(given["errors"]) != "raise":
        raise no_rule("a column of texts and numbers as another type")
    return mapped(printed, cell)


@method(KIND, "infer_objects", "copy")
def as_it_is(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.copy()``; ``infer_objects`` makes numbers of a column only where no text is left, which hangs on the data."""
    if args.what.endswith("infer_objects"):
        raise no_rule("infer_objects of a column of texts and numbers")
    return accessor


@method(KIND, "replace")
def replaced_again(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.replace("yes", 1)`` and in a later line ``column.replace("no", 0)``."""
    from lester_gui.rewrite.lift.library.pandas_replace import NOT_GIVEN, pairs_of

    printed, numbers = _parts(accessor)
    given = args.bind("to_replace", "value", to_replace=NOT_GIVEN, value=NOT_GIVEN, inplace=False, regex=False)
    pairs = pairs_of(lift, given["to_replace"], given["value"])
    if lift.content(given["regex"]) != Const(False) or lift.const(given["inplace"]) or not pairs:
        raise no_rule("this replacement in a column of texts and numbers")
    if not all(is_number(new) for _, new in pairs):
        raise no_rule("texts put into a column of texts and numbers")
    return with_numbers(lift, printed, numbers, pairs)


@method(KIND, "fillna")
def filled(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.fillna(0)``."""
    printed, numbers = _parts(accessor)
    given = args.bind("value", inplace=False)
    if lift.const(given["inplace"]):
        raise no_rule("fillna in place of a column of texts and numbers")
    made = mixed_columns.filled(Mixed(printed.cell, numbers), lift.content(given["value"]))
    return _series(mapped(printed, made.cell), made.numbers)


@method(KIND, "value_counts", "unique", "head", "tail", "describe", "nunique", "mean", "sum")
def looked_at(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """What scripts print of such a column.

    Raises
    ------
    Stopped
        If it is more than printed.
    """
    from lester_gui.rewrite.lift.domain import Result

    if not lift.is_shown(args):
        raise no_rule(f"{args.what} of a column of texts and numbers")
    return Result(args.what)
