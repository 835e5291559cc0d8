"""One execution of a plan, from snapshots to predictions: what a run stores and what a replay compares with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from lester_gui import faults
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import dumps, plan_hash
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Learned, Worker
from lester_gui.progress import Context, Part
from lester_gui.runtime import split
from lester_gui.runtime.lookups import make_lookups
from lester_gui.runtime.materialize import Materialised, materialise
from lester_gui.store import catalogue
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Run, Snapshot

DONE = "done"


def execute(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    snapshots: Mapping[str, Snapshot],
    worker: Worker,
    artifacts: Artifacts | None,
    ctx: Context,
    *,
    seed: int = 0,
    recorded: pa.Table | None = None,
    persons: Mapping[str, Mapping[int, str]] | None = None,
    with_original: bool = True,
) -> tuple[Run, Materialised, Learned]:
    """Run a plan and enter the run into the catalogue, within the caller's transaction.

    Parameters
    ----------
    snapshots
        Source name → the snapshot to read.
    artifacts
        Where model files go; None keeps none, and makes no lookup tables (a replay).
    seed
        Stands for every seed that the script does not set.
    recorded
        The split of an earlier run; None deals as the script does.
    persons
        Source → row id → person, for rows that `recorded` does not know.
    with_original
        Whether to fit the model under the script's own settings too.

    Raises
    ------
    UserError
        If the data stop the plan.
    """
    started = datetime.now(UTC).replace(tzinfo=None)
    run = catalogue.add(
        connection,
        Run(
            pipeline=plan.pipeline,
            plan_hash=plan_hash(plan),
            plan_json=dumps(plan),
            snapshots_json=json.dumps({name: s.id for name, s in sorted(snapshots.items())}),
            status="started",
            started_at=started,
            seed=seed,
        ),
    )
    assert run.id is not None
    made = materialise(connection, plan, run.id, snapshots, worker.evaluate, Part(ctx, 0.0, 0.5), worker.run_opaque)
    faults.point("run.materialised")
    if artifacts is not None:
        make_lookups(connection, made.plan, made.views)
    dealt = split.deal(connection, made.plan, run.id, recorded, persons, seed, worker.evaluate)
    faults.point("run.dealt")
    found, rows = learned.learn(
        connection, made.plan, run.id, worker, Part(ctx, 0.5, 0.95), seed=seed, with_original=with_original
    )
    learned.save(connection, run.id, found, rows, worker, artifacts)
    faults.point("run.saved")
    facts = {
        **{f"{side}_rows": rows for side, rows in dealt.rows.items()},
        "new_rows": dealt.new_rows,
        "features": len(found.canonical.features),
    }
    changes: dict[str, object] = {
        "status": DONE,
        "plan_json": dumps(made.plan),
        "finished_at": datetime.now(UTC).replace(tzinfo=None),
        "facts_json": json.dumps(facts),
    }
    catalogue.update(connection, Run, changes, id=run.id)
    entry = catalogue.get(connection, Run, id=run.id)
    assert entry is not None
    return entry, made, found
