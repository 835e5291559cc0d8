"""Copy the project database into a fresh file and switch to it.

DELETE, CHECKPOINT and VACUUM leave deleted values in the blocks of a DuckDB file; only a new file is free of them. A process
killed at any point leaves the old file or the new one in place, each complete.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import duckdb

from lester_gui import faults
from lester_gui.errors import UserError
from lester_gui.store.artifacts import sync_folder
from lester_gui.store.connection import Store, attach, disk_errors

DRAFT: Final = "lester.duckdb.fresh"
PATIENCE_S: Final = 30.0


def rewrite(store: Store) -> None:
    """Replace the database file by a fresh copy of what it holds now.

    No transaction may be open. Readers on other cursors must not be in the middle of a result: the file is attached again only
    when they are done.

    Raises
    ------
    UserError
        If the disk is full, or a reader does not let go.
    """
    connection, draft = store.connection, store.folder / DRAFT
    with disk_errors():
        remove_draft(store.folder)
        connection.execute("CHECKPOINT lester")
        connection.execute(f"ATTACH '{str(draft).replace(chr(39), chr(39) * 2)}' AS fresh")
        try:
            draft.chmod(0o600)
            connection.execute("COPY FROM DATABASE lester TO fresh")
            connection.execute("CHECKPOINT fresh")
            if _sizes(connection, "fresh") != _sizes(connection, "lester"):
                raise RuntimeError("the fresh copy of the database is not complete")
        finally:
            connection.execute("DETACH fresh")
        _sync(draft)
        faults.point("purge.database.copied")
        connection.execute("DETACH lester")
        try:
            _log_of(store.database).unlink(missing_ok=True)
            os.replace(draft, store.database)
            sync_folder(store.folder)
            faults.point("purge.database.switched")
        finally:
            _attach_again(connection, store.database)


def remove_draft(folder: Path) -> None:
    """Delete what a killed process left of a copy."""
    for path in (folder / DRAFT, _log_of(folder / DRAFT)):
        path.unlink(missing_ok=True)


def _log_of(database: Path) -> Path:
    return database.with_name(database.name + ".wal")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sizes(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, int]]:
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY table_name", [database]
    ).fetchall()
    sizes = []
    for (name,) in tables:
        quoted = '"' + name.replace('"', '""') + '"'
        sizes.append((name, connection.execute(f"SELECT count(*) FROM {database}.main.{quoted}").fetchall()[0][0]))
    return sizes


def _attach_again(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            attach(connection, database)
            return
        except duckdb.BinderException as error:  # a reader on another cursor still holds the old file
            if time.monotonic() > end:
                raise UserError(
                    "A long read keeps the project database busy", hint="Close this project and open it again; nothing is lost."
                ) from error
            time.sleep(0.05)
