"""The maintenance plan of a case: what happens to each artefact, how, in which class, at what price. Making it writes nothing.

The plan's hash is what an approval is bound to. It covers the case, the snapshots, the plans' hashes, Lester's version, the
hashes of the artefacts that go in, and every action; neither the timings nor the bits of a model that a solver approaches.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from lester_gui import __version__
from lester_gui.audit.canonical import digest
from lester_gui.errors import Refused
from lester_gui.maintenance import affected, cost, not_removed
from lester_gui.maintenance.enact import Enacted, FileEffect, PipelineStops, RunEffect, enact
from lester_gui.maintenance.learning_update import guarantee_of
from lester_gui.maintenance.view_change import KEPT
from lester_gui.maintenance.work import ERASURE, Site, Work
from lester_gui.models.trained import BIT, RETRAINED
from lester_gui.progress import Context
from lester_gui.runtime.ingest import Change, changed_since
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source

Document = dict[str, Any]
REMOVED: Final = "removed"
UNHASHED: Final = ("seconds", "hash_after")


@dataclass(frozen=True, slots=True)
class MaintenancePlan:
    """A plan and its hash. The document is JSON without personal values; `SESSION` shows it as it is."""

    case: str
    plan_hash: str
    document: Document

    @property
    def actions(self) -> list[Document]:
        found: list[Document] = self.document["actions"]
        return found

    @classmethod
    def from_json(cls, text: str) -> MaintenancePlan:
        """Return a stored plan."""
        document = json.loads(text)
        return cls(document["case"], document["plan_hash"], document)

    def to_json(self) -> str:
        return json.dumps(self.document, ensure_ascii=False)


def make_plan(
    con: duckdb.DuckDBPyConnection, site: Site, work: Work, ctx: Context, checks: cost.Checks | None = None
) -> MaintenancePlan:
    """Rehearse a case and say what it did. Everything is rolled back.

    Parameters
    ----------
    checks : cost.Checks, optional
        What is known of how long the checks after the commit take.

    Raises
    ------
    Refused
        If a source file changed since it was read.
    UserError
        If there is nothing to do, or a new value does not fit.
    """
    refuse_changed_sources(con, site.folder)
    stopped: dict[str, str] = {}
    while True:
        con.begin()
        try:
            bound = binding(con, site, work)
            done = enact(con, site, work, None, ctx, stopped)
            return describe(con, site, done, bound, checks)
        except PipelineStops as stop:  # its run cannot stay, so the plan is to remove it
            stopped[stop.pipeline] = stop.why
        finally:
            con.rollback()


def describe(
    con: duckdb.DuckDBPyConnection, site: Site, done: Enacted, bound: Document, checks: cost.Checks | None = None
) -> MaintenancePlan:
    """Put what was enacted into words and numbers; call inside the transaction that enacted it."""
    work = done.work
    actions = actions_of(con, done)
    hashed = {"bound": bound, "actions": [{k: v for k, v in a.items() if k not in UNHASHED} for a in actions]}
    plan_hash = digest(hashed)
    scripts = [site.scripts[e.pipeline] for e in done.runs if e.pipeline in site.scripts]
    views = [v for e in done.runs for v in e.views.values() if not v.is_empty]
    counts = {
        "source_rows": len(done.lines),
        "view_rows": sum(v.removed for v in views),
        "view_rows_changed": sum(v.changed for v in views),
        "split_rows": sum(sum(e.learning.left.values()) for e in done.runs),
        "views": sum(a["kind"] == "view" for a in actions),
        "models": sum(not e.learning.model_kept for e in done.runs),
        "files": sum(f.action == REMOVED for f in done.files),
        "other_decisions": sum(e.learning.predictions_changed for e in done.runs),
        "other_labels": sum(e.learning.labels_changed for e in done.runs),
    }
    gone = {r.pipeline for r in done.stopped}
    after = (checks or cost.Checks()).of(p["pipeline"] for p in bound["plans"] if p["pipeline"] not in gone)
    apply_seconds = done.seconds + after["replay"] + after["purge"] + after["ask_original"]
    document: Document = {
        "case": work.case,
        "right": work.right,
        "subject": work.token,
        "plan_hash": plan_hash,
        "keep_sources": work.keep_sources,
        "sentence": sentence(work, counts, apply_seconds),
        "actions": actions,
        "seconds": round(done.seconds, 3),
        "checks_seconds": after,
        "apply_seconds": round(apply_seconds, 3),
        "full_rerun_seconds": round(cost.full_rerun(done.runs), 3),
        "lines": [{"source": x.source, "line": x.line, "masked": x.masked} for x in done.lines],
        "others": [
            {"pipeline": o.pipeline, "view": o.view, "key": o.key, "column": o.column, "before": o.before, "after": o.after}
            for e in done.runs
            for o in e.others
        ],
        "counts": counts,
        "without_key": [w.to_json() for w in affected.without_key(con)],
        "models": [_model(e) for e in done.runs],
        "accuracy": [a for e in done.runs if (a := _accuracy(e)) is not None],
        "proofs": [{"artefact": a["artefact"], "guarantee": a["guarantee"]} for a in actions if a["guarantee"]],
        "stopped": [{"pipeline": r.pipeline, "why": r.why} for r in done.stopped],
        "not_removed": [n.to_json() for n in not_removed.expected(site.folder, scripts, work.keep_sources)],
        "bound": bound,
        "stale": None,
    }
    return MaintenancePlan(work.case, plan_hash, document)


def binding(con: duckdb.DuckDBPyConnection, site: Site, work: Work) -> Document:
    """Return what the plan stands on, as it is before the case is enacted."""
    sources = set(work.subject.rows) | {v.source for v in work.new_values}
    newest = [catalogue.latest_snapshot(con, s) for s in sorted(sources)]
    pipelines = catalogue.find(con, catalogue.Run, status="done")
    runs = {r.pipeline: r for r in pipelines}
    models = {m.run: m.artefact for m in catalogue.find(con, catalogue.Model, role="canonical")}
    states = {e.run: e.sha256 for e in catalogue.find(con, catalogue.EncoderState)}
    return {
        "case": work.case,
        "right": work.right,
        "subject": work.token,
        "rows": {s: list(ids) for s, ids in sorted(work.subject.rows.items())},
        "corrections": [
            {"source": v.source, "column": v.column, "row_id": v.row_id, "digest": digest([work.case, v.value])}
            for v in work.new_values
        ],
        "keep_sources": work.keep_sources,
        "snapshots": [{"source": s.source, "id": s.id, "sha256": s.sha256, "rows": s.rows} for s in newest if s is not None],
        "plans": [
            {
                "pipeline": r.pipeline,
                "run": r.id,
                "plan_hash": r.plan_hash,
                "model": models.get(r.id or 0),
                "encoder": states.get(r.id or 0),
            }
            for r in sorted(runs.values(), key=lambda r: r.pipeline)
        ],
        "files": [
            {"path": a.path, "sha256": _file_hash(site.folder / a.path)}
            for a in sorted(catalogue.find(con, catalogue.Artefact), key=lambda a: a.path)
        ],
        "lester": __version__,
    }


def actions_of(con: duckdb.DuckDBPyConnection, done: Enacted) -> list[Document]:
    """Return the actions in the order in which they happen."""
    out: list[Document] = []
    erased = done.work.right == ERASURE
    paths = {s.name: s.path for s in catalogue.find(con, Source)}
    for source in sorted({x.source for x in done.lines}):
        rows = sum(x.source == source for x in done.lines)
        method = "lines leave" if erased else "lines corrected"
        if done.work.keep_sources:
            method = "Lester's copy only"
        out.append(_action(paths.get(source, source), "source", rows, 0, method, BIT, 0.0))
    for e in done.runs:
        out += _run_actions(e)
    for r in done.stopped:
        out.append(_action(r.pipeline, "run", r.rows, 0, REMOVED, "", 0.0) | {"why": r.why})
    out += [_file_action(f) for f in done.files]
    return out


def _run_actions(e: RunEffect) -> list[Document]:
    p, learning, out = e.pipeline, e.learning, []
    computed = [v for v in e.views.values() if v.method != KEPT] or list(e.views.values())
    for v in e.views.values():
        if v.method == KEPT:
            continue
        seconds = e.view_seconds / len(computed)
        action = _action(f"{p}/{v.name}", "view", v.removed + v.added + v.changed, v.cells, v.method, BIT, seconds)
        out.append(action | {"removed": v.removed, "added": v.added, "changed": v.changed, "why": v.why})
    left, joined = sum(learning.left.values()), sum(learning.joined.values())
    if left or joined or learning.moved:
        rows = left + joined + learning.moved
        action = _action(f"{p}/split", "split", rows, 0, "recorded sides kept", BIT, learning.seconds["split"])
        out.append(action | {"left": learning.left, "joined": learning.joined, "moved": learning.moved})
    if learning.labels_changed:
        out.append(_action(f"{p}/labels", "labels", learning.labels_changed, 0, "made again", BIT, 0.0))
    blocks = [f"{block}: {method}" for block, method in learning.encoder_methods if method != KEPT]
    changed = learning.encoder_before != learning.encoder_after
    if changed:
        action = _action(f"{p}/encoder", "encoder", 0, 0, "; ".join(blocks) or "refitted", BIT, learning.seconds["encoder"])
        out.append(action | {"hash_before": learning.encoder_before, "hash_after": learning.encoder_after})
    if learning.feature_cells or changed:
        action = _action(f"{p}/X", "features", left, learning.feature_cells, "made on read", BIT, 0.0)
        out.append(action | {"features_before": learning.features_before, "features_after": learning.features_after})
    fitted = learning.after.canonical.fitted
    action = _action(f"{p}/model", "model", 0, 0, fitted.method, guarantee_of(learning), learning.seconds["model"])
    out.append(action | {"hash_before": e.model_before, "hash_after": e.model_after})
    if learning.after.original is not None and not learning.model_kept:
        out.append(_action(f"{p}/model, script's settings", "model", 0, 0, "retrained", RETRAINED, 0.0))
    if not learning.model_kept or left or joined:
        rows = left + learning.predictions_changed
        out.append(
            _action(
                f"{p}/predictions", "predictions", rows, 0, "made again", guarantee_of(learning), learning.seconds["predictions"]
            )
            | {"others_changed": learning.predictions_changed}
        )
    return out


def _file_action(f: FileEffect) -> Document:
    return _action(f.path, "file", 0, 0, f.action, "", 0.0) | {"why": f.why, "hash_before": f.sha256, "pipeline": f.pipeline}


def _action(artefact: str, kind: str, rows: int, cells: int, method: str, guarantee: str, seconds: float) -> Document:
    return {
        "artefact": artefact,
        "kind": kind,
        "rows": rows,
        "cells": cells,
        "method": method,
        "guarantee": guarantee,
        "seconds": round(seconds, 3),
    }


def _model(e: RunEffect) -> Document:
    fitted = e.learning.after.canonical.fitted
    words = {"kept": "not touched", "updated": f"updated, {fitted.iterations} steps", "retrained": "trained again"}
    return {
        "pipeline": e.pipeline,
        "update": words.get(fitted.method, fitted.method),
        "method": fitted.method,
        "guarantee": guarantee_of(e.learning),
        "seconds": round(e.learning.seconds["model"], 3),
    }


def _accuracy(e: RunEffect) -> Document | None:
    """Return accuracy before and after, and the 95 % interval of its change on the test rows that stay."""
    before, after = (x.metrics.get("canonical", {}) for x in (e.learning.before, e.learning.after))
    change = e.learning.accuracy_change
    if change is None or "accuracy" not in before or "accuracy" not in after:
        return None
    return {
        "pipeline": e.pipeline,
        "metric": "accuracy",
        "before": before["accuracy"]["value"],
        "after": after["accuracy"]["value"],
        "change": change.value,
        "low": change.low,
        "high": change.high,
    }


def sentence(work: Work, counts: Document, seconds: float) -> str:
    """Return the plan in one sentence."""

    def number(n: int, one: str, many: str = "") -> str:
        return f"{n:,} {one if n == 1 else many or one + 's'}"

    verb = "Erases" if work.right == ERASURE else "Corrects"
    them = "it" if counts["source_rows"] == 1 else "them"
    what = f"{verb} {number(counts['source_rows'], 'source row')} and everything made from {them}"
    moved = [number(counts["views"], "view")] + ([number(counts["models"], "model")] if counts["models"] else [])
    kinds = (("label", counts["other_labels"]), ("test decision", counts["other_decisions"]))
    others = " and ".join(number(count, kind) for kind, count in kinds if count)
    tail = f", and changes {others} about other people" if others else ""
    about = f"{seconds:.0f} seconds" if seconds >= 1.5 else "a second"
    return f"{what}, brings {' and '.join(moved)} up to date in about {about} with checks{tail}."


def _file_hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


# Staleness

READ_AGAIN: Final = "Run the pipelines again, which reads the files; then plan, and have the new plan approved."


class Stale(Refused):
    """What was approved is not what would happen now. `difference` says what changed, one sentence each."""

    def __init__(self, difference: list[str], hint: str = "Plan again and have the new plan approved.") -> None:
        super().__init__(f"The plan is stale: {'; '.join(difference)}", hint=hint)
        self.difference = difference


def refuse_changed_sources(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Refuse while a source file differs from its snapshot.

    Raises
    ------
    Refused
        Saying how many rows were appended, removed or changed in which file.
    UserError
        If a file has vanished.
    """
    found = source_changes(con, folder)
    if found:
        raise Refused(f"The sources changed since the last run: {'; '.join(found)}", hint=READ_AGAIN)


def source_changes(con: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Return how the source files differ from their snapshots, one phrase per file that does."""
    out = []
    for source in catalogue.find(con, Source):
        snapshot: Snapshot | None = catalogue.latest_snapshot(con, source.name)
        if snapshot is not None:
            change = changed_since(con, snapshot, folder / source.path)
            if change.any:
                out.append(f"{_phrase(change)} in {source.path}")
    return out


def _phrase(change: Change) -> str:
    parts = []
    for count, verb in ((change.appended, "appended"), (change.removed, "removed"), (change.changed, "changed")):
        if count:
            parts.append(f"{count:,} {'row was' if count == 1 else 'rows were'} {verb}")
    if change.preamble:
        parts.append("the header was changed")
    return " and ".join(parts) or "the text was changed"


def difference(old: Document, new: Document) -> list[str]:
    """Say in words how what two plans of a case stand on differs (`binding`)."""
    out = []
    known = {s["source"]: s for s in old["snapshots"]}
    for s in new["snapshots"]:
        before = known.get(s["source"])
        if before is None:
            out.append(f"the person has rows in {s['source']} now")
        elif before != s:
            gained = s["rows"] - before["rows"]
            words = f"{abs(gained):,} rows were {'appended' if gained > 0 else 'removed'}" if gained else "its rows changed"
            out.append(f"{s['source']} was read again: {words}")
    if old["rows"] != new["rows"]:
        counts = [sum(len(ids) for ids in x["rows"].values()) for x in (old, new)]
        out.append(
            f"the person has {counts[1]} rows instead of {counts[0]}" if counts[0] != counts[1] else "the person has other rows"
        )
    runs = {p["pipeline"]: p for p in old["plans"]}
    for p in new["plans"]:
        if p["pipeline"] not in runs:
            out.append(f"{p['pipeline']} was run for the first time")
        elif runs[p["pipeline"]] != p:
            changed = "was rewritten" if runs[p["pipeline"]]["plan_hash"] != p["plan_hash"] else "was run again or maintained"
            out.append(f"{p['pipeline']} {changed}")
    files = {f["path"]: f["sha256"] for f in old["files"]}
    out += [f"{f['path']} was changed" for f in new["files"] if files.get(f["path"]) != f["sha256"]]
    if old["lester"] != new["lester"]:
        out.append(f"it was made by Lester {old['lester']}")
    for key, words in (("corrections", "other values are to be set"), ("keep_sources", "the source files are treated otherwise")):
        if old[key] != new[key]:
            out.append(words)
    return out or ["what it stands on is not the same"]
