"""Runs plans on files for verification: an empty database in memory, fresh snapshots, nothing kept."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa

from lester_gui.discovery.configuration import Configuration
from lester_gui.errors import UserError
from lester_gui.features import column_map, matrix, state
from lester_gui.ir.learning import TEST, TRAIN
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.models import script_model
from lester_gui.progress import Context
from lester_gui.runtime import functions, ingest
from lester_gui.runtime import split as splits
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import Materialised, evaluate_expression, fetch_view, materialise
from lester_gui.runtime.records import dialect_of
from lester_gui.sandbox import Positions
from lester_gui.store import connection as stores
from lester_gui.store import spill
from lester_gui.store.catalogue import Snapshot, View
from lester_gui.verify.plan_result import Array, Edges, Occurrence, PlanResult, ViewResult

RUN = 1
ONE_THREAD = 4 << 20  # bytes of sources


class Execution:
    """Runs plans on folders, each in a database in memory that is empty: what a run makes is rolled back after it.

    A database with its tables and functions takes longer to make than a small plan to run, so one is kept between runs. Close it
    at the end; it may be run from several threads, one run at a time.

    Parameters
    ----------
    configuration
        Which file is which source.
    worker_of
        Returns what runs the code that a plan carries.
    """

    def __init__(self, configuration: Configuration, worker_of: Callable[[Plan, Context], Worker]) -> None:
        self._configuration = configuration
        self._worker_of = worker_of
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._threads = 0

    def __call__(self, plan: Plan, folder: Path, split: Positions | None, ctx: Context) -> PlanResult:
        """Run a plan on the sources below `folder`, see `verify.plan_result.Execute`."""
        with self._lock:
            connection = self._ready(plan, folder)
            connection.execute("BEGIN")
            try:
                snapshots = fresh_snapshots(connection, plan, folder, self._configuration)
                return execute_on(connection, snapshots, plan, RUN, self._worker_of(plan, ctx), split, ctx)
            finally:
                self._forget(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _forget(self, connection: duckdb.DuckDBPyConnection) -> None:
        try:
            connection.execute("ROLLBACK")
        except duckdb.Error:  # an engine that cannot even do that holds nothing worth keeping: the next run opens another
            connection.close()
            self._connection = None

    def _ready(self, plan: Plan, folder: Path) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            self._connection = stores.open_memory()
            functions.register(self._connection)  # in a transaction it would be rolled back with the run
            self._threads = 0
        paths = {folder / self._configuration.source(node.source).path for node in plan.reads}
        size = sum(path.stat().st_size for path in paths if path.is_file())
        threads = 1 if size < ONE_THREAD else max(1, os.cpu_count() or 1)  # on few rows, handing work around costs more than it
        if threads != self._threads:
            self._connection.execute(f"SET threads = {threads}")
            self._threads = threads
        return self._connection


def executor(configuration: Configuration, worker_of: Callable[[Plan, Context], Worker]) -> Execution:
    """Return what `verify` calls to run a plan on a folder."""
    return Execution(configuration, worker_of)


def execute_on(
    connection: duckdb.DuckDBPyConnection,
    snapshots: Mapping[str, Snapshot],
    plan: Plan,
    run: int,
    worker: Worker,
    positions: Positions | None,
    ctx: Context,
) -> PlanResult:
    """Run a plan as `run` on snapshots that are there, and return all that verification compares.

    Raises
    ------
    UserError
        If the data stop the plan before it has labels.
    """
    made = materialise(connection, plan, run, snapshots, worker.evaluate, ctx, worker.run_opaque)
    return _learn(connection, made, run, worker, positions, view_results(connection, made.plan, made.views))


def refit(plan: Plan, X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Fit a plan's model on given arrays with the script's settings and predict: tells rounding from another model."""
    names = [f"x{i}" for i in range(X_train.shape[1])]
    return script_model.fit_as_script(plan.model, X_train, y_train, features=names, seed=0).predict(X_test)


def fresh_snapshots(
    connection: duckdb.DuckDBPyConnection, plan: Plan, folder: Path, configuration: Configuration
) -> dict[str, Snapshot]:
    """Take the sources of a plan from `folder` into a database that is thrown away; nothing is catalogued or indexed."""
    out: dict[str, Snapshot] = {}
    for node in plan.reads:
        if node.source not in out:
            path = folder / configuration.source(node.source).path
            out[node.source] = ingest.scratch_snapshot(connection, len(out) + 1, node.source, path, dialect_of(node))
    return out


def view_results(
    connection: duckdb.DuckDBPyConnection, plan: Plan, entries: Mapping[str, View]
) -> tuple[dict[str, ViewResult], dict[str, Edges]]:
    """Return the rows, provenance and edges of every view of a run."""
    views: dict[str, ViewResult] = {}
    edges: dict[str, Edges] = {}
    for node in plan.views:
        entry = entries[node.name]
        table = spill.on_disk(fetch_view(connection, entry, node.schema.names, hidden=True))
        origins = json.loads(entry.occurrences_json)
        found = tuple(Occurrence(o, table.column(f"__p{i}").combine_chunks()) for i, o in enumerate(origins))
        numbers = table.column(ROW_NO).to_numpy()
        views[node.name] = ViewResult(table.select(list(node.schema.names)), numbers, found)
        for edge in list(json.loads(entry.edges_json).values())[:1]:
            pairs = connection.execute(f"SELECT row_no, parent_no FROM lester.{edge}").to_arrow_table()
            edges[node.name] = Edges(pairs.column("row_no").to_numpy(), pairs.column("parent_no").to_numpy())
    return views, edges


def _learn(
    connection: duckdb.DuckDBPyConnection,
    made: Materialised,
    run: int,
    worker: Worker,
    positions: Positions | None,
    views: tuple[dict[str, ViewResult], dict[str, Edges]],
) -> PlanResult:
    """Label, split, encode and fit; what stops says at which stage, with all that came before."""
    plan, stage = made.plan, "split"
    done: dict[str, object] = {"views": views[0], "edges": views[1]}
    try:
        stage = "label"
        y = learned.labels(
            evaluate_expression(connection, plan, run, plan.prepared, plan.label.expr, worker.evaluate), plan.label.codes
        )
        done["y"] = y
        stage = "split"
        recorded = None if positions is None else _imposed(connection, plan, run, positions)
        splits.deal(connection, plan, run, recorded, evaluate=worker.evaluate)
        rows = learned.prepare(connection, plan, run, worker)
        done |= rows.sides
        stage = "encode"
        encoder = state.fit(plan.encode, rows.table, state.fit_rows(plan.encode, rows.train, len(y)), worker.call_block, y)
        X = {side: matrix.transform(encoder, rows.table, places, worker.call_block) for side, places in rows.sides.items()}
        done |= {f"X_{side}": values for side, values in X.items()}
        stage = "model"
        names = column_map.column_map(encoder).names
        model = script_model.fit_as_script(plan.model, X[TRAIN], y[rows.train], features=names, seed=0)
        done["predictions"] = model.predict(X[TEST])
    except (UserError, ValueError, TypeError) as error:  # scikit-learn compares labels: a missing one beside text is a TypeError
        return PlanResult(**done, stopped=stage, exception_type="" if isinstance(error, UserError) else type(error).__name__)  # type: ignore[arg-type]
    return PlanResult(**done)  # type: ignore[arg-type]


def _imposed(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, positions: Positions) -> pa.Table:
    """The membership that the script was seen to deal, as a recorded split."""
    keys = splits.row_keys(connection, plan, run)
    sides = [(i, side, n) for side in plan.split.sides for n, i in enumerate(getattr(positions, side))]
    return pa.table(
        {
            "row_key": pa.array([keys[i] for i, _, _ in sides], pa.string()),
            "side": pa.array([s for _, s, _ in sides], pa.string()),
            "position": pa.array(np.array([n for _, _, n in sides], dtype=np.int64)),
        }
    )
