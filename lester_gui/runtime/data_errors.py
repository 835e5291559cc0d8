"""Errors that a value causes on the way through DuckDB: what kind of value it was, never the value."""

from __future__ import annotations

import re
from typing import Final

import duckdb

MARK: Final = "lester-data: "


class DataError(ValueError):
    """A value for which the script's own operation raises. Carries no value."""

    def __init__(self, what: str) -> None:
        super().__init__(MARK + what)


def data_error(error: BaseException) -> str | None:
    """Return what went wrong with the data, if that is why DuckDB raised; None for other errors."""
    text = str(error)
    found = re.search(re.escape(MARK) + r"([^\n]*)", text)
    if found:
        return found.group(1).strip()
    if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
        return "a number is too large, or a value does not have the expected type"
    return None
