"""The catalogue: which sources, snapshots, pipelines, runs, views and models a project has. Plain records in and out.

A record's class names its table and its fields name the columns; an identifier that Lester hands out is None before `add`.
Texts that end in ``_json`` hold JSON documents whose content belongs to the package that writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, TypeVar

import duckdb

from lester_gui.errors import UserError
from lester_gui.store.migrations import TableSet

TABLES = TableSet(
    "store",
    (
        (
            "CREATE TABLE lester.meta (key VARCHAR, value VARCHAR)",
            "CREATE TABLE lester.source (id BIGINT, name VARCHAR, path VARCHAR, subject_keys_json VARCHAR, key_json VARCHAR, "
            "next_row_id BIGINT)",
            "CREATE TABLE lester.snapshot (id BIGINT, source VARCHAR, taken_at TIMESTAMP, sha256 VARCHAR, size BIGINT, "
            "mtime_ns BIGINT, inode BIGINT, rows BIGINT, dialect_json VARCHAR, preamble BLOB, table_name VARCHAR)",
            "CREATE TABLE lester.pipeline (name VARCHAR, script VARCHAR, script_hash VARCHAR, status VARCHAR, "
            "plan_json VARCHAR, plan_hash VARCHAR, verdict_json VARCHAR, rewriter VARCHAR, attempts BIGINT, "
            "updated_at TIMESTAMP)",
            "CREATE TABLE lester.run (id BIGINT, pipeline VARCHAR, plan_hash VARCHAR, plan_json VARCHAR, "
            "snapshots_json VARCHAR, status VARCHAR, started_at TIMESTAMP, finished_at TIMESTAMP, seed BIGINT, "
            "facts_json VARCHAR)",
            "CREATE TABLE lester.view (run BIGINT, name VARCHAR, position BIGINT, kind VARCHAR, table_name VARCHAR, rows BIGINT, "
            "occurrences_json VARCHAR, edges_json VARCHAR, columns_json VARCHAR, coarse BOOLEAN)",
            "CREATE TABLE lester.encoder_state (run BIGINT, block VARCHAR, step BIGINT, kind VARCHAR, state_json VARCHAR, "
            "sha256 VARCHAR)",
            "CREATE TABLE lester.model (run BIGINT, role VARCHAR, estimator VARCHAR, params_json VARCHAR, artefact VARCHAR, "
            "x_hash VARCHAR, y_hash VARCHAR, split_hash VARCHAR, metrics_json VARCHAR, versions_json VARCHAR)",
            "CREATE TABLE lester.artefact (id BIGINT, pipeline VARCHAR, path VARCHAR, content VARCHAR, sha256 VARCHAR, "
            "size BIGINT, status VARCHAR, found_at TIMESTAMP, facts_json VARCHAR)",
            "CREATE TABLE lester.prediction (run BIGINT, role VARCHAR, row_no BIGINT, side VARCHAR, label VARCHAR, "
            "predicted VARCHAR, probability DOUBLE)",
            "CREATE TABLE lester.journal (seq BIGINT PRIMARY KEY, written_at VARCHAR, actor VARCHAR, os_user VARCHAR, "
            "action VARCHAR, details VARCHAR, previous VARCHAR, hash VARCHAR)",
            "CREATE TABLE lester.call_cache (function_hash VARCHAR, input_hash VARCHAR, value_json VARCHAR)",
        ),
        ("ALTER TABLE lester.view ADD COLUMN lookups_json VARCHAR",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An input table of the project. `next_row_id` is the first row id never handed out."""

    id: int | None = None
    name: str
    path: str
    subject_keys_json: str = "[]"
    key_json: str = "[]"
    next_row_id: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An ingested copy of a source: its file's fingerprint and the table with its records."""

    id: int | None = None
    source: str
    taken_at: datetime
    sha256: str
    size: int
    mtime_ns: int
    inode: int
    rows: int
    dialect_json: str
    preamble: bytes
    table_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A script and what became of it. `status` is that of `lester rewrite`, or ``found`` before."""

    name: str
    script: str
    script_hash: str = ""
    status: str = "found"
    plan_json: str | None = None
    plan_hash: str | None = None
    verdict_json: str | None = None
    rewriter: str | None = None
    attempts: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a plan. `plan_json` is the plan bound to the snapshots' types, `snapshots_json` source → snapshot id."""

    id: int | None = None
    pipeline: str
    plan_hash: str
    plan_json: str
    snapshots_json: str
    status: str
    started_at: datetime
    finished_at: datetime | None = None
    seed: int = 0
    facts_json: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One materialised node of a run.

    `occurrences_json` lists the origins (view names) of ``__p0``, ``__p1``, …; `edges_json` maps a parent's number to the edge
    table. A `coarse` view depends on every input row. `lookups_json` names the tables that find its rows (`runtime.lookups`);
    None until they are made.
    """

    run: int
    name: str
    position: int
    kind: str
    table_name: str
    rows: int
    occurrences_json: str
    edges_json: str
    columns_json: str
    coarse: bool = False
    lookups_json: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderState:
    """The fitted state of one step of one block. `state_json` belongs to `features`."""

    run: int
    block: str
    step: int
    kind: str
    state_json: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted model of a run. `role` is ``canonical`` or ``original``; `artefact` the SHA-256 of its file."""

    run: int
    role: str
    estimator: str
    params_json: str
    artefact: str
    x_hash: str
    y_hash: str
    split_hash: str
    metrics_json: str
    versions_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file outside `.lester` that a script writes and that may hold a person."""

    id: int | None = None
    pipeline: str
    path: str
    content: str
    sha256: str
    size: int
    status: str
    found_at: datetime
    facts_json: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a model says about one prepared row. `label` and `predicted` are texts of the class or number."""

    run: int
    role: str
    row_no: int
    side: str
    label: str | None
    predicted: str | None
    probability: float | None = None


_TABLE_OF: dict[type, str] = {
    Source: "source",
    Snapshot: "snapshot",
    Pipeline: "pipeline",
    Run: "run",
    View: "view",
    EncoderState: "encoder_state",
    Model: "model",
    Artefact: "artefact",
    Prediction: "prediction",
}
R = TypeVar("R")
_AT_ONCE = 100


def add(connection: duckdb.DuckDBPyConnection, record: R) -> R:
    """Store a record and return it, with its identifier if the table hands one out (never the same twice)."""
    kind: Any = type(record)
    names = [f.name for f in fields(kind)]
    if "id" in names and getattr(record, "id") is None:  # noqa: B009 - not every record has one
        record = replace(record, id=_next_id(connection, _TABLE_OF[kind]))  # type: ignore[type-var]
    marks = ", ".join("?" * len(names))
    values = [getattr(record, n) for n in names]
    connection.execute(f"INSERT INTO lester.{_TABLE_OF[kind]} ({', '.join(names)}) VALUES ({marks})", values)
    return record


def add_many(connection: duckdb.DuckDBPyConnection, records: list[R]) -> None:
    """Store records of one table that hands out no identifiers."""
    if not records:
        return
    kind: Any = type(records[0])
    names = [f.name for f in fields(kind)]
    row = f"({', '.join('?' * len(names))})"
    for start in range(0, len(records), _AT_ONCE):  # a statement costs more than the rows that it stores
        some = records[start : start + _AT_ONCE]
        sql = f"INSERT INTO lester.{_TABLE_OF[kind]} ({', '.join(names)}) VALUES {', '.join([row] * len(some))}"
        connection.execute(sql, [getattr(r, n) for r in some for n in names])


def find(connection: duckdb.DuckDBPyConnection, kind: type[R], **where: object) -> list[R]:
    """Return the records whose columns equal `where`, in the order in which they were added.

    Examples
    --------
    ``find(connection, View, run=3)`` returns the views of run 3.
    """
    description: Any = kind
    names = [f.name for f in fields(description)]
    sql = f"SELECT {', '.join(names)} FROM lester.{_TABLE_OF[kind]}{_condition(where)} ORDER BY rowid"
    rows = connection.execute(sql, list(where.values())).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]


def get(connection: duckdb.DuckDBPyConnection, kind: type[R], **where: object) -> R | None:
    """Return the only record whose columns equal `where`, or None.

    Raises
    ------
    LookupError
        If there are several.
    """
    found = find(connection, kind, **where)
    if len(found) > 1:
        raise LookupError(f"{len(found)} records of {_TABLE_OF[kind]} where one was expected")
    return found[0] if found else None


def update(connection: duckdb.DuckDBPyConnection, kind: type[object], changes: dict[str, object], **where: object) -> None:
    """Set columns of the records whose columns equal `where`."""
    assigned = ", ".join(f"{name} = ?" for name in changes)
    connection.execute(f"UPDATE lester.{_TABLE_OF[kind]} SET {assigned}{_condition(where)}", [*changes.values(), *where.values()])


def remove(connection: duckdb.DuckDBPyConnection, kind: type[object], **where: object) -> None:
    """Delete the records whose columns equal `where`; without a condition nothing is deleted."""
    if not where:
        raise ValueError("remove needs a condition")
    connection.execute(f"DELETE FROM lester.{_TABLE_OF[kind]}{_condition(where)}", list(where.values()))


def put_pipeline(connection: duckdb.DuckDBPyConnection, pipeline: Pipeline) -> None:
    """Store a pipeline in place of the one of the same name."""
    remove(connection, Pipeline, name=pipeline.name)
    add(connection, pipeline)


def put_source(connection: duckdb.DuckDBPyConnection, source: Source) -> Source:
    """Store a source, or change path and keys of the one of the same name; its row ids go on where they stood."""
    known = get(connection, Source, name=source.name)
    if known is None:
        return add(connection, source)
    changes: dict[str, object] = {
        "path": source.path,
        "subject_keys_json": source.subject_keys_json,
        "key_json": source.key_json,
    }
    update(connection, Source, changes, name=source.name)
    return replace(known, path=source.path, subject_keys_json=source.subject_keys_json, key_json=source.key_json)


def latest_snapshot(connection: duckdb.DuckDBPyConnection, source: str) -> Snapshot | None:
    """Return the newest snapshot of a source, or None."""
    found = find(connection, Snapshot, source=source)
    return max(found, key=lambda s: s.id or 0) if found else None


def latest_run(connection: duckdb.DuckDBPyConnection, pipeline: str, status: str = "done") -> Run | None:
    """Return the newest run of a pipeline with this status, or None."""
    found = find(connection, Run, pipeline=pipeline, status=status)
    return max(found, key=lambda r: r.id or 0) if found else None


def require_view(connection: duckdb.DuckDBPyConnection, run: int, name: str) -> View:
    """Return a view of a run.

    Raises
    ------
    UserError
        If the run has no such view; the hint lists those it has.
    """
    found = find(connection, View, run=run)
    for view in found:
        if view.name == name:
            return view
    raise UserError(f"There is no view {name!r}", hint=f"The views are {', '.join(v.name for v in found) or 'none'}.")


def get_meta(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Return a fact about the project, or None."""
    row = connection.execute("SELECT value FROM lester.meta WHERE key = ?", [key]).fetchone()
    return None if row is None else str(row[0])


def set_meta(connection: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    """Store a fact about the project."""
    remove_meta(connection, key)
    connection.execute("INSERT INTO lester.meta VALUES (?, ?)", [key, value])


def remove_meta(connection: duckdb.DuckDBPyConnection, key: str) -> None:
    """Forget a fact about the project."""
    connection.execute("DELETE FROM lester.meta WHERE key = ?", [key])


def _next_id(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    key = f"next_id.{table}"
    number = int(get_meta(connection, key) or "1")
    set_meta(connection, key, str(number + 1))
    return number


def _condition(where: dict[str, object]) -> str:
    return " WHERE " + " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in where) if where else ""
