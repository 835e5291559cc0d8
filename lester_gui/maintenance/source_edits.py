"""Edit the snapshots of sources: take a person's records out, or put corrected ones in, and keep the index of persons in step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from lester_gui.errors import UserError
from lester_gui.lineage.domains import project_domains
from lester_gui.maintenance.correction import column_number, corrected, values_of
from lester_gui.maintenance.delta_rules import SourceChange
from lester_gui.maintenance.work import ERASURE, Work, reading_of
from lester_gui.runtime import read
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.records import Records
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.points import delete_at, rows_at

MASK: Final = "••••••"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a source file that leaves or is corrected. `masked` shows its fields as dots."""

    source: str
    row_id: int
    ordinal: int
    line: int
    masked: str
    new_record: bytes | None = None


def erased_lines(con: duckdb.DuckDBPyConnection, work: Work) -> tuple[Line, ...]:
    """Return the lines of a person in all sources.

    Raises
    ------
    UserError
        If there is none.
    """
    lines = []
    for source, row_ids in work.subject.rows.items():
        lines += _lines(con, source, row_ids)
    if not lines:
        raise UserError("The person has no row in any source", hint="There is nothing to erase; close the case.")
    return tuple(lines)


def corrected_lines(con: duckdb.DuckDBPyConnection, work: Work) -> tuple[Line, ...]:
    """Return the lines that a rectification changes, with their new text.

    Raises
    ------
    UserError
        If a column or row is not there, the file cannot hold a value, or nothing would change.
    """
    found: dict[tuple[str, int], Line] = {}
    for new in work.new_values:
        reading = reading_of(con, new.source, new.column)
        snapshot = _newest(con, new.source)
        head = Records(snapshot.source, bytes(snapshot.preamble), (), (), ())  # the names of the columns need no more
        number = column_number(reading, head, new.column)
        for line in _lines(con, new.source, work.rows_of(new)):
            before = found.get((new.source, line.row_id), line)
            record = before.new_record or _record(con, line)
            changed = corrected(record, reading, number, new.value, _file_of(con, new.source))
            found[(new.source, line.row_id)] = Line(line.source, line.row_id, line.ordinal, line.line, line.masked, changed)
    lines = tuple(x for x in found.values() if x.new_record is not None and x.new_record != _record(con, x))
    if not lines:
        raise UserError("The new values are the old ones", hint="There is nothing to correct; close the case.")
    return lines


def _lines(con: duckdb.DuckDBPyConnection, source: str, row_ids: Iterable[int]) -> list[Line]:
    snapshot, reading = _newest(con, source), reading_of(con, source)
    found = rows_at("row_id, ordinal, line, record", f"lester.{snapshot.table_name}", "row_id", list(row_ids))
    rows = con.execute(f"SELECT * FROM ({found}) ORDER BY ordinal").fetchall()
    return [Line(source, i, ordinal, line, _masked(bytes(record), reading)) for i, ordinal, line, record in rows]


def _masked(record: bytes, reading: Any) -> str:
    fields = len(reading.columns if reading.reader.is_json else values_of(record, reading))
    return ", ".join([MASK] * min(fields, 4)) + (", …" if fields > 4 else "")


def _record(con: duckdb.DuckDBPyConnection, line: Line) -> bytes:
    table = _newest(con, line.source).table_name
    return bytes(con.execute(f"SELECT record FROM lester.{table} WHERE row_id = ?", [line.row_id]).fetchall()[0][0])


def _newest(con: duckdb.DuckDBPyConnection, source: str) -> Snapshot:
    snapshot = catalogue.latest_snapshot(con, source)
    if snapshot is None:
        raise UserError(f"The source {source} was not read yet", hint="Run a pipeline that reads it first.")
    return snapshot


def _file_of(con: duckdb.DuckDBPyConnection, source: str) -> str:
    entry = catalogue.get(con, Source, name=source)
    return source if entry is None else entry.path.rpartition("/")[2]


def edit_snapshots(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> dict[str, SourceChange]:
    """Take records out of every snapshot of a source, or put the corrected ones in; the ordinals of the others stay."""
    by_source: dict[str, list[Line]] = {}
    for line in lines:
        by_source.setdefault(line.source, []).append(line)
    changes = {}
    for source, own in by_source.items():
        if work.right == ERASURE:
            changes[source] = take_out(con, source, [x.row_id for x in own])
            continue
        for snapshot in catalogue.find(con, Snapshot, source=source):
            table = f"lester.{snapshot.table_name}"
            con.executemany(f"UPDATE {table} SET record = ? WHERE row_id = ?", [[x.new_record, x.row_id] for x in own])
        changes[source] = SourceChange(frozenset(), frozenset(x.row_id for x in own))
    return changes


def take_out(con: duckdb.DuckDBPyConnection, source: str, row_ids: Sequence[int]) -> SourceChange:
    """Take records out of every snapshot of a source; the ordinals of the others stay."""
    for snapshot in catalogue.find(con, Snapshot, source=source):
        table = f"lester.{snapshot.table_name}"
        delete_at(con, table, "row_id", row_ids)
        count = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        catalogue.update(con, Snapshot, {"rows": min(snapshot.rows, count)}, id=snapshot.id)
    return SourceChange(frozenset(row_ids), frozenset())


def update_index(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> None:
    """Bring the index of persons up to date: rows leave it, corrected keys are read again."""
    sources = {x.source for x in lines}
    if work.right == ERASURE:
        for source in sources:
            subjects.remove_rows(con, source, [x.row_id for x in lines if x.source == source])
        return
    for source in sources & {v.source for v in work.new_values}:
        entry = catalogue.get(con, Source, name=source)
        keys = json.loads(entry.subject_keys_json) if entry is not None else []
        if any(v.column in keys for v in work.new_values if v.source == source):
            table = read.key_columns(con, _newest(con, source), reading_of(con, source), keys)
            subjects.index_source(con, source, table, project_domains(con).get(source))


def row_texts(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the whole lines that leave from sources in which a person is the line: they have no other identifier."""
    sources = {s.name for s in catalogue.find(con, Source) if subjects.ROW_KEY in json.loads(s.subject_keys_json)}
    if work.right != ERASURE:
        return ()
    texts = (_record(con, x).decode("utf-8", "replace").strip() for x in lines if x.source in sources)
    return tuple(t for t in texts if t)


def unique(con: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> list[str]:
    """Return those of some lines that no remaining row equals."""
    wanted = dict.fromkeys(texts)
    if wanted:
        for source in catalogue.find(con, Source):
            snapshot = catalogue.latest_snapshot(con, source.name)
            if snapshot is not None:
                for record in snapshot_records(con, snapshot).records:
                    wanted.pop(record.decode("utf-8", "replace").strip(), None)
    return list(wanted)
