"""Columns of a table in which numbers stand in the place of some texts: between ``replace`` and the ``astype`` that ends it.

What is left as a text hangs on the data, so such a column has no type that a plan knows. It is kept as texts, numbers as Python
prints them, and becomes a column of numbers where the script says so, or where a model takes it for numbers anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

KEEPING = frozenset(
    {
        "__getitem__",
        "__setitem__",
        "assign",
        "astype",
        "copy",
        "drop",
        "fillna",
        "head",
        "info",
        "insert",
        "pop",
        "rename",
        "tail",
    }
)
"""Methods of a table that leave such a column as it is, do not read it, or read it as what it is."""

TAKING = frozenset(
    {
        "builtins.print",
        "builtins.len",
        "sklearn.model_selection.train_test_split",
        "pandas.get_dummies",
        "copy.copy",
        "copy.deepcopy",
    }
)
"""The same of functions."""


@dataclass(frozen=True, slots=True)
class Mixed(Value):
    """A column of texts and numbers: `cell` is its text, `numbers` are those put in, as text."""

    cell: Cell
    numbers: tuple[str, ...]


def refuse(lift: Lifter, value: Value, what: str) -> None:
    """Raise where something reads a table that has such a column and may take it for texts.

    Raises
    ------
    Stopped
        If the value is a table with such a column.
    """
    content = lift.content(value)
    name = next((n for n, v in content.columns if isinstance(v, Mixed)), None) if isinstance(content, Frame) else None
    if name is not None:
        raise no_rule(f"{what} of a table whose column {name!r} holds texts and numbers")


def over(value: Value, cell: Cell | None) -> Value:
    """Return a column as it is over another node, where `cell` is what it holds there."""
    if cell is None:
        return value
    return replace(value, cell=cell) if isinstance(value, Mixed) else cell


def plain(frame: Frame) -> Frame:
    """Return a table with such columns as their texts, for steps that keep its rows and columns."""
    if not any(isinstance(v, Mixed) for _, v in frame.columns):
        return frame
    return replace(frame, columns=tuple((n, v.cell if isinstance(v, Mixed) else v) for n, v in frame.columns))


def again(frame: Frame, before: Frame) -> Frame:
    """Return a table made of `plain` with those columns again what they were before."""
    held = dict(before.columns)
    columns = []
    for n, v in frame.columns:
        was = held.get(n)
        columns.append((n, replace(was, cell=v) if isinstance(was, Mixed) and isinstance(v, Cell) else v))
    return replace(frame, columns=tuple(columns))


def is_number(value: Value) -> TypeGuard[Const]:
    """Whether a value of the script's text is a number."""
    return isinstance(value, Const) and type(value.value) in (int, float) and value.value == value.value


def filled(column: Mixed, value: Value) -> Mixed:
    """Return the column with a number of the script's text where it is missing.

    Raises
    ------
    Stopped
        If it is filled with anything else.
    """
    if not is_number(value):
        raise no_rule("fillna of a column of texts and numbers with this value")
    text = str(value.value)
    cell = cells.make("coalesce", column.cell, Cell(Literal(text), Type.STR))
    return Mixed(cell, tuple(dict.fromkeys((*column.numbers, text))))


def as_number(cell: Cell) -> Cell:
    """Return the numbers that a model's array makes of a column: a text that is no number ends the script."""
    there = cells.make("py_float", cells.make("coalesce", cell, Cell(Literal("0"), Type.STR)))
    missing = cells.missing(Type.FLOAT)
    return cells.choose(cells.make("is_null", cell).expr, missing, there) if cell.nullable else there
