"""What a variable can hold of JSON: an object or list of the current row, and a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Cell, Value


@dataclass(frozen=True, slots=True)
class Json(Value):
    """An object of JSON in the current row: its fields by the columns of `runtime.json_fields`, whose names begin with `prefix`.

    `there` is whether it is an object and not null; None where only objects come by. `filled` is whether it has fields.
    """

    prefix: str
    columns: tuple[tuple[str, Cell], ...]
    there: Cell | None = None
    filled: Cell | None = None


@dataclass(frozen=True, slots=True)
class JsonDocument(Value):
    """A part of a file that is one JSON document: an object, reached by these keys. A list in it is a list of rows."""

    path: str
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JsonList(Value):
    """A list of JSON in the current row, by its text; `none` is whether the script has None in its place."""

    text: Cell
    none: Cell | None = None


@dataclass(frozen=True, slots=True)
class Several(Value):
    """A value of JSON that is a text in some rows, a number or truth value in others, and None where all three are missing.

    Truth values stand as 1 and 0. Without `none`, the script knows that it is not None.
    """

    text: Cell
    number: Cell
    truth: Cell
    none: bool = True

    @property
    def cells(self) -> tuple[Cell, Cell, Cell]:
        """What it is in rows where it is of each kind."""
        return self.text, self.number, self.truth

    def changed(self, change: Callable[[Cell], Cell]) -> Several:
        """Return the same of other cells."""
        return Several(change(self.text), change(self.number), change(self.truth), self.none)
