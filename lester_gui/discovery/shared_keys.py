"""Columns that name persons under another name: most of their values stand in the key column of another source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lester_gui.discovery.effects import FileUse
from lester_gui.discovery.subject_keys import peek, rows_of

MOST_ROWS = 20_000
SHARE = 0.5
"""Rows of people who are in no other table are usual; a column of years or of codes shares far less with a key."""
FEWEST = 10
"""Distinct values below which an overlap says nothing."""


def shared_keys(folder: Path, sources: Sequence[tuple[str, FileUse, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Return the likely subject keys of sources that have none by their names.

    Parameters
    ----------
    folder
        The project's.
    sources
        Path, how it is read, and its subject keys so far.

    Returns
    -------
    dict
        Path → columns, for the sources where some were found. Values are compared without case and outer blanks, and not kept.
    """
    named: list[set[str]] = []
    for path, use, keys in sources:
        table = _columns(folder, path, use) if keys else {}
        named += [table[k] for k in keys if k in table and len(table[k]) >= FEWEST]
    out: dict[str, tuple[str, ...]] = {}
    for path, use, keys in sources:
        if keys:
            continue
        table = _columns(folder, path, use)
        found = tuple(c for c, values in table.items() if len(values) >= FEWEST and any(_shares(values, n) for n in named))
        if found:
            out[path] = found
    return out


def _shares(values: set[str], key: set[str]) -> bool:
    return len(values & key) >= SHARE * len(values)


def _columns(folder: Path, path: str, use: FileUse) -> dict[str, set[str]]:
    look = peek(folder, use)
    if not look.columns or look.note:
        return {}
    rows = rows_of(folder / path, use, MOST_ROWS)
    return {name: {r[i].strip().casefold() for r in rows if i < len(r) and r[i].strip()} for i, name in enumerate(look.columns)}
