"""Do to the project what a case asks for, inside the caller's transaction.

A plan enacts and rolls back, an application enacts and commits: so a plan is not a forecast but what was seen to happen, and what
is committed is compared with what was approved.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb

from lester_gui import faults
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Aggregate
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import dumps
from lester_gui.lineage.domains import project_domains
from lester_gui.maintenance import learned, pending
from lester_gui.maintenance.correction import column_number, corrected, values_of
from lester_gui.maintenance.delta import Maintained, SourceChange, maintain_views
from lester_gui.maintenance.learning_update import LearningChange, update_learning
from lester_gui.maintenance.pending import PendingFile, PendingLine, Seal
from lester_gui.maintenance.replay import snapshots_of
from lester_gui.maintenance.search import Needles, holds
from lester_gui.maintenance.view_change import ViewChange, new_rows, old_rows
from lester_gui.maintenance.work import ERASURE, RECTIFICATION, Site, Work, reading_of, runs
from lester_gui.progress import Context, Part
from lester_gui.runtime import read, udf
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.materialize import views_of
from lester_gui.store import catalogue, subjects, suppression
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Artefact, Run, Snapshot, Source

MASK: Final = "••••••"
MAX_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a source file that leaves or is corrected. `masked` shows its fields as dots."""

    source: str
    row_id: int
    ordinal: int
    line: int
    masked: str
    new_record: bytes | None = None


@dataclass(frozen=True, slots=True)
class OtherCell:
    """A value about other people that changes, such as a group's mean."""

    pipeline: str
    view: str
    key: str
    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RunEffect:
    """What happens to one pipeline's run."""

    pipeline: str
    run: int
    plan_hash: str
    views: dict[str, ViewChange]
    retyped: tuple[str, ...]
    learning: LearningChange
    others: tuple[OtherCell, ...]
    model_before: str
    model_after: str
    view_seconds: float
    run_seconds: float

    def went_into(self, content: str) -> bool:
        """Whether a written file with this content would come out otherwise now: a model or its predictions only if what is
        learnt changed, anything else if any view did.
        """
        learnt = self.learning
        moved = sum(learnt.left.values()) + sum(learnt.joined.values()) + learnt.moved
        relearnt = not learnt.model_kept or bool(moved) or learnt.encoder_before != learnt.encoder_after
        if content in ("model", "predictions", "matrix"):
            return relearnt
        return relearnt or any(not v.is_empty for v in self.views.values())


@dataclass(frozen=True, slots=True)
class StoppedRun:
    """A pipeline that the remaining rows cannot carry: its run is removed as a whole. `why` names no value."""

    pipeline: str
    why: str
    rows: int


class PipelineStops(UserError):
    """The remaining rows cannot carry a pipeline: a step stops, or the model has nothing left to learn from."""

    def __init__(self, pipeline: str, why: str) -> None:
        super().__init__(f"{pipeline} cannot be run on the remaining rows: {why}")
        self.pipeline = pipeline
        self.why = why


@dataclass(frozen=True, slots=True)
class FileEffect:
    """A file that a script wrote: ``removed``, or ``left`` because nothing of the person is in it."""

    pipeline: str
    path: str
    content: str
    sha256: str
    action: str
    why: str


@dataclass(frozen=True, slots=True)
class Enacted:
    """Everything that a case does inside the database, and what it leaves to the purge."""

    work: Work
    lines: tuple[Line, ...]
    snapshots: tuple[Snapshot, ...]
    runs: tuple[RunEffect, ...]
    stopped: tuple[StoppedRun, ...]
    files: tuple[FileEffect, ...]
    values: tuple[str, ...] = field(repr=False)
    seconds: float


def enact(
    con: duckdb.DuckDBPyConnection,
    site: Site,
    work: Work,
    artifacts: Artifacts | None,
    ctx: Context,
    stopped: Mapping[str, str] | None = None,
) -> Enacted:
    """Erase or correct a person in snapshots, views, encoder states, models and predictions.

    Parameters
    ----------
    artifacts : Artifacts or None
        Where new model files go; None writes none (a plan).
    stopped : mapping, optional
        Pipelines that the remaining rows cannot carry, and why: their runs are removed.

    Raises
    ------
    PipelineStops
        If the remaining rows cannot carry another pipeline; the transaction must be rolled back.
    UserError
        If there is nothing to do, or a new value does not fit.
    """
    started = time.perf_counter()
    if work.right not in (ERASURE, RECTIFICATION):
        raise UserError(f"A case of {work.right} changes no data", hint="Answer it, then close it.")
    ctx.advance("Looking up the rows")
    values = work.values()
    lines = _erased(con, work) if work.right == ERASURE else _corrected(con, work)
    texts = _row_texts(con, work, lines)
    changes = _edit_snapshots(con, work, lines)
    _update_index(con, work, lines)
    faults.point("apply.sources")
    effects, removed = [], []
    affected = [(run, plan) for run, plan in runs(con) if any(r.source in changes for r in plan.reads)]
    for run, _ in [a for a in affected if a[0].pipeline in (stopped or {})]:
        assert run.id is not None
        rows = sum(v.rows for v in views_of(con, run.id).values())
        learned.drop_run(con, run.id)
        removed.append(StoppedRun(run.pipeline, (stopped or {})[run.pipeline], rows))
    affected = [a for a in affected if a[0].pipeline not in (stopped or {})]
    for i, (run, plan) in enumerate(affected):
        part = Part(ctx, 0.1 + 0.8 * i / len(affected), 0.1 + 0.8 * (i + 1) / len(affected))
        try:
            effects.append(_maintain_run(con, site, run, plan, changes, artifacts, part))
        except UserError as error:
            raise PipelineStops(run.pipeline, error.message) from error
        faults.point("apply.pipeline")
    files = _files(con, site, effects, {r.pipeline for r in removed}, (*values, *texts))
    touched = tuple(s for source in changes for s in catalogue.find(con, Snapshot, source=source))
    sought = (*_unshared(con, work), *_gone(con, texts))
    seconds = time.perf_counter() - started
    return Enacted(work, lines, touched, tuple(effects), tuple(removed), files, sought, seconds)


def leave_to_purge(con: duckdb.DuckDBPyConnection, site: Site, done: Enacted) -> None:
    """Note what the purge has to do, and keep an erased person from coming back; part of the commit."""
    work = done.work
    lines = [PendingLine(work.case, x.source, x.ordinal, x.line, x.new_record, x.masked) for x in done.lines]
    files = [PendingFile(work.case, f.pipeline, f.path, f.content) for f in done.files if f.action == "removed"]
    facts = {"right": work.right, "sources": sorted({x.source for x in done.lines})}
    lines = [] if work.keep_sources else lines
    seal = Seal(site.artifacts.folder.parent)
    pending.note(con, seal, work.case, work.token, work.keep_sources, lines, files, done.values, facts)
    if work.right == ERASURE:
        suppression.suppress(con, [(a.domain, a.value) for a in work.subject.aliases], work.case)


# Sources


def _erased(con: duckdb.DuckDBPyConnection, work: Work) -> tuple[Line, ...]:
    lines = []
    for source, row_ids in work.subject.rows.items():
        lines += _lines(con, source, row_ids)
    if not lines:
        raise UserError("The person has no row in any source", hint="There is nothing to erase; close the case.")
    return tuple(lines)


def _corrected(con: duckdb.DuckDBPyConnection, work: Work) -> tuple[Line, ...]:
    found: dict[tuple[str, int], Line] = {}
    for new in work.new_values:
        reading = reading_of(con, new.source, new.column)
        snapshot = _newest(con, new.source)
        records = snapshot_records(con, snapshot)
        number = column_number(reading, records, new.column)
        rows = dict(zip(records.row_ids, records.records, strict=True))
        for line in _lines(con, new.source, work.rows_of(new)):
            before = found.get((new.source, line.row_id), line)
            record = before.new_record or rows[line.row_id]
            changed = corrected(record, reading, number, new.value, _file_of(con, new.source))
            found[(new.source, line.row_id)] = Line(line.source, line.row_id, line.ordinal, line.line, line.masked, changed)
    lines = tuple(x for x in found.values() if x.new_record is not None and x.new_record != _record(con, x))
    if not lines:
        raise UserError("The new values are the old ones", hint="There is nothing to correct; close the case.")
    return lines


def _lines(con: duckdb.DuckDBPyConnection, source: str, row_ids: Iterable[int]) -> list[Line]:
    snapshot, reading = _newest(con, source), reading_of(con, source)
    rows = con.execute(
        f"SELECT row_id, ordinal, line, record FROM lester.{snapshot.table_name} "
        "WHERE row_id IN (SELECT unnest(?)) ORDER BY ordinal",
        [list(row_ids)],
    ).fetchall()
    return [Line(source, i, ordinal, line, _masked(bytes(record), reading)) for i, ordinal, line, record in rows]


def _masked(record: bytes, reading: Any) -> str:
    fields = len(values_of(record, reading))
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


def _edit_snapshots(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> dict[str, SourceChange]:
    """Take records out of every snapshot of a source, or put the corrected ones in; the ordinals of the others stay."""
    by_source: dict[str, list[Line]] = {}
    for line in lines:
        by_source.setdefault(line.source, []).append(line)
    changes = {}
    for source, own in by_source.items():
        ids = [x.row_id for x in own]
        for snapshot in catalogue.find(con, Snapshot, source=source):
            table = f"lester.{snapshot.table_name}"
            if work.right == ERASURE:
                con.execute(f"DELETE FROM {table} WHERE row_id IN (SELECT unnest(?))", [ids])
            else:
                con.executemany(f"UPDATE {table} SET record = ? WHERE row_id = ?", [[x.new_record, x.row_id] for x in own])
            count = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            if work.right == ERASURE:
                catalogue.update(con, Snapshot, {"rows": min(snapshot.rows, count)}, id=snapshot.id)
        removed = frozenset(ids) if work.right == ERASURE else frozenset()
        changes[source] = SourceChange(removed, frozenset(ids) - removed)
    return changes


def _update_index(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> None:
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


# Runs


def _maintain_run(
    con: duckdb.DuckDBPyConnection,
    site: Site,
    run: Run,
    plan: Plan,
    changes: Mapping[str, SourceChange],
    artifacts: Artifacts | None,
    ctx: Context,
) -> RunEffect:
    assert run.id is not None
    worker = site.worker_of(plan, ctx)
    before = learned.load(con, run.id, site.artifacts)
    model_before = _fingerprint(con, run.id)
    started = time.perf_counter()
    maintained = maintain_views(con, plan, run.id, changes, snapshots_of(con, run), worker, ctx)
    view_seconds = time.perf_counter() - started
    faults.point("apply.views")
    try:
        persons = {r.source: subjects.person_keys(con, r.source) for r in plan.reads}
        learning = update_learning(con, plan, maintained, run.id, run.seed, before, persons, worker, artifacts, ctx)
        faults.point("apply.learned")
        others = _other_cells(con, run, maintained)
        tables = {n: f"lester.{v.table_name}" for n, v in views_of(con, run.id).items()}
        udf.prune(con, maintained.plan, tables)
    finally:
        maintained.close(con)
    facts = json.loads(run.facts_json) | {
        "train_rows": facts_rows(con, run.id, "train"),
        "test_rows": facts_rows(con, run.id, "test"),
        "features": learning.features_after,
    }
    catalogue.update(con, Run, {"plan_json": dumps(maintained.plan), "facts_json": json.dumps(facts)}, id=run.id)
    finished = run.finished_at or run.started_at
    return RunEffect(
        run.pipeline,
        run.id,
        run.plan_hash,
        maintained.changes,
        maintained.retyped,
        learning,
        others,
        model_before,
        _fingerprint(con, run.id),
        view_seconds,
        (finished - run.started_at).total_seconds(),
    )


def facts_rows(con: duckdb.DuckDBPyConnection, run: int, side: str) -> int:
    """Return how many rows a side of the split has."""
    return int(con.execute(f"SELECT count(*) FROM lester.split_{run} WHERE side = ?", [side]).fetchall()[0][0])


def _fingerprint(con: duckdb.DuckDBPyConnection, run: int) -> str:
    """Return the hash of a run's model: of its parameters, since the bytes of a skops file are not reproducible."""
    record = catalogue.get(con, catalogue.Model, run=run, role=learned.CANONICAL)
    return "" if record is None else str(json.loads(record.params_json)["fingerprint"])


def _other_cells(con: duckdb.DuckDBPyConnection, run: Run, maintained: Maintained) -> tuple[OtherCell, ...]:
    """Return values of groups that stay and change, a few per view. Keys that name persons are masked."""
    assert run.id is not None
    personal = {k for s in catalogue.find(con, Source) for k in json.loads(s.subject_keys_json)}
    positions = {n: v.position for n, v in views_of(con, run.id).items()}
    out: list[OtherCell] = []
    for node in maintained.plan.views:
        change = maintained.changes[node.name]
        if not isinstance(node, Aggregate) or not change.changed or node.name in maintained.retyped:
            continue
        columns = ", ".join(f"o.{identifier(n)}, n.{identifier(n)}" for n in node.schema.names)
        position = positions[node.name]
        rows = con.execute(
            f"SELECT {columns} FROM {old_rows(position)} o JOIN {new_rows(position)} n ON o.{ROW_NO} = n.{ROW_NO} "
            f"ORDER BY o.{ROW_NO} LIMIT {MAX_SHOWN}"
        ).fetchall()
        for row in rows:
            cells = dict(zip(node.schema.names, zip(row[::2], row[1::2], strict=True), strict=True))
            key = ", ".join(MASK if n in personal else str(cells[n][1]) for n in node.by)
            for name, (old, new) in cells.items():
                if name not in node.by and old != new:
                    out.append(OtherCell(run.pipeline, node.name, key, name, _plain(old), _plain(new)))
    return tuple(out[:MAX_SHOWN])


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


# Files that scripts wrote


def _files(
    con: duckdb.DuckDBPyConnection, site: Site, effects: Iterable[RunEffect], removed: Collection[str], values: Iterable[str]
) -> tuple[FileEffect, ...]:
    needles, by_pipeline = Needles(values), {e.pipeline: e for e in effects}
    out = []
    for artefact in catalogue.find(con, Artefact):
        path, effect = site.folder / artefact.path, by_pipeline.get(artefact.pipeline)
        if not path.is_file():
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        named = holds(path, needles)
        made_with = artefact.pipeline in removed or (effect is not None and effect.went_into(artefact.content))
        if named or made_with:
            why = "it names the person" if named else "it was made with rows of the person"
            out.append(FileEffect(artefact.pipeline, artefact.path, artefact.content, digest, "removed", why))
        elif effect is not None:
            why = "nothing in it depends on the person"
            out.append(FileEffect(artefact.pipeline, artefact.path, artefact.content, digest, "left", why))
    return tuple(out)


def _unshared(con: duckdb.DuckDBPyConnection, work: Work) -> tuple[str, ...]:
    """Return the person's identifiers that no remaining row has: those that must not be found after the purge."""
    out = []
    for alias in work.subject.aliases:
        if alias.domain.endswith(subjects.ROW_KEY):
            continue
        left = con.execute(
            "SELECT count(*) FROM lester.subject_key WHERE domain = ? AND value = ?", [alias.domain, alias.value]
        ).fetchall()[0][0]
        if not left:
            out.append(alias.value)
    return tuple(out)


def _row_texts(con: duckdb.DuckDBPyConnection, work: Work, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the whole lines that leave from sources in which a person is the line: they have no other identifier."""
    sources = {s.name for s in catalogue.find(con, Source) if subjects.ROW_KEY in json.loads(s.subject_keys_json)}
    if work.right != ERASURE:
        return ()
    texts = (_record(con, x).decode("utf-8", "replace").strip() for x in lines if x.source in sources)
    return tuple(t for t in texts if t)


def _gone(con: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> list[str]:
    """Return those of some lines that no remaining row equals."""
    wanted = dict.fromkeys(texts)
    if wanted:
        for source in catalogue.find(con, Source):
            snapshot = catalogue.latest_snapshot(con, source.name)
            if snapshot is not None:
                for record in snapshot_records(con, snapshot).records:
                    wanted.pop(record.decode("utf-8", "replace").strip(), None)
    return list(wanted)
