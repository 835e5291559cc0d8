"""What a committed case still has to do outside the database: lines in source files, files that scripts wrote, old copies.

Written in the commit of the case, so that a process that dies afterwards finds its work on the next open. The values to search
for stand here until the purge is done, because afterwards nothing else knows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import duckdb

from lester_gui.store.migrations import TableSet, register

TABLES: Final = register(
    TableSet(
        "maintenance",
        (
            (
                "CREATE TABLE lester.pending_purge (case_id VARCHAR NOT NULL, applied_at VARCHAR NOT NULL, keep_sources"
                " BOOLEAN NOT NULL, token VARCHAR NOT NULL, facts_json VARCHAR NOT NULL)",
                "CREATE TABLE lester.pending_line (case_id VARCHAR NOT NULL, source VARCHAR NOT NULL, ordinal BIGINT NOT NULL,"
                " line BIGINT NOT NULL, new_record BLOB)",
                "CREATE TABLE lester.pending_file (case_id VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, path VARCHAR NOT NULL,"
                " content VARCHAR NOT NULL)",
                "CREATE TABLE lester.pending_value (case_id VARCHAR NOT NULL, value VARCHAR NOT NULL)",
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class PendingPurge:
    """A case that is applied and not purged. `keep_sources`: only Lester's copy is erased, the files stay as they are."""

    case: str
    applied_at: str
    keep_sources: bool
    token: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PendingLine:
    """A record of a source file that leaves, or that becomes `new_record`."""

    case: str
    source: str
    ordinal: int
    line: int
    new_record: bytes | None


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A file that a script wrote and that still holds the person."""

    case: str
    pipeline: str
    path: str
    content: str


def note(
    con: duckdb.DuckDBPyConnection,
    case: str,
    token: str,
    keep_sources: bool,
    lines: Iterable[PendingLine],
    files: Iterable[PendingFile],
    values: Iterable[str],
    facts: dict[str, Any],
) -> None:
    """Note a purge within the transaction that applies the case."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    con.execute("INSERT INTO lester.pending_purge VALUES (?, ?, ?, ?, ?)", [case, at, keep_sources, token, json.dumps(facts)])
    rows: list[list[object]] = [[x.case, x.source, x.ordinal, x.line, x.new_record] for x in lines]
    if rows:
        con.executemany("INSERT INTO lester.pending_line VALUES (?, ?, ?, ?, ?)", rows)
    written = [[f.case, f.pipeline, f.path, f.content] for f in files]
    if written:
        con.executemany("INSERT INTO lester.pending_file VALUES (?, ?, ?, ?)", written)
    sought = [[case, v] for v in sorted(set(values))]
    if sought:
        con.executemany("INSERT INTO lester.pending_value VALUES (?, ?)", sought)


def purges(con: duckdb.DuckDBPyConnection) -> list[PendingPurge]:
    """Return the cases that wait for their purge, oldest first."""
    rows = con.execute(
        "SELECT case_id, applied_at, keep_sources, token, facts_json FROM lester.pending_purge ORDER BY applied_at, case_id"
    ).fetchall()
    return [PendingPurge(case, at, keep, token, json.loads(text)) for case, at, keep, token, text in rows]


def lines(con: duckdb.DuckDBPyConnection, source: str | None = None, case: str | None = None) -> list[PendingLine]:
    """Return the lines that wait, by source and place."""
    rows = con.execute(
        "SELECT case_id, source, ordinal, line, new_record FROM lester.pending_line WHERE (? IS NULL OR source = ?)"
        " AND (? IS NULL OR case_id = ?) ORDER BY source, ordinal, rowid",
        [source, source, case, case],
    ).fetchall()
    return [PendingLine(*row) for row in rows]


def files(con: duckdb.DuckDBPyConnection) -> list[PendingFile]:
    """Return the written files that wait, each once."""
    rows = con.execute("SELECT case_id, pipeline, path, content FROM lester.pending_file ORDER BY path, rowid").fetchall()
    return list({row[2]: PendingFile(*row) for row in rows}.values())


def values(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the values of erased persons that a search must not find any more."""
    return [v for (v,) in con.execute("SELECT DISTINCT value FROM lester.pending_value ORDER BY value").fetchall()]


def clear_source(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Forget the lines of a source whose file is done."""
    con.execute("DELETE FROM lester.pending_line WHERE source = ?", [source])


def clear_files(con: duckdb.DuckDBPyConnection, path: str) -> None:
    """Forget a written file that is done."""
    con.execute("DELETE FROM lester.pending_file WHERE path = ?", [path])


def clear_case(con: duckdb.DuckDBPyConnection, case: str) -> None:
    """Forget everything about a purge that is done."""
    for table in ("pending_purge", "pending_line", "pending_file", "pending_value"):
        con.execute(f"DELETE FROM lester.{table} WHERE case_id = ?", [case])
