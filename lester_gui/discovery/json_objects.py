"""Look at files of one JSON object per line as at tables: a column per field, named by its path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any


def table_of(file: Path, limit: int) -> list[list[str]]:
    """Return the paths of the fields and then up to `limit` rows of their text; nothing if the file is no such file.

    Lists are left out. A few lines may be broken, as in a log that was cut off.
    """
    with file.open(encoding="utf-8", errors="replace") as text:
        lines = [line for line in islice(text, limit) if line.strip()]
    rows = [row for line in lines if (row := _row(line)) is not None]
    if not lines or len(rows) < 0.9 * len(lines):
        return []
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name, "") for name in names] for row in rows)] if names else []


def _row(line: str) -> dict[str, str] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return dict(_fields(found, ""))


def _fields(found: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{above}{key}.")
        elif not isinstance(value, list):
            yield f"{above}{key}", "" if value is None else str(value)
