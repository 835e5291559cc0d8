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
from lester_gui.ir.nodes import Aggregate, Broadcast, Node, Window
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import dumps
from lester_gui.maintenance import learned, pending, source_edits
from lester_gui.maintenance.delta import Maintained, maintain_views
from lester_gui.maintenance.delta_rules import SourceChange
from lester_gui.maintenance.learning_update import LearningChange, update_learning
from lester_gui.maintenance.pending import PendingFile, PendingLine, Seal
from lester_gui.maintenance.replay import snapshots_of
from lester_gui.maintenance.search import Needles, holds
from lester_gui.maintenance.source_edits import MASK, Line
from lester_gui.maintenance.view_change import ViewChange, new_rows, old_rows
from lester_gui.maintenance.work import ERASURE, RECTIFICATION, Site, Work, runs
from lester_gui.progress import Context, Part
from lester_gui.runtime import udf
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.store import catalogue, subjects, suppression
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Artefact, Run, Snapshot, Source
from lester_gui.store.person_keys import PersonKeys

MAX_SHOWN: Final = 50


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
    lines = source_edits.erased_lines(con, work) if work.right == ERASURE else source_edits.corrected_lines(con, work)
    texts = source_edits.row_texts(con, work, lines)
    changes = source_edits.edit_snapshots(con, work, lines)
    source_edits.update_index(con, work, lines)
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
    sought = (*_unshared(con, work), *source_edits.unique(con, texts))
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
    persons = PersonKeys(con, (r.source for r in plan.reads))
    learning = update_learning(con, plan, maintained, changes, run.id, run.seed, before, persons, worker, artifacts, ctx)
    faults.point("apply.learned")
    others = _other_cells(con, run, maintained)
    tables = {n: f"lester.{v.table_name}" for n, v in views_of(con, run.id).items()}
    udf.prune(con, maintained.plan, tables)
    maintained.close(con)  # where a step stops, its transaction can do nothing more and takes them along
    facts = json.loads(run.facts_json) | {
        **{f"{side}_rows": facts_rows(con, run.id, side) for side in plan.split.sides},
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
        if isinstance(node, Broadcast) and change.changed and node.name not in maintained.retyped:
            out += _shared_cells(con, run.pipeline, node, positions[node.name])
        shared = _shared_columns(node)
        if not shared or not change.changed or node.name in maintained.retyped:
            continue
        assert isinstance(node, Aggregate | Window)
        by = [n for n in node.by if n not in shared]
        names = [*by, *shared]
        columns = ", ".join(f"o.{identifier(n)}, n.{identifier(n)}" for n in names)
        position = positions[node.name]
        rows = con.execute(
            f"SELECT {columns} FROM {old_rows(position)} o JOIN {new_rows(position)} n ON o.{ROW_NO} = n.{ROW_NO} "
            f"GROUP BY ALL ORDER BY min(o.{ROW_NO}) LIMIT {MAX_SHOWN}"
        ).fetchall()
        for row in rows:
            cells = dict(zip(names, zip(row[::2], row[1::2], strict=True), strict=True))
            key = ", ".join(MASK if n in personal else str(cells[n][1]) for n in by)
            for name, (old, new) in cells.items():
                if name in shared and old != new:
                    out.append(OtherCell(run.pipeline, node.name, key, name, _plain(old), _plain(new)))
    return tuple(out[:MAX_SHOWN])


def _shared_columns(node: Node) -> tuple[str, ...]:
    """Return the columns that hold a group's value."""
    if isinstance(node, Aggregate):
        return tuple(m.name for m in node.measures)
    if isinstance(node, Window):
        return tuple(c.name for c in node.columns if c.function in AGGREGATES)
    return ()


def _shared_cells(con: duckdb.DuckDBPyConnection, pipeline: str, node: Broadcast, position: int) -> Iterable[OtherCell]:
    """Return what every row of a view gets from one row, where that is another row now. Text is somebody's: masked."""
    names = [new for new, _ in node.values]
    columns = ", ".join(f"o.{identifier(n)}, n.{identifier(n)}" for n in names)
    found = con.execute(
        f"SELECT {columns} FROM {old_rows(position)} o JOIN {new_rows(position)} n ON o.{ROW_NO} = n.{ROW_NO} LIMIT 1"
    ).fetchall()
    for row in found:
        for name, old, new in zip(names, row[::2], row[1::2], strict=True):
            if old != new:
                shown = [MASK if isinstance(v, str) else _plain(v) for v in (old, new)]
                yield OtherCell(pipeline, node.name, "every row", name, *shown)


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
            f"SELECT count(*) FROM lester.subject_key WHERE value_hash = {subjects.value_hash(alias.value)} "
            "AND domain = ? AND value = ?",
            [alias.domain, alias.value],
        ).fetchall()[0][0]
        if not left:
            out.append(alias.value)
    return tuple(out)
