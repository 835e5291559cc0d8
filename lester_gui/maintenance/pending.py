"""What a committed case still has to do outside the database: lines in source files, files that scripts wrote, old copies.

Written in the commit of the case, so that a process that dies afterwards finds its work on the next open. The values to search
for are kept until the purge is done, because nothing else knows them then; encrypted, so that the search does not meet its own
note and that nothing readable stays in old blocks of the database once the key is gone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lester_gui.store.migrations import TableSet, register

TABLES: Final = register(
    TableSet(
        "maintenance",
        (
            (
                "CREATE TABLE lester.pending_purge (case_id VARCHAR NOT NULL, applied_at VARCHAR NOT NULL, keep_sources"
                " BOOLEAN NOT NULL, token VARCHAR NOT NULL, facts_json VARCHAR NOT NULL)",
                "CREATE TABLE lester.pending_line (case_id VARCHAR NOT NULL, source VARCHAR NOT NULL, ordinal BIGINT NOT NULL,"
                " line BIGINT NOT NULL, new_record BLOB, masked VARCHAR NOT NULL)",
                "CREATE TABLE lester.pending_file (case_id VARCHAR NOT NULL, pipeline VARCHAR NOT NULL, path VARCHAR NOT NULL,"
                " content VARCHAR NOT NULL)",
                "CREATE TABLE lester.pending_value (case_id VARCHAR NOT NULL, sealed BLOB NOT NULL)",
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
    masked: str


@dataclass(frozen=True, slots=True)
class PendingFile:
    """A file that a script wrote and that still holds the person."""

    case: str
    pipeline: str
    path: str
    content: str


class Seal:
    """The key of the values that wait, a file in `.lester` that lives as long as a purge is pending."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "purge.key"

    def close(self, value: str) -> bytes:
        """Encrypt a value; the key is made when there is none."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self._key()).encrypt(nonce, value.encode("utf-8"), None)

    def open(self, sealed: bytes) -> str | None:
        """Decrypt a value; None if the key is not the one that closed it."""
        try:
            return AESGCM(self._key()).decrypt(sealed[:12], sealed[12:], None).decode("utf-8")
        except InvalidTag:
            return None

    def destroy(self) -> None:
        """Delete the key: what it closed cannot be read any more."""
        self._path.unlink(missing_ok=True)

    def _key(self) -> bytes:
        if not self._path.exists():
            with open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(AESGCM.generate_key(256))
                file.flush()
                os.fsync(file.fileno())
        return self._path.read_bytes()


def note(
    con: duckdb.DuckDBPyConnection,
    seal: Seal,
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
    rows: list[list[object]] = [[x.case, x.source, x.ordinal, x.line, x.new_record, x.masked] for x in lines]
    if rows:
        con.executemany("INSERT INTO lester.pending_line VALUES (?, ?, ?, ?, ?, ?)", rows)
    written = [[f.case, f.pipeline, f.path, f.content] for f in files]
    if written:
        con.executemany("INSERT INTO lester.pending_file VALUES (?, ?, ?, ?)", written)
    sought = [[case, seal.close(v)] for v in sorted(set(values))]
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
        "SELECT case_id, source, ordinal, line, new_record, masked FROM lester.pending_line WHERE (? IS NULL OR source = ?)"
        " AND (? IS NULL OR case_id = ?) ORDER BY source, ordinal, rowid",
        [source, source, case, case],
    ).fetchall()
    return [PendingLine(*row) for row in rows]


def files(con: duckdb.DuckDBPyConnection) -> list[PendingFile]:
    """Return the written files that wait, each once."""
    rows = con.execute("SELECT case_id, pipeline, path, content FROM lester.pending_file ORDER BY path, rowid").fetchall()
    return list({row[2]: PendingFile(*row) for row in rows}.values())


def values(con: duckdb.DuckDBPyConnection, seal: Seal) -> list[str]:
    """Return the values of erased persons that a search must not find any more."""
    rows = con.execute("SELECT sealed FROM lester.pending_value").fetchall()
    return sorted({v for (sealed,) in rows if (v := seal.open(bytes(sealed))) is not None})


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
