"""What a variable can hold of JSON: an object or list of the current row, and a document."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Cell, Value


@dataclass(frozen=True, slots=True)
class Json(Value):
    """An object of JSON in the current row: its fields by the columns of `runtime.json_fields`, whose names begin with `prefix`.

    `there` is whether it is an object and not null; None where only objects come by.
    """

    prefix: str
    columns: tuple[tuple[str, Cell], ...]
    there: Cell | None = None


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
