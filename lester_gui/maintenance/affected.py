"""The rows that a case takes out or corrects, field by field and one page at a time, for whoever decides on it.

Counts alone do not show whether these are the right rows. Nothing is written here. What is read are values of the person: the
caller masks them, and they are never logged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from lester_gui.ir.nodes import Read, Reader
from lester_gui.maintenance import source_edits
from lester_gui.maintenance.work import ERASURE, Work, reading_of
from lester_gui.runtime.read import as_text
from lester_gui.runtime.records import Records
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.points import rows_at


@dataclass(frozen=True, slots=True)
class AffectedField:
    """One field of a row as the file has it; `new` is its text after a correction, None where it is not corrected."""

    column: str
    old: str = field(repr=False)
    new: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A row that leaves or is corrected: its permanent id, the line of the file it begins on, and its fields in file order."""

    row_id: int
    line: int
    fields: tuple[AffectedField, ...]


@dataclass(frozen=True, slots=True)
class WithoutKey:
    """How many rows of a source name nobody, so that no request reaches them; `keys` are the columns that could."""

    source: str
    path: str
    rows: int
    of: int
    keys: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"source": self.source, "path": self.path, "rows": self.rows, "of": self.of, "keys": list(self.keys)}


def row_ids(con: duckdb.DuckDBPyConnection, work: Work) -> dict[str, tuple[int, ...]]:
    """Return the rows that a case touches, by source.

    Raises
    ------
    UserError
        If a correction names no row or column of the person, or changes nothing.
    """
    if work.right == ERASURE:
        return {source: ids for source, ids in sorted(work.subject.rows.items()) if ids}
    out: dict[str, tuple[int, ...]] = {}
    for line in sorted(source_edits.corrected_lines(con, work), key=lambda x: (x.source, x.ordinal)):
        out[line.source] = (*out.get(line.source, ()), line.row_id)
    return out


def rows(
    con: duckdb.DuckDBPyConnection, work: Work, source: str, ids: Sequence[int], start: int, count: int
) -> tuple[AffectedRow, ...]:
    """Return some of the rows that a case touches in a source, in the order of the file.

    Parameters
    ----------
    ids : sequence of int
        All that it touches there, as `row_ids` says.
    """
    snapshot = catalogue.latest_snapshot(con, source)
    if snapshot is None or not ids:
        return ()
    found = rows_at("row_id, ordinal, line, record", f"lester.{snapshot.table_name}", "row_id", list(ids))
    page = con.execute(f"SELECT row_id, line, record FROM ({found}) ORDER BY ordinal LIMIT ? OFFSET ?", [count, start]).fetchall()
    read = reading_of(con, source)
    old = _texts(snapshot, read, [(row_id, bytes(record)) for row_id, _, record in page])
    new: dict[int, dict[str, str]] = {}
    if work.right != ERASURE:
        corrected = {x.row_id: x.new_record for x in source_edits.corrected_lines(con, work) if x.source == source}
        new = _texts(snapshot, read, [(i, r) for i, _, _ in page if (r := corrected.get(i)) is not None])
    return tuple(AffectedRow(i, line, _fields(old[i], new.get(i, old[i]))) for i, line, _ in page)


def without_key(con: duckdb.DuckDBPyConnection) -> tuple[WithoutKey, ...]:
    """Return for every source how many of its rows no key links to a person, because it is missing, a placeholder or of many."""
    out = []
    for source in catalogue.find(con, Source):
        snapshot = catalogue.latest_snapshot(con, source.name)
        if snapshot is None:
            continue
        keys = tuple(json.loads(source.subject_keys_json))
        total = con.execute(f"SELECT count(*) FROM lester.{snapshot.table_name}").fetchall()[0][0]
        linked = con.execute(
            "SELECT count(DISTINCT k.row_id) FROM lester.subject_row k LEFT JOIN lester.subject_unlinked u "
            "ON u.reason = 'many persons' AND u.domain = k.domain AND u.value = k.value WHERE k.source = ? AND u.value IS NULL",
            [source.name],
        ).fetchall()[0][0]
        out.append(WithoutKey(source.name, source.path, max(0, int(total) - int(linked)), int(total), keys))
    return tuple(out)


def _fields(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[AffectedField, ...]:
    return tuple(AffectedField(name, text, now if (now := new.get(name, text)) != text else None) for name, text in old.items())


def _texts(snapshot: Snapshot, read: Read, records: Iterable[tuple[int, bytes]]) -> dict[int, dict[str, str]]:
    """Return row → column → text, as the reader tells the fields apart and before it gives them types."""
    listed = list(records)
    if not listed:
        return {}
    part = Records(
        snapshot.source,
        bytes(snapshot.preamble),
        [r for _, r in listed],
        [i for i, _ in listed],
        list(range(1, len(listed) + 1)),
        json.loads(snapshot.dialect_json).get("document") is not None,
    )
    if read.reader is Reader.PANDAS_CSV:  # its words for a gap are shown as they stand in the file
        kept = tuple((k, v) for k, v in read.options if k not in ("na_values", "keep_default_na", "na_filter", "nrows"))
        read = replace(read, options=(*kept, ("na_filter", False)))
    table = as_text(part, read)
    told = dict(zip(table.row_ids, table.columns.to_pylist(), strict=True))
    return {i: {n: "" if v is None else str(v) for n, v in told.get(i, {}).items()} for i, _ in listed}
