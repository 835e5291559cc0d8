"""Take snapshots of source files: every record byte for byte, with a row id that is never given to another row.

At the first ingest a row's id is its 1-based data line, which is also its `#row` key. When the file is taken again, rows keep
their ids: by the declared key, else by raw text and occurrence. Functions here run inside the caller's transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.progress import Context, silent
from lester_gui.runtime.record_column import RecordColumn
from lester_gui.runtime.records import Dialect, Records, content_of, split
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

KeyOf = Callable[[Records], Sequence[object]]
"""From records to one key per record; see `runtime.read.key_function`."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a file differs from its snapshot, in data rows. `changed` rows kept their declared key and have other content."""

    appended: int = 0
    removed: int = 0
    changed: int = 0
    preamble: bool = False

    @property
    def any(self) -> bool:
        return bool(self.appended or self.removed or self.changed or self.preamble)


def ingest(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    dialect: Dialect,
    key_of: KeyOf | None = None,
    ctx: Context | None = None,
) -> Snapshot:
    """Return the snapshot of a file as it is now; the newest one if the content did not change.

    Parameters
    ----------
    source
        A catalogued source (`catalogue.put_source`).
    path
        The file.
    dialect
        Of the reader; see `records.dialect_of`.
    key_of
        Row identity by declared key; by raw text and occurrence when None.

    Raises
    ------
    UserError
        If the file is missing, cannot be read or decoded, or was split into records in another way before.
    """
    ctx = ctx or silent()
    ctx.check_cancelled()
    content, stat = read_file(path)
    digest = hashlib.sha256(content).hexdigest()
    old = catalogue.latest_snapshot(connection, source.name)
    if old is not None and old.dialect_json != dialect.to_json():
        _refuse_second_dialect(connection, old, content, dialect, path.name)
        dialect = Dialect.from_json(old.dialect_json)
    if old is not None and old.sha256 == digest:
        changes: dict[str, object] = {"mtime_ns": stat[1], "inode": stat[2]}
        catalogue.update(connection, Snapshot, changes, id=old.id)
        return replace(old, mtime_ns=stat[1], inode=stat[2])
    records = split(content, dialect, path.name)
    ctx.check_cancelled()
    current = catalogue.get(connection, Source, name=source.name)
    if current is None:
        raise LookupError(f"the source {source.name} is not in the catalogue")
    if old is None:
        next_id = current.next_row_id + len(records.records)
    else:
        row_ids, next_id = _keep_ids(snapshot_records(connection, old, path.name), records, current.next_row_id, key_of)
        records = replace(records, row_ids=row_ids)
    catalogue.update(connection, Source, {"next_row_id": next_id}, name=source.name)
    return write_snapshot(connection, source.name, records, dialect, digest, stat)


def write_snapshot(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    records: Records,
    dialect: Dialect,
    sha256: str,
    stat: tuple[int, int, int],
) -> Snapshot:
    """Store records as a new snapshot of `source`; `stat` is (size, mtime in ns, inode) of the file."""
    rows = int((~records.blank(dialect)).sum())
    snapshot = catalogue.add(
        connection,
        Snapshot(
            source=source,
            taken_at=datetime.now(UTC).replace(tzinfo=None),
            sha256=sha256,
            size=stat[0],
            mtime_ns=stat[1],
            inode=stat[2],
            rows=rows,
            dialect_json=dialect.to_json(),
            preamble=records.preamble,
            table_name="",
        ),
    )
    table = f"snapshot_{snapshot.id}"
    catalogue.update(connection, Snapshot, {"table_name": table}, id=snapshot.id)
    _store(connection, table, records)
    return replace(snapshot, table_name=table)


def scratch_snapshot(connection: duckdb.DuckDBPyConnection, number: int, source: str, path: Path, dialect: Dialect) -> Snapshot:
    """Return a snapshot of a file that the catalogue does not know, in a database that is thrown away.

    Raises
    ------
    UserError
        If the file is missing, or cannot be read or decoded.
    """
    content, stat = read_file(path)
    records = split(content, dialect, path.name)
    table = f"snapshot_{number}"
    _store(connection, table, records)
    return Snapshot(
        id=number,
        source=source,
        taken_at=datetime.now(UTC).replace(tzinfo=None),
        sha256="",
        size=stat[0],
        mtime_ns=stat[1],
        inode=stat[2],
        rows=int((~records.blank(dialect)).sum()),
        dialect_json=dialect.to_json(),
        preamble=records.preamble,
        table_name=table,
    )


def _store(connection: duckdb.DuckDBPyConnection, table: str, records: Records) -> None:
    count = len(records.records)
    data = pa.table(
        {
            "ordinal": whole_numbers(range(1, count + 1)),
            "row_id": whole_numbers(records.row_ids),
            "line": whole_numbers(records.lines),
            "record": _binary(records.records),
        }
    )
    with registered(connection, ingested_records=data):
        connection.execute(f"CREATE TABLE lester.{table} AS SELECT * FROM ingested_records")


def snapshot_records(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, name: str = "") -> Records:
    """Return the records that a snapshot holds now, in file order."""
    data = fetch_in_order(connection, f"SELECT row_id, line, record, ordinal FROM lester.{snapshot.table_name}", "ordinal")
    return Records(
        name or snapshot.source,
        bytes(snapshot.preamble),
        RecordColumn.of(data.column("record")),
        data.column("row_id").to_pylist(),
        data.column("line").to_pylist(),
        Dialect.from_json(snapshot.dialect_json).document is not None,
    )


def whole_numbers(values: Sequence[int]) -> pa.Array:
    """Return numbers as a column; a range is not gone through one by one."""
    return pa.array(np.arange(values.start, values.stop, values.step) if isinstance(values, range) else values, pa.int64())


def _binary(records: Sequence[bytes]) -> pa.Array:
    return records.array if isinstance(records, RecordColumn) else pa.array(records, pa.binary())


def drop_snapshot(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Delete a snapshot that no run uses any more."""
    connection.execute(f"DROP TABLE IF EXISTS lester.{snapshot.table_name}")
    catalogue.remove(connection, Snapshot, id=snapshot.id)


def changed_since(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, path: Path, key_of: KeyOf | None = None) -> Change:
    """Say how a file differs from its snapshot. Size, time and inode are looked at first; the content only if one differs.

    Raises
    ------
    UserError
        If the file has vanished or cannot be read.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    if (stat.st_size, stat.st_mtime_ns, stat.st_ino) == (snapshot.size, snapshot.mtime_ns, snapshot.inode):
        return Change()
    content, _ = read_file(path)
    if hashlib.sha256(content).hexdigest() == snapshot.sha256:
        return Change()
    dialect = Dialect.from_json(snapshot.dialect_json)
    old, new = snapshot_records(connection, snapshot, path.name), split(content, dialect, path.name)
    texts_old, texts_new = (Counter(content_of(r, x.document) for r in x.records) for x in (old, new))
    gone, come = texts_old - texts_new, texts_new - texts_old
    changed = 0
    if key_of is not None:
        kept = Counter(k for k, r in zip(key_of(old), old.records, strict=True) if content_of(r, old.document) in gone)
        kept &= Counter(k for k, r in zip(key_of(new), new.records, strict=True) if content_of(r, new.document) in come)
        changed = kept.total()
    return Change(come.total() - changed, gone.total() - changed, changed, old.preamble != new.preamble)


def read_file(path: Path) -> tuple[bytes, tuple[int, int, int]]:
    """Return a file's content and (size, mtime in ns, inode) of exactly that content.

    Raises
    ------
    UserError
        If it is missing, cannot be read, or is being written.
    """
    try:
        with path.open("rb") as file:
            before = path.stat()
            content = file.read()
        after = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise UserError(f"{path.name} changed while it was read", hint="Wait until it is written, then try again.")
    return content, (after.st_size, after.st_mtime_ns, after.st_ino)


def _unreadable(path: Path, error: OSError) -> UserError:
    if isinstance(error, FileNotFoundError):
        return UserError(f"The source file {path.name} has disappeared", hint=f"It was expected in {path.parent}.")
    reason = (error.strerror or "it cannot be read").lower()
    return UserError(f"The source file {path.name} cannot be read: {reason}", hint="Check the path and its permissions.")


def _refuse_second_dialect(
    connection: duckdb.DuckDBPyConnection, old: Snapshot, content: bytes, dialect: Dialect, name: str
) -> None:
    """Two scripts may read one file differently as long as the records are the same; anything else needs two identities."""
    first, second = split(content, Dialect.from_json(old.dialect_json), name), split(content, dialect, name)
    if (first.preamble, first.records) != (second.preamble, second.records):
        raise UserError(
            f"{name} is read in two ways that see different rows; this is not supported yet",
            hint="Let all scripts of the project read its header and quotes alike.",
        )


def _keep_ids(old: Records, new: Records, next_id: int, key_of: KeyOf | None) -> tuple[list[int], int]:
    """Give each new record the id of the old one with the same identity, in order of occurrence, else a fresh one."""

    def identities(records: Records) -> Sequence[object]:
        return key_of(records) if key_of is not None else [content_of(r, records.document) for r in records.records]

    waiting: dict[object, deque[int]] = defaultdict(deque)
    for identity, row_id in zip(identities(old), old.row_ids, strict=True):
        waiting[identity].append(row_id)
    row_ids: list[int] = []
    for identity in identities(new):
        if waiting[identity]:
            row_ids.append(waiting[identity].popleft())
        else:
            row_ids.append(next_id)
            next_id += 1
    return row_ids, next_id
