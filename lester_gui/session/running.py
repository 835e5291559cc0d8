"""Run a plan: snapshots, views with provenance, encoders, model, predictions; and what the script wrote."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import duckdb

from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import loads
from lester_gui.maintenance import learned, pending
from lester_gui.maintenance.canonical_run import execute
from lester_gui.maintenance.learned import CANONICAL, ORIGINAL, Learned
from lester_gui.progress import Context, Part, silent
from lester_gui.runtime import split
from lester_gui.runtime.materialize import views_of
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.reviewing import Reviewing
from lester_gui.session.sources import take_snapshots
from lester_gui.store import artifacts, catalogue
from lester_gui.store.catalogue import Artefact, Run
from lester_gui.store.person_keys import PersonKeys

PRESENT = "present"
CANONICAL_NOTE = "Canonical: the class and penalty of the script's model, trained to the optimum. Not the script's own file."
NOT_DISTANT = {"max_parameter_difference": 0.0, "disagreement_on_test": 0.0}


class Running(Reviewing):
    """The use cases of running and of looking at a run's result."""

    @one_at_a_time
    def run(self, pipeline: str, ctx: Context | None = None) -> Document:
        """Run a pipeline's plan on the sources as they are now and keep the result.

        Raises
        ------
        UserError
            If it has no plan or a step of it was rejected, a source is missing or damaged, or the data stop the plan.
        """
        ctx = ctx or silent()
        found = self.rewritten(pipeline)
        self.require_accepted(found)
        if pending.purges(self.connection):
            raise UserError(
                "An erasure is not finished: source files still hold erased rows", "Finish it first: lester purge PROJECT"
            )
        started = datetime.now(UTC)
        worker = self.worker(found.plan, ctx)
        before = catalogue.latest_run(self.connection, pipeline)
        with self.transaction() as connection:
            snapshots = take_snapshots(connection, self.folder, self.configuration, found.plan.reads, Part(ctx, 0.0, 0.2))
            recorded = None
            if before is not None and before.id is not None and _recorded(before, found.plan):
                recorded = split.recorded_split(connection, before.id)
            persons = PersonKeys(connection, snapshots)
            seed = before.seed if before is not None else 0
            run, made, result = execute(
                connection, found.plan, snapshots, worker, self.store.artifacts, Part(ctx, 0.2, 0.98),
                seed=seed, recorded=recorded, persons=persons,
            )  # fmt: skip
            assert run.id is not None
            self._note_written(connection, made.plan)
            for old in catalogue.find(connection, Run, pipeline=pipeline):
                if old.id is not None and old.id != run.id:
                    learned.drop_run(connection, old.id)
            self.journal.append(
                connection, "run", self.actor(), pipeline=pipeline, run=f"run-{run.id}", plan_hash=run.plan_hash,
                rows=sum(v.rows for v in made.views.values()), views=len(made.views),
            )  # fmt: skip
        self._sweep_artifacts()
        return self._run_document(run, result) | {"seconds": round((datetime.now(UTC) - started).total_seconds(), 3)}

    def latest(self, pipeline: str) -> tuple[Run, Plan]:
        """The newest run of a pipeline and its bound plan.

        Raises
        ------
        UserError
            If there is none.
        """
        self.configuration.pipeline(pipeline)
        run = catalogue.latest_run(self.connection, pipeline) if self.has_store else None
        if run is None:
            raise UserError(f"{pipeline} was not run yet", f"Run it first: lester run PROJECT {pipeline}")
        return run, loads(run.plan_json)

    def ran(self) -> list[tuple[Run, Plan]]:
        """The newest run of every pipeline that was run."""
        runs = {r.pipeline: r for r in catalogue.find(self.connection, Run, status="done")} if self.has_store else {}
        return [(r, loads(r.plan_json)) for r in runs.values()]

    def _run_document(self, run: Run, result: Learned) -> Document:
        assert run.id is not None
        facts = json.loads(run.facts_json)
        return {
            "run_id": run.id,
            "pipeline": run.pipeline,
            "views": [{"name": v.name, "rows": v.rows} for v in views_of(self.connection, run.id).values()],
            "train_rows": facts["train_rows"],
            "test_rows": facts["test_rows"],
            "validation_rows": facts.get("validation_rows", 0),
            "features": facts["features"],
            "model": model_document(result),
        }

    def _note_written(self, connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        """Enter the files that the script wrote, as they are now, so that footprint and purge know them.

        A plan may not know them all: it holds what its model needs, and a script run as one step says nothing of what it writes.
        """
        catalogue.remove(connection, Artefact, pipeline=plan.pipeline)
        files = {w.path: w.content for p in self.scanned().pipelines if p.name == plan.pipeline for w in p.writes}
        files |= {w.path: w.content for w in plan.written}
        sources = {s.path for s in self.configuration.sources}
        for path, holds in files.items():
            file = self.folder / path
            if path not in sources and file.is_file() and file.resolve().is_relative_to(self.folder.resolve()):
                content = file.read_bytes()
                record = Artefact(
                    pipeline=plan.pipeline,
                    path=path,
                    content=holds,
                    sha256=hashlib.sha256(content).hexdigest(),
                    size=len(content),
                    status=PRESENT,
                    found_at=datetime.now(UTC).replace(tzinfo=None),
                )
                catalogue.add(connection, record)

    def _sweep_artifacts(self) -> None:
        store: artifacts.Artifacts = self.store.artifacts
        used = [m.artefact for m in catalogue.find(self.connection, catalogue.Model)]
        store.remove(store.garbage(used))


def model_document(result: Learned) -> Document:
    """The model of a run: class, how it was made, canonical and original metrics, and their distance."""

    def values(role: str) -> dict[str, Any]:
        return {name: m["value"] for name, m in result.metrics.get(role, {}).items()}

    canonical = result.canonical
    return {
        "class": canonical.model.estimator.rpartition(".")[2],
        "method": canonical.fitted.method,
        "guarantee": canonical.fitted.guarantee,
        "residual": canonical.fitted.residual,
        "metrics": values(CANONICAL),
        "intervals": {n: [m["low"], m["high"]] for n, m in result.metrics.get(CANONICAL, {}).items()},
        "script_metrics": values(ORIGINAL),
        "distance_from_script": dict(result.distance or NOT_DISTANT) | {"note": CANONICAL_NOTE},
    }


def _recorded(run: Run, plan: Plan) -> bool:
    """Whether the earlier run's membership stands for this plan's split: the same split of the same prepared rows."""
    old = loads(run.plan_json)
    return old.split == plan.split and old.prepared.name == plan.prepared.name and plan.split.is_recorded
