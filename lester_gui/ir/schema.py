"""Column types and schemas. A missing value is part of the type: nullability decides which operators are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lester_gui.errors import UserError


class PlanError(UserError):
    """A plan that cannot be built: unknown column, type clash, duplicate name.

    Parameters
    ----------
    message : str
        One sentence without personal values.
    hint : str, optional
        What the reader can do.
    line : int, optional
        The script's line that the offending node or expression comes from, 1-based.
    """

    def __init__(self, message: str, hint: str = "", line: int | None = None) -> None:
        super().__init__(message if line is None else f"{message} (script line {line})", hint)
        self.line = line


class Type(StrEnum):
    """The value types of a plan. ``[]`` marks a list of fixed meaning, such as an embedding."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    DATE = "date"
    TIMESTAMP = "timestamp"
    DURATION = "duration"  # the time between two timestamps, in microseconds
    FLOATS = "float[]"
    STRS = "str[]"

    @property
    def is_number(self) -> bool:
        """Whether arithmetic is defined (bool counts, as in Python)."""
        return self in (Type.BOOL, Type.INT, Type.FLOAT)

    @property
    def is_plain(self) -> bool:
        """Whether JSON has it, too: truth, number or text."""
        return self.is_number or self is Type.STR


@dataclass(frozen=True, slots=True)
class Field:
    """One column: name, type and whether a value may be missing."""

    name: str
    type: Type
    nullable: bool = False

    def renamed(self, name: str) -> Field:
        """Return the same column under another name."""
        return Field(name, self.type, self.nullable)


@dataclass(frozen=True, slots=True)
class Schema:
    """An ordered set of columns with unique names.

    Raises
    ------
    PlanError
        If two columns have one name, or a name begins with ``__`` (reserved for provenance).
    """

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for field in self.fields:
            if field.name in seen:
                raise PlanError(f"Two columns are called {field.name!r}", "Rename one of them.")
            if field.name.startswith("__"):
                raise PlanError(f"The column name {field.name!r} begins with two underscores, which Lester reserves")
            seen.add(field.name)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __contains__(self, name: object) -> bool:
        return any(f.name == name for f in self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(f.name for f in self.fields)

    def field(self, name: str, line: int | None = None) -> Field:
        """Return the column called `name`.

        Raises
        ------
        PlanError
            If there is none; the hint lists the columns that exist.
        """
        for f in self.fields:
            if f.name == name:
                return f
        raise PlanError(f"There is no column {name!r}", f"The columns are {', '.join(self.names) or 'none'}.", line)

    def with_fields(self, new: Iterable[Field]) -> Schema:
        """Return this schema with `new` columns added at the end or replaced in place."""
        fields = {f.name: f for f in self.fields}
        for f in new:
            fields[f.name] = f
        return Schema(tuple(fields.values()))
