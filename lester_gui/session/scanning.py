"""Scan and overview: what the Project screen and ``lester scan`` show."""

from __future__ import annotations

import json
from datetime import date

from lester_gui.audit.chain import verify_chain
from lester_gui.discovery.configuration import ROW_KEY
from lester_gui.discovery.scan import FoundPipeline, FoundSource
from lester_gui.progress import Context
from lester_gui.requests import cases, deadlines
from lester_gui.runtime import ingest
from lester_gui.session.opened import Document, OpenedProject, one_at_a_time
from lester_gui.settings import load as load_settings
from lester_gui.store import catalogue


class Scanning(OpenedProject):
    """The use cases of opening a project."""

    @one_at_a_time
    def scan(self, write: bool = False, ctx: Context | None = None) -> Document:
        """Look through the folder and propose ``lester.toml``; `write` accepts the proposal. Runs nothing."""
        found = self.scanned(ctx, again=True)
        accepts = write and not found.configured
        if accepts:
            self.accept_configuration(found.proposal)
            found = self.scanned(ctx)
            if self.has_store:
                self.journal.record(self.connection, "configuration-accepted", self.actor())
        return {
            "project": found.proposal.name,
            "folder": str(self.folder),
            "configured": found.configured,
            "written": accepts,
            "proposal": found.proposal.to_toml(),
            "pipelines": [
                {
                    "name": p.name,
                    "script": p.script,
                    "kind": p.kind,
                    "estimator": p.estimator,
                    "fit_line": p.fit_line,
                    "status": self.pipeline_status(p)[0],
                    "sources": list(p.sources),
                    "writes": [w.path for w in p.writes],
                    "notes": list(p.notes),
                }
                for p in found.pipelines
            ],
            "sources": [
                {
                    "name": s.name,
                    "path": s.path,
                    "rows": self._source_rows(s),
                    "subject_keys": list(s.subject_keys),
                    "suggested": s.suggested,
                    "state": self.source_state(s.name)[0],
                    "note": s.peek.note or self.source_state(s.name)[1],
                }
                for s in found.sources
            ],
            "not_understood": [{"path": p, "reason": r} for p, r in found.not_understood],
            "modules": list(found.modules),
        }

    def pipeline_status(self, pipeline: FoundPipeline) -> tuple[str, catalogue.Pipeline | None]:
        """The state of a pipeline's rewrite, ``script-changed`` where the script is no longer the one that was rewritten."""
        if not self.has_store:
            return "not-rewritten", None
        record = catalogue.get(self.connection, catalogue.Pipeline, name=pipeline.name)
        if record is None or record.status == "found":
            return "not-rewritten", record
        if record.script_hash != self.file_hash(pipeline.script):
            return "script-changed", record
        return record.status, record

    def _source_rows(self, source: FoundSource) -> int:
        """Rows as they were read; before that, lines of the file."""
        snapshot = catalogue.latest_snapshot(self.connection, source.name) if self.has_store else None
        return source.peek.rows if snapshot is None else snapshot.rows

    def source_state(self, name: str) -> tuple[str, str]:
        """How a source's file stands to its snapshot: ``new``, ``unchanged``, ``changed`` or ``missing``, and a few words."""
        entry = self.configuration.source(name)
        if not (self.folder / entry.path).is_file():
            return "missing", "The file is not in the folder"
        snapshot = catalogue.latest_snapshot(self.connection, name) if self.has_store else None
        if snapshot is None:
            return "new", "Not read yet"
        change = ingest.changed_since(self.connection, snapshot, self.folder / entry.path)
        return ("changed", changes_in_words(change)) if change.any else ("unchanged", "Unchanged")

    @one_at_a_time
    def overview(self) -> Document:
        """What the Project screen shows, without running anything."""
        found = self.scanned()
        open_cases = [c for c in cases.list_cases(self.connection) if c.is_open] if self.has_store else []
        pipelines = [self._pipeline_row(p) for p in found.pipelines]
        sources = [
            {
                "name": s.name,
                "path": s.path,
                "rows": self._source_rows(s),
                "subject_keys": list(s.subject_keys),
                "suggested": s.suggested,
                "state": state,
                "note": note,
            }
            for s in found.sources
            for state, note in [self.source_state(s.name)]
        ]
        next_due = min(open_cases, key=lambda c: c.due, default=None)
        from lester_gui.rewrite.ollama.status import server_status

        status = server_status(load_settings())
        chain = verify_chain(self.connection, self.journal.mirror_path) if self.has_store else None
        return {
            "name": found.proposal.name,
            "folder": str(self.folder),
            "configured": found.configured,
            "proposal": found.proposal.to_toml(),
            "figures": {
                "pipelines": len(pipelines),
                "verified": sum(p["status"] == "verified" for p in pipelines),
                "rows": sum(s["rows"] for s in sources),
                "sources": len(sources),
                "persons": self._count_persons(),
                "models_touched": len({p["name"] for p in pipelines if p["open_cases"]}),
                "next_due": None
                if next_due is None
                else {"days": deadlines.days_left(next_due.due, date.today()), "case": next_due.case},
            },
            "open_cases": len(open_cases),
            "pipelines": pipelines,
            "sources": sources,
            "not_understood": [{"path": p, "reason": r} for p, r in found.not_understood],
            "isolation": self.sandbox.isolation.sentence,
            "isolation_level": self.sandbox.isolation.level,
            "model_server": status,
            "audit": {"entries": chain.entries if chain else 0, "intact": chain.intact if chain else True},
        }

    def _pipeline_row(self, pipeline: FoundPipeline) -> Document:
        status, record = self.pipeline_status(pipeline)
        verdict = json.loads(record.verdict_json) if record is not None and record.verdict_json else {}
        run = catalogue.latest_run(self.connection, pipeline.name) if self.has_store else None
        facts = json.loads(run.facts_json) if run is not None else {}
        files = catalogue.find(self.connection, catalogue.Artefact, pipeline=pipeline.name) if self.has_store else []
        known = {f.path: f.status for f in files}
        return {
            "name": pipeline.name,
            "script": pipeline.script,
            "kind": pipeline.kind,
            "status": status,
            "inputs": verdict.get("inputs", 0),
            "last_run": None if run is None or run.finished_at is None else run.finished_at.isoformat(timespec="seconds"),
            "train_rows": facts.get("train_rows"),
            "test_rows": facts.get("test_rows"),
            "open_cases": self._open_cases_of(pipeline),
            "next": _next(status, run is not None),
            "description": _describe(pipeline),
            "findings": verdict.get("findings", []),
            "files": [
                {
                    "path": w.path,
                    "content": w.content,
                    "state": known.get(w.path, "present" if (self.folder / w.path).exists() else "not written yet"),
                }
                for w in pipeline.writes
            ],
            "notes": list(pipeline.notes),
        }

    def _open_cases_of(self, pipeline: FoundPipeline) -> int:
        """Open cases of persons who have rows in a source of this pipeline."""
        if not self.has_store:
            return 0
        tokens = [c.subject for c in cases.list_cases(self.connection) if c.is_open]
        rows = self.connection.execute(
            "SELECT DISTINCT t.token FROM lester.subject_token t JOIN lester.subject_key k USING (domain, value) "
            "WHERE list_contains(?, k.source)",
            [list(pipeline.sources)],
        ).fetchall()
        touched = {t for (t,) in rows}
        return sum(t in touched for t in tokens)

    def _count_persons(self) -> int | None:
        """How many different persons the sources name; None before they were read."""
        if not self.has_store:
            return None
        row = self.connection.execute("SELECT count(*) FROM (SELECT DISTINCT domain, value FROM lester.subject_key)").fetchone()
        return int(row[0]) if row and row[0] else None


def changes_in_words(change: ingest.Change) -> str:
    """Say how a file differs from its snapshot: "12 rows appended"."""
    parts = [
        f"{count:,} {'row' if count == 1 else 'rows'} {verb}"
        for count, verb in ((change.appended, "appended"), (change.removed, "removed"), (change.changed, "changed"))
        if count
    ]
    return ", ".join(parts) or "Header changed"


def _next(status: str, ran: bool) -> str:
    if status in ("not-rewritten", "not-run"):
        return "rewrite"
    if status == "script-changed":
        return "check-again"
    if status == "differs":
        return "see-difference"
    return "open" if ran else "run"


def _describe(pipeline: FoundPipeline) -> str:
    people = "" if ROW_KEY not in pipeline.sources else ", by line"
    return f"{pipeline.estimator} trained on {', '.join(pipeline.sources) or 'no table that was found'}{people}"
