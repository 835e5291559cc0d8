"""From the files of a project to snapshots and the subject index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from lester_gui.discovery.configuration import Configuration, SourceEntry
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read
from lester_gui.lineage.domains import project_domains
from lester_gui.progress import Context
from lester_gui.runtime import ingest, read
from lester_gui.runtime.records import dialect_of
from lester_gui.session.provisional import make_way
from lester_gui.store import catalogue, subjects, suppression
from lester_gui.store.catalogue import Snapshot, Source


def register(connection: duckdb.DuckDBPyConnection, entry: SourceEntry) -> Source:
    """Put a configured source into the catalogue."""
    record = Source(
        name=entry.name, path=entry.path, subject_keys_json=json.dumps(entry.subject_keys), key_json=json.dumps(entry.key)
    )
    return catalogue.put_source(connection, record)


def take_snapshots(
    connection: duckdb.DuckDBPyConnection, folder: Path, configuration: Configuration, reads: Iterable[Read], ctx: Context
) -> dict[str, Snapshot]:
    """Ingest every source that `reads` name and index its subject keys; within the caller's transaction.

    Returns
    -------
    dict
        Source name → its snapshot, the newest one again where the file did not change.

    Raises
    ------
    UserError
        If a file is missing or damaged, a key column does not exist, or erased persons would come back with a file.
    """
    out: dict[str, Snapshot] = {}
    meaning = project_domains(connection)
    for node in reads:
        if node.source in out:
            continue
        entry = configuration.source(node.source)
        ctx.advance(f"Reading {entry.path}")
        source = register(connection, entry)
        path = folder / entry.path
        make_way(connection, entry.name, dialect_of(node))
        before = catalogue.latest_snapshot(connection, entry.name)
        snapshot = ingest.ingest(connection, source, path, dialect_of(node), read.key_function(node, entry.key), ctx)
        out[entry.name] = snapshot
        if before is None or before.id != snapshot.id or not is_indexed(connection, entry, meaning):
            index(connection, entry, snapshot, node, meaning)
    return out


def index(
    connection: duckdb.DuckDBPyConnection,
    entry: SourceEntry,
    snapshot: Snapshot,
    node: Read,
    meaning: Mapping[str, Mapping[str, str]],
) -> None:
    """Index the subject keys of a snapshot; `meaning` is what `project_domains` returns.

    Raises
    ------
    UserError
        If a key column does not exist, or the snapshot holds erased persons.
    """
    keys = read.key_columns(connection, snapshot, node, entry.subject_keys)
    subjects.index_source(connection, entry.name, keys, meaning.get(entry.name))
    catalogue.set_meta(connection, f"index.{entry.name}", _index_key(entry, meaning))
    if suppression.count(connection):
        refuse_returning(connection, entry)


def is_indexed(connection: duckdb.DuckDBPyConnection, entry: SourceEntry, meaning: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the index of a source stands on its key columns and what they mean now."""
    return catalogue.get_meta(connection, f"index.{entry.name}") == _index_key(entry, meaning)


def refuse_returning(connection: duckdb.DuckDBPyConnection, entry: SourceEntry) -> None:
    """Stop an import that would bring erased persons back.

    Raises
    ------
    UserError
        With the number of rows; never with values.
    """
    found = connection.execute("SELECT DISTINCT domain, value FROM lester.subject_key WHERE source = ?", [entry.name]).fetchall()
    back = sum(suppression.suppressed(connection, [(d, v) for d, v in found]))
    if back:
        raise Suppressed(
            f"{entry.path} holds {back} {'value' if back == 1 else 'values'} of persons who were erased",
            "Take these lines out of the file, or find out why they came back.",
        )


class Suppressed(UserError):
    """Erased persons would return with an import (exit code 4, refused)."""

    exit_code = 4


def _index_key(entry: SourceEntry, meaning: Mapping[str, Mapping[str, str]]) -> str:
    """What an index of a source stands on beside its rows: its key columns and what they mean."""
    return json.dumps([entry.subject_keys, meaning.get(entry.name)])
