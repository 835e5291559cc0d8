"""Files of one JSON object per line: what a record says, read as pandas reads it, and with one field replaced.

A line is a record, whatever stands in it, so nothing here knows about places in the file. Fields of nested objects are named by
their path, such as ``patient.number``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lester_gui.errors import UserError

PANDAS_OPTIONS: Final = frozenset(
    {"dtype", "convert_dates", "keep_default_dates", "orient", "encoding", "nrows", "precise_float", "date_unit", "convert_axes"}
)
"""The keywords of `pandas.read_json` for which rows can be told apart, beside ``lines=True``; others are refused by name."""


class NotAnObject(ValueError):
    """A line that is no JSON object. It says nothing about what the line holds."""


def object_of(text: str, *, as_written: bool = False) -> dict[str, Any]:
    """Return the object that a line holds; numbers stay text when `as_written`.

    Raises
    ------
    NotAnObject
        If the line is no JSON, or something else than an object.
    """
    try:
        found = json.loads(text, parse_int=str, parse_float=str) if as_written else json.loads(text)
    except ValueError:
        raise NotAnObject("the line is not JSON") from None
    if not isinstance(found, dict):
        raise NotAnObject("the line is not a JSON object")
    return found


def checked(text: str, name: str, line: int) -> dict[str, Any]:
    """Return the object of a line of the file `name`; a `UserError` names file and line if there is none."""
    try:
        return object_of(text)
    except NotAnObject as error:
        raise UserError(f"{name}, line {line}: {error}", hint="Mend the line, or take it out.") from None


def paths_of(found: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and value of every field that is no object itself, in the order of the text."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from paths_of(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def written(value: Any) -> str | None:
    """Return a value as it stands in the file: text without its quotes, and None for null."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def texts_of(text: str) -> dict[str, str | None]:
    """Return the fields of a line by path, as they stand in the file; none for a line that is no object."""
    try:
        found = object_of(text, as_written=True)
    except NotAnObject:
        return {}
    return {path: written(value) for path, value in paths_of(found)}


def with_field(text: str, path: str, value: str) -> str:
    """Return the line with one field replaced; a number or truth value stays one where the new text is one, '' is null.

    Lines that are no object, and objects without the field, stay as they are.
    """
    try:
        found = object_of(text)
    except NotAnObject:
        return text
    inner, key = _holder(found, path)
    if inner is None:
        return text
    inner[key] = None if value == "" else _like(inner[key], value)
    return json.dumps(found, ensure_ascii=False)


def without_field(text: str, path: tuple[str, ...]) -> str:
    """Return the line without one field; lines that are no object, and objects without the field, stay as they are."""
    try:
        found = object_of(text)
    except NotAnObject:
        return text
    inner: Any = found
    for key in path[:-1]:
        inner = inner.get(key) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or path[-1] not in inner:
        return text
    del inner[path[-1]]
    return json.dumps(found, ensure_ascii=False)


def _holder(found: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object that holds the field of a path, and its key there. Keys may hold full stops themselves."""
    if path in found and not isinstance(found[path], dict):
        return found, path
    for key, value in found.items():
        if isinstance(value, dict) and path.startswith(f"{key}."):
            inner, name = _holder(value, path[len(key) + 1 :])
            if inner is not None:
                return inner, name
    return None, path


def _like(old: Any, value: str) -> Any:
    if isinstance(old, str | list):
        return value
    try:
        new = json.loads(value)
    except ValueError:
        return value
    return new if isinstance(new, bool | int | float) else value


def without_comma(text: str, cut: object) -> str:
    """Return a line without the comma (``comma``) or commas (``commas``) at its end, which separate it from the next object."""
    if cut is None:
        return text
    text = text.strip()
    return text.rstrip(",") if cut == "commas" else text.removesuffix(",")
