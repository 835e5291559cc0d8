"""Keep the index of subject keys complete before a search: sources that no run has read yet are read for it.

Such a snapshot is *provisional*: no run depends on it, so it follows its file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import duckdb

from lester_gui.discovery.configuration import ROW_KEY, SourceEntry
from lester_gui.discovery.effects import FileUse, effects_of
from lester_gui.discovery.scan import FoundSource
from lester_gui.discovery.scripts import load_script
from lester_gui.discovery.subject_keys import separator_of
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Option, Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.ir.serialise import loads
from lester_gui.lineage.domains import project_domains
from lester_gui.progress import Context
from lester_gui.runtime import ingest
from lester_gui.session.opened import OpenedProject
from lester_gui.session.provisional import is_provisional
from lester_gui.session.scanning import changes_in_words
from lester_gui.session.sources import index, is_indexed, take_snapshots
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Pipeline, Run, Snapshot, Source

PANDAS_READERS: Final = ("read_csv", "read_table")
MISSING: Final = "missing"
PIPELINE: Final = "pipeline"
"""The kind of what was not searched that a person's rows may have gone through."""
Held = tuple[tuple[str, ...], int]
State = tuple[str, str]
"""How a file stands to its snapshot: ``new``, ``unchanged``, ``changed`` or ``missing``, and a few words."""
T = TypeVar("T")


class Once(Protocol):
    """Remembers what was found out for a key."""

    def __call__(self, key: tuple[Hashable, ...], find_out: Callable[[], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Searched:
    """A source that a search looks through.

    Attributes
    ----------
    columns : tuple of str
        Its subject keys.
    values : int
        Different values in them.
    indexed_at : str
        When the snapshot was taken, ISO 8601.
    state, note : str
        How the file stands to the snapshot: ``unchanged``, ``changed`` or ``missing``, and a few words.
    """

    source: str
    columns: tuple[str, ...]
    values: int
    of: int
    indexed_at: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class NotSearched:
    """What a search could not look into: its path, what it is (``source``, ``script``, ``pipeline``, ``file``), and why."""

    path: str
    kind: str
    reason: str

    def to_json(self) -> dict[str, str]:
        return {"path": self.path, "kind": self.kind, "reason": self.reason}


def complete(session: OpenedProject, ctx: Context, once: Once) -> tuple[tuple[Searched, ...], tuple[NotSearched, ...]]:
    """Index the sources that need it, and return what can be searched and what cannot.

    Parameters
    ----------
    once
        Remembers what the index of a source holds, and how a file that was touched stands to its snapshot, which is found by
        reading it.
    """
    searched, left_out = [], []
    entries = session.configuration.sources
    meaning = project_domains(session.connection)
    for number, entry in enumerate(entries):
        ctx.advance(f"Looking through {entry.name}", number / len(entries))
        snapshot = catalogue.latest_snapshot(session.connection, entry.name)
        before = _state(session, entry, snapshot, once)
        problem = _bring_up_to_date(session, entry, snapshot, before, meaning, ctx)
        if problem is None:
            snapshot = catalogue.latest_snapshot(session.connection, entry.name)
            before, problem = _state(session, entry, snapshot, once), ""
        if snapshot is None:
            left_out.append(NotSearched(entry.path, "source", problem))
            continue
        state, words = before
        key = ("indexed", entry.name, snapshot.id, entry.subject_keys, str(meaning))
        columns, values = once(key, partial(_held, session.connection, entry.name))
        searched.append(
            Searched(
                entry.name,
                columns or entry.subject_keys,
                values,
                snapshot.rows,
                snapshot.taken_at.replace(tzinfo=UTC).isoformat(timespec="seconds"),
                state,
                problem or ("" if state == "unchanged" else f"{words} since it was read"),
            )
        )
    return tuple(searched), tuple(left_out)


def reading(session: OpenedProject, entry: SourceEntry) -> Read:
    """Return how a source is read: by the plan that a run or a rewrite left, else as the text of the scripts says.

    Raises
    ------
    UserError
        If its format is not supported yet, or its columns cannot be told.
    """
    for node in _plan_reads(session.connection):
        if node.source == entry.name:
            return node
    found = next((s for s in session.scanned().sources if s.name == entry.name), None)
    use = _use(session, entry)
    if found is None or (not found.peek.columns and found.peek.note):
        raise UserError(found.peek.note if found is not None else "the scan does not know it", "Scan the project again.")
    return _generic(session, entry, found, use)


def _bring_up_to_date(
    session: OpenedProject,
    entry: SourceEntry,
    snapshot: Snapshot | None,
    before: State,
    meaning: Mapping[str, Mapping[str, str]],
    ctx: Context,
) -> str | None:
    """Index a source that nothing has indexed, or whose provisional snapshot is behind its file.

    Returns
    -------
    str or None
        Why that fails; empty where there is nothing to do, None where something was done.
    """
    connection = session.connection
    state, words = before
    if snapshot is None and state == MISSING:
        return words[0].lower() + words[1:]
    behind = state not in ("unchanged", MISSING) and (snapshot is None or is_provisional(connection, snapshot))
    if not behind and is_indexed(connection, entry, meaning):
        return ""
    try:
        node = reading(session, entry)
        with session.transaction():
            if behind:
                take_snapshots(connection, session.folder, session.configuration, [node], ctx)
                _drop(connection, snapshot)
            elif snapshot is not None:
                index(connection, entry, snapshot, node, meaning)
    except UserError as error:
        return error.message[0].lower() + error.message[1:]
    return None


def _drop(connection: duckdb.DuckDBPyConnection, before: Snapshot | None) -> None:
    """Delete the provisional snapshot that a newer one has replaced."""
    if before is None or catalogue.get(connection, Snapshot, id=before.id) is None:
        return
    newest = catalogue.latest_snapshot(connection, before.source)
    if newest is not None and newest.id != before.id:
        ingest.drop_snapshot(connection, before)


def _state(session: OpenedProject, entry: SourceEntry, snapshot: Snapshot | None, once: Once) -> State:
    file = session.folder / entry.path
    if not file.is_file():
        return MISSING, "The file is not in the folder"
    if snapshot is None:
        return "new", "Not read yet"

    def compare() -> State:
        change = ingest.changed_since(session.connection, snapshot, file)
        return ("changed", changes_in_words(change)) if change.any else ("unchanged", "")

    stat = file.stat()
    if (stat.st_size, stat.st_mtime_ns, stat.st_ino) == (snapshot.size, snapshot.mtime_ns, snapshot.inode):
        return "unchanged", ""
    return once(("file", snapshot.id, snapshot.sha256, stat.st_size, stat.st_mtime_ns, stat.st_ino), compare)


def _plan_reads(connection: duckdb.DuckDBPyConnection) -> Iterable[Read]:
    for run in reversed(catalogue.find(connection, Run, status="done")):
        yield from loads(run.plan_json).reads
    for record in catalogue.find(connection, Pipeline):
        if record.plan_json is not None:
            yield from loads(record.plan_json).reads


def _use(session: OpenedProject, entry: SourceEntry) -> FileUse | None:
    """Return the first place in the scripts that reads a source."""
    paths = session.configuration.paths
    for pipeline in session.scanned().pipelines:
        if entry.name in pipeline.sources:
            for use in effects_of(load_script(session.folder, pipeline.script)).sources:
                if paths.get(use.path, use.path) == entry.path:
                    return use
    return None


def _generic(session: OpenedProject, entry: SourceEntry, found: FoundSource, use: FileUse | None) -> Read:
    columns = found.peek.columns
    if found.peek.objects:
        return Read(name=entry.name, source=entry.name, reader=Reader.PANDAS_JSON_LINES, columns=())
    file = session.folder / entry.path
    told = use.separator if use is not None else None
    separator = told or ("," if use is not None and use.call in PANDAS_READERS else separator_of(file))
    header = _begins_with(file, columns, separator)
    options: list[tuple[str, Option]] = []
    if use is None or use.call in PANDAS_READERS:
        if separator != ",":
            options.append(("sep", separator))
        if not header or (use is not None and use.header is False):
            options += [("header", None), ("names", columns)]
        return Read(name=entry.name, source=entry.name, reader=Reader.PANDAS_CSV, options=tuple(options), columns=())
    if use.call not in ("open", "read_text"):
        raise UserError(f"Reading it with {use.call} is not supported yet")
    if header and len(separator) == 1 and '"' in _beginning(file):
        # a field may hold the separator: whoever reads such a file by hand does so with the csv module
        return Read(
            name=entry.name,
            source=entry.name,
            reader=Reader.PYTHON_CSV,
            options=(("delimiter", separator), ("header", True)),
            columns=tuple(Field(name, Type.STR) for name in columns),
        )
    options = [("sep", separator), ("skip_blank", True)]
    if separator == "\t":
        options.append(("strip", "newline"))  # a tab at the end of a line stands before an empty field
    above = 1 if header else _comments_above(file)
    if above:
        options.append(("skip", above))
    if set(entry.subject_keys) <= {ROW_KEY}:  # a person is a line: what stands in it does not matter here
        options.append(("maxsplit", 0))
        columns = ("line",)
    fields = tuple(Field(name, Type.STR) for name in columns)
    return Read(name=entry.name, source=entry.name, reader=Reader.PYTHON_LINES, options=tuple(options), columns=fields)


def _beginning(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as text:
        return text.read(1 << 20)


def _comments_above(file: Path) -> int:
    """Return how many lines at the beginning of a file tell something about it; none where all its lines begin like these."""
    with file.open(encoding="utf-8", errors="replace") as text:
        for count, line in enumerate(text):
            if not line.startswith("#"):
                return count
    return 0


def _begins_with(file: Path, columns: tuple[str, ...], separator: str) -> bool:
    with file.open(encoding="utf-8", errors="replace") as text:
        first = text.readline().lstrip("\ufeff").rstrip("\r\n")
    return [f.strip().strip('"') for f in first.split(separator)] == [c.strip() for c in columns]


def _held(connection: duckdb.DuckDBPyConnection, source: str) -> Held:
    """Return the columns that the index knows of a source, and how many values."""
    return _indexed_columns(connection, source), subjects.values_of(connection, source)


def _indexed_columns(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[str, ...]:
    """Return the columns that the index knows, in the order of the source's record."""
    rows = connection.execute(
        "SELECT DISTINCT column_name FROM lester.subject_column WHERE source = ? UNION "
        "SELECT DISTINCT column_name FROM lester.subject_unlinked WHERE source = ?",
        [source, source],
    ).fetchall()
    there = {name for (name,) in rows}
    record = catalogue.get(connection, Source, name=source)
    ordered = json.loads(record.subject_keys_json) if record is not None else []
    return tuple([c for c in ordered if c in there] + sorted(there - set(ordered)))
