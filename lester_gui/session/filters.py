"""Filters of a table: a column, a comparison, a value. Typed by the column, passed to the database as parameters only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from lester_gui.errors import UserError
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime.compile_expressions import identifier

_COMPARISONS: Final[dict[str, str]] = {
    "=": "=",
    "!=": "IS DISTINCT FROM",  # a missing value is not the one asked for
    "≠": "IS DISTINCT FROM",
    "<": "<",
    "<=": "<=",
    "≤": "<=",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
}
_CONTAINS: Final = "contains"
_MISSING: Final = ("missing", "is missing")
_KINDS: Final[dict[Type, str]] = {
    Type.BOOL: "yes or no",
    Type.INT: "numbers",
    Type.FLOAT: "numbers",
    Type.STR: "text",
    Type.DATE: "dates (YYYY-MM-DD)",
    Type.TIMESTAMP: "times (YYYY-MM-DD HH:MM:SS)",
    Type.DURATION: "microseconds",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter as SQL with its parameters. `personal` says that the column is masked."""

    column: str
    sql: str
    parameters: tuple[Any, ...]
    personal: bool


def condition(schema: Schema, personal: Collection[str], entry: Mapping[str, Any]) -> Condition:
    """Return the condition that a filter means.

    Parameters
    ----------
    personal
        Masked columns: they are compared with an exact value only, because a range or a part of a word finds people by
        guessing.
    entry
        ``column``; ``op``, one of ``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``contains`` (text, upper and lower case
        alike), ``missing``; and ``value``, which may be text of the column's type.

    Raises
    ------
    UserError
        If the column or comparison does not exist or the value does not fit. The value is not repeated.
    """
    field = schema.field(str(entry.get("column", "")))
    op = str(entry.get("op", ""))
    name = identifier(field.name)
    masked = field.name in personal
    if masked and op != "=":
        raise UserError(f"{field.name} is masked and can only be searched for an exact value", "Choose the comparison “is”.")
    if op in _MISSING:
        return Condition(field.name, f"{name} IS NULL", (), masked)
    if field.type not in _KINDS:
        raise UserError(f"{field.name} holds lists, which cannot be filtered yet", "Choose another column.")
    value = entry.get("value")
    if value is None:
        raise UserError(f"The filter on {field.name} has no value", "Give one, or ask for missing values.")
    if op == _CONTAINS:
        if field.type is not Type.STR:
            raise UserError(f"{field.name} holds {_KINDS[field.type]}, not text", "Compare it with a value instead.")
        return Condition(field.name, f"contains(lower({name}), lower(?))", (str(value),), masked)
    if op not in _COMPARISONS:
        known = ", ".join([*(o for o in _COMPARISONS if o.isascii()), _CONTAINS, _MISSING[0]])
        raise UserError(f"There is no comparison {op!r}", f"Use one of {known}.")
    return Condition(field.name, f"{name} {_COMPARISONS[op]} ?", (typed(field, value),), masked)


def typed(field: Field, value: object) -> bool | int | float | str | date | datetime:
    """Return a value as the column has it.

    Raises
    ------
    UserError
        If it is none of the column's type.
    """
    try:
        if field.type is Type.BOOL:
            return _truth(value)
        if field.type in (Type.INT, Type.FLOAT, Type.DURATION):
            return _number(value)
        if field.type is Type.DATE:
            return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
        if field.type is Type.TIMESTAMP:
            return value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip()).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise UserError(f"{field.name} holds {_KINDS[field.type]}; the value is none", "Correct the value.") from None
    return str(value)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError
    return word in ("yes", "true", "1")


def _number(value: object) -> int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        found: int | float = value
    elif isinstance(value, float):
        found = value
    else:
        text = str(value).strip().replace(",", "")
        try:
            found = int(text)
        except ValueError:
            found = float(text)
    if isinstance(found, int) and not -(2**63) <= found < 2**63:
        found = float(found)
    if found != found:
        raise ValueError
    return found
