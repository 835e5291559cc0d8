"""Snapshots that a search took of sources no run has read: they make way for the reader of the first plan."""

from __future__ import annotations

import json

import duckdb

from lester_gui.discovery.configuration import ROW_KEY
from lester_gui.runtime import ingest
from lester_gui.runtime.records import Dialect
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Run, Snapshot, Source


def is_provisional(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bool:
    """Whether no run stands on a snapshot."""
    return not any(json.loads(r.snapshots_json).get(snapshot.source) == snapshot.id for r in catalogue.find(connection, Run))


def make_way(connection: duckdb.DuckDBPyConnection, source: str, dialect: Dialect) -> None:
    """Let a plan's reader replace a provisional snapshot that splits the file otherwise; within the caller's transaction.

    Rows are numbered afresh, unless somebody has already been named by a row number: then records keep theirs.
    """
    snapshot = catalogue.latest_snapshot(connection, source)
    if snapshot is None or snapshot.dialect_json == dialect.to_json() or not is_provisional(connection, snapshot):
        return
    domain = f"{source}{ROW_KEY}".casefold()
    named = connection.execute("SELECT 1 FROM lester.subject_token WHERE lower(domain) = ? LIMIT 1", [domain]).fetchone()
    if named is not None:
        catalogue.update(connection, Snapshot, {"dialect_json": dialect.to_json(), "sha256": ""}, id=snapshot.id)
        return
    ingest.drop_snapshot(connection, snapshot)
    subjects.forget_source(connection, source)
    if catalogue.latest_snapshot(connection, source) is None:
        catalogue.update(connection, Source, {"next_row_id": 1}, name=source)
