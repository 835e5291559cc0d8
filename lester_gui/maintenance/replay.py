"""The canonical rerun: the remaining raw text and the recorded split, in an empty database, compared with what is maintained.

Nothing that maintenance touched is shared: views, edges, encoder state, models and results of user functions are made again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from lester_gui.ir.serialise import loads
from lester_gui.maintenance import canonical_run, learned
from lester_gui.maintenance.comparison import Compared, Side, compare_learned, compare_views
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context, Part
from lester_gui.runtime import ingest, split
from lester_gui.runtime.records import Dialect
from lester_gui.store import catalogue
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import Run, Snapshot
from lester_gui.store.connection import open_memory, transaction
from lester_gui.store.person_keys import PersonKeys


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """The outcome of a replay."""

    pipeline: str
    equal: bool
    artefacts: tuple[Compared, ...]
    seconds: float

    def to_json(self) -> dict[str, object]:
        return {
            "pipeline": self.pipeline,
            "equal": self.equal,
            "artefacts": [c.to_json() for c in self.artefacts],
            "seconds": round(self.seconds, 3),
        }


def replay(connection: duckdb.DuckDBPyConnection, run: Run, artifacts: Artifacts, worker: Worker, ctx: Context) -> ReplayReport:
    """Run a pipeline again from its remaining raw text, in an empty database, and compare every artefact in its class.

    Parameters
    ----------
    connection
        With the project database; it is only read.
    run : Run
        The maintained run.

    Raises
    ------
    UserError
        If the data stop the plan.
    """
    assert run.id is not None
    started = time.perf_counter()
    plan = loads(run.plan_json)
    ours = learned.load(connection, run.id, artifacts)
    recorded = split.recorded_split(connection, run.id)
    empty = open_memory()
    try:
        with transaction(empty):
            snapshots = copy_snapshots(connection, empty, snapshots_of(connection, run))
            persons = PersonKeys(connection, snapshots)
            made = canonical_run.execute(
                empty,
                plan,
                snapshots,
                worker,
                None,
                Part(ctx, 0.0, 0.7),
                seed=run.seed,
                recorded=recorded,
                persons=persons,
                with_original=ours.original is not None,
            )
        again, materialised, theirs = made
        assert again.id is not None
        ctx.advance("Comparing", 0.7)
        a, b = Side(connection, run.id, plan), Side(empty, again.id, materialised.plan)
        found = compare_views(a, b)
        found += compare_learned(a, b, ours, theirs, worker)
    finally:
        empty.close()
    return ReplayReport(run.pipeline, all(c.equal for c in found), tuple(found), time.perf_counter() - started)


def snapshots_of(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, Snapshot]:
    """Return the snapshots that a run read, by source."""
    out = {}
    for source, number in json.loads(run.snapshots_json).items():
        snapshot = catalogue.get(connection, Snapshot, id=number)
        if snapshot is None:
            raise LookupError(f"the snapshot {number} of {source} is gone")
        out[source] = snapshot
    return out


def copy_snapshots(
    connection: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, snapshots: Mapping[str, Snapshot]
) -> dict[str, Snapshot]:
    """Write the remaining records of snapshots, with their row ids, into another database."""
    out = {}
    for source, snapshot in snapshots.items():
        records = ingest.snapshot_records(connection, snapshot)
        stat = (snapshot.size, snapshot.mtime_ns, snapshot.inode)
        dialect = Dialect.from_json(snapshot.dialect_json)
        out[source] = ingest.write_snapshot(target, source, records, dialect, snapshot.sha256, stat)
    return out
