"""Objects of JSON as rows: a column per field, as Python's `json` gives it, so that missing, null and empty stay three things.

Of the field ``address`` a plan may read these columns; fields of inner objects are named by their path, such as ``address.city``.

===============  =============================================================================================
``address``      its value: text, number or truth value; missing where the field is null or is not there
``address?``     whether the field is there, null or not
``address!``     its value, and 0, False or '' where the field is not there; missing where it is null
``address{}``    whether it is an object
``address{+}``   whether it is an object with at least one field
``address[]``    the JSON text of the list that it holds; missing where the field is null or is not there
``age:text``     its value where that is a text; missing where it is anything else or the field is not there
``age:number``   the same of numbers
``age:truth``    the same of truth values, as 1 and 0
===============  =============================================================================================

The last three are there for fields whose values are of several of these kinds, in the place of ``age`` and ``age!``.

Of the element of a document, ``@key`` is its key in the object that holds it, and ``@value`` the element where it is no object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.schema import Field, Schema, Type

PRESENT, OBJECT, FILLED, LIST, GIVEN = "?", "{}", "{+}", "[]", "!"
TEXT, NUMBER, TRUTH = ":text", ":number", ":truth"
OF_KIND: Final[dict[str, tuple[type, ...]]] = {TEXT: (str,), NUMBER: (int, float), TRUTH: (bool,)}
MARKS: Final = (PRESENT, OBJECT, FILLED, LIST, GIVEN, *OF_KIND)
_NOTHING: Final[dict[Type, bool | int | float | str]] = {Type.BOOL: False, Type.INT: 0, Type.FLOAT: 0.0, Type.STR: ""}
KEY, VALUE = "@key", "@value"
MOST_COLUMNS: Final = 5000
LARGEST: Final = 2**63
_ABSENT: Final = object()
_ARROW: Final = {Type.BOOL: pa.bool_(), Type.INT: pa.int64(), Type.FLOAT: pa.float64(), Type.STR: pa.string()}
_KINDS: Final[dict[type, Type]] = {bool: Type.BOOL, int: Type.INT, float: Type.FLOAT, str: Type.STR}


class NotJson(ValueError):
    """A text that Python's `json` refuses, or that is no object. Says nothing about what it holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object stands, for messages: a file and a line of it."""

    file: str
    line: int

    def refuse(self, what: str, hint: str) -> UserError:
        return UserError(f"{self.file}, line {self.line}: {what}", hint)


def parsed(text: str) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    NotJson
        If it is none. NaN and the infinities, which Python reads although they are no JSON, are refused, too.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotJson("the text is not JSON") from None


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"{name} is no JSON number")


def table(
    objects: Sequence[Mapping[str, Any]], places: Sequence[Place], names: Sequence[str], declared: Mapping[str, Type]
) -> tuple[Schema, pa.Table]:
    """Return the columns of objects, one row each.

    Parameters
    ----------
    names
        The wanted columns. Empty: every column that can be read; a field that holds lists or objects beside values is left out.
    declared
        Types of columns in which every value is missing.

    Raises
    ------
    UserError
        If a wanted column holds values of several kinds. It names file, line and field, never a value.
    """
    fields: list[Field] = []
    arrays: list[pa.Array] = []
    for name in names or _by_kind(columns_of(objects), objects):
        path, form = split_name(name)
        values = [_value(o, path) for o in objects]
        try:
            field, array = _column(name, form, values, places, declared.get(name, Type.STR))
        except UserError:
            if names:
                raise
            continue
        fields.append(field)
        arrays.append(array)
    schema = Schema(tuple(fields))
    if not arrays:
        return schema, pa.table({"row": pa.nulls(len(objects))}).select([])
    return schema, pa.table(arrays, names=list(schema.names))


def columns_of(objects: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns that objects have, in the order in which their fields first come."""
    out: dict[str, None] = {}
    for found in objects:
        for name in _names(found, ""):
            out.setdefault(name)
        if len(out) > MOST_COLUMNS:
            raise UserError(
                f"JSON objects with more than {MOST_COLUMNS} fields are not supported yet", "Write one object per row of data."
            )
    return tuple(out)


def _by_kind(columns: Sequence[str], objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield columns, those of each kind in the place of one whose values are of several."""
    for name in columns:
        path, form = split_name(name)
        if form in ("", GIVEN):
            kinds = {type(v) for o in objects if (v := _value(o, path)) is not _ABSENT and v is not None}
            if len(kinds) > 1 and kinds != {int, float} and kinds <= {bool, int, float, str}:
                yield from (name + mark for mark in OF_KIND if form == "")
                continue
        yield name


def _names(found: Mapping[str, Any], above: str) -> Iterator[str]:
    for key, value in found.items():
        if not nameable(key) and not (not above and key in (KEY, VALUE)):
            continue
        path = f"{above}{key}"
        yield path + PRESENT
        if isinstance(value, dict):
            yield path + OBJECT
            yield path + FILLED
            yield from _names(value, f"{path}.")
        elif isinstance(value, list):
            yield path + LIST
        else:
            yield path
            yield path + GIVEN


def nameable(key: str) -> bool:
    """Whether a key can be part of a column's name: it is not mistaken for a path, a mark or a reserved name."""
    return bool(key) and "." not in key and not key.endswith(MARKS) and not key.startswith(("__", "@"))


def split_name(name: str) -> tuple[tuple[str, ...], str]:
    """Return the path that a column's name stands for, and its mark ('' for a value)."""
    form = next((m for m in MARKS if name.endswith(m)), "")
    return tuple(name.removesuffix(form).split(".")), form


def _value(found: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return _ABSENT
        found = found[key]
    return found


def _column(name: str, form: str, values: list[Any], places: Sequence[Place], empty: Type) -> tuple[Field, pa.Array]:
    if form == PRESENT:
        return Field(name, Type.BOOL), pa.array([v is not _ABSENT for v in values], pa.bool_())
    there = [v for v in values if v is not _ABSENT and v is not None]
    wanted: tuple[type, ...] = {OBJECT: (dict,), FILLED: (dict,), LIST: (list,)}.get(form, (bool, int, float, str))
    for value, place in zip(values, places, strict=True):
        if value is not _ABSENT and value is not None and not isinstance(value, wanted):
            raise _mixed(name, place)
    if form in (OBJECT, FILLED):
        told = [isinstance(v, dict) and (form == OBJECT or bool(v)) for v in values]
        return Field(name, Type.BOOL), pa.array(told, pa.bool_())
    if form in OF_KIND:
        values = [v if v is not _ABSENT and _is_of(v, form) else None for v in values]
        values = [int(v) if isinstance(v, bool) else v for v in values]
        there = [v for v in values if v is not None]
        empty = Type.STR if form == TEXT else Type.INT if empty is Type.STR else empty
    missing = len(there) < len(values)
    if form == LIST:
        texts = [json.dumps(v, ensure_ascii=False) if isinstance(v, list) else None for v in values]
        return Field(name, Type.STR, missing), _texts(name, texts, places)
    kinds = {type(v) for v in there}
    if len(kinds) > 1 and kinds != {int, float}:
        first = type(there[0])
        others = (p for v, p in zip(values, places, strict=True) if v is not _ABSENT and v is not None and type(v) is not first)
        raise _mixed(name, next(others))
    kind = Type.FLOAT if kinds == {int, float} else _KINDS[kinds.pop()] if kinds else empty
    plain: list[Any] = [(_NOTHING[kind] if form == GIVEN else None) if v is _ABSENT else v for v in values]
    missing = any(v is None for v in plain) or form in OF_KIND
    if kind is Type.STR:
        return Field(name, kind, missing), _texts(name, plain, places)
    for value, place in zip(plain, places, strict=True):
        if isinstance(value, int) and not -LARGEST <= value < LARGEST:
            raise place.refuse(f"the number in {name!r} is too large", "Write it as text, or as a smaller number.")
    numbers = [float(v) if kind is Type.FLOAT and v is not None else v for v in plain]
    return Field(name, kind, missing), pa.array(numbers, _ARROW[kind])


def _is_of(value: Any, mark: str) -> bool:
    """Whether a value is of a kind; a truth value, which Python takes for a number, is none here."""
    return isinstance(value, OF_KIND[mark]) and (mark == TRUTH or not isinstance(value, bool))


def _texts(name: str, texts: list[str | None], places: Sequence[Place]) -> pa.Array:
    for text, place in zip(texts, places, strict=True):
        try:
            _ = text is None or text.encode("utf-8")
        except UnicodeEncodeError:
            raise place.refuse(f"the text in {name!r} has half a character", "Mend the text.") from None
    return pa.array(texts, pa.string())


def _mixed(name: str, place: Place) -> UserError:
    return place.refuse(
        f"the field {name!r} holds values of several kinds; this is not supported yet",
        "Let the field hold text, numbers and truth values, lists, or objects, but only one of these.",
    )
