"""Runs a plan on files for verification: an empty database in memory, fresh snapshots, nothing kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lester_gui.discovery.configuration import Configuration
from lester_gui.errors import UserError
from lester_gui.features import column_map, matrix, state
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.models import script_model
from lester_gui.progress import Context
from lester_gui.runtime import ingest, split
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import Materialised, evaluate_expression, fetch_table, materialise
from lester_gui.runtime.records import dialect_of
from lester_gui.sandbox import Positions
from lester_gui.session.sources import register
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Snapshot, View
from lester_gui.verify.plan_result import Array, Edges, Occurrence, PlanResult, ViewResult

RUN = 1


def executor(
    configuration: Configuration, worker_of: Callable[[Plan, Context], Worker]
) -> Callable[[Plan, Path, Positions | None, Context], PlanResult]:
    """Return the function that `verify` calls to run a plan on a folder."""

    def execute(plan: Plan, folder: Path, positions: Positions | None, ctx: Context) -> PlanResult:
        connection = stores.open_memory()
        try:
            snapshots = fresh_snapshots(connection, plan, folder, configuration)
            return execute_on(connection, snapshots, plan, RUN, worker_of(plan, ctx), positions, ctx)
        finally:
            connection.close()

    return execute


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
    return _learn(connection, made, run, worker, positions, view_results(connection, run, made.plan, made.views))


def refit(plan: Plan, X_train: Array, y_train: Array, X_test: Array) -> Array:
    """Fit a plan's model on given arrays with the script's settings and predict: tells rounding from another model."""
    names = [f"x{i}" for i in range(X_train.shape[1])]
    return script_model.fit_as_script(plan.model, X_train, y_train, features=names, seed=0).predict(X_test)


def fresh_snapshots(
    connection: duckdb.DuckDBPyConnection, plan: Plan, folder: Path, configuration: Configuration
) -> dict[str, Snapshot]:
    """Ingest the sources of a plan from `folder`; nothing is indexed."""
    out: dict[str, Snapshot] = {}
    for node in plan.reads:
        if node.source not in out:
            entry = configuration.source(node.source)
            out[node.source] = ingest.ingest(connection, register(connection, entry), folder / entry.path, dialect_of(node))
    return out


def view_results(
    connection: duckdb.DuckDBPyConnection, run: int, plan: Plan, entries: Mapping[str, View]
) -> tuple[dict[str, ViewResult], dict[str, Edges]]:
    """Return the rows, provenance and edges of every view of a run."""
    views: dict[str, ViewResult] = {}
    edges: dict[str, Edges] = {}
    for node in plan.views:
        entry = entries[node.name]
        table = fetch_table(connection, run, node.name, hidden=True)
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
        split.deal(connection, plan, run, recorded, evaluate=worker.evaluate)
        rows = learned.prepare(connection, plan, run, worker)
        done |= {"train": rows.train, "test": rows.test}
        stage = "encode"
        encoder = state.fit(plan.encode, rows.table, state.fit_rows(plan.encode, rows.train, len(y)), worker.call_block, y)
        X_train = matrix.transform(encoder, rows.table, rows.train, worker.call_block)
        X_test = matrix.transform(encoder, rows.table, rows.test, worker.call_block)
        done |= {"X_train": X_train, "X_test": X_test}
        stage = "model"
        names = column_map.column_map(encoder).names
        model = script_model.fit_as_script(plan.model, X_train, y[rows.train], features=names, seed=0)
        done["predictions"] = model.predict(X_test)
    except (UserError, ValueError, TypeError) as error:  # scikit-learn compares labels: a missing one beside text is a TypeError
        return PlanResult(**done, stopped=stage, exception_type="" if isinstance(error, UserError) else type(error).__name__)  # type: ignore[arg-type]
    return PlanResult(**done)  # type: ignore[arg-type]


def _imposed(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, positions: Positions) -> pa.Table:
    """The membership that the script was seen to deal, as a recorded split."""
    _, keys = split.row_keys(connection, plan, run)
    sides = [(i, "train", n) for n, i in enumerate(positions.train)] + [(i, "test", n) for n, i in enumerate(positions.test)]
    return pa.table(
        {
            "row_key": pa.array([keys[i] for i, _, _ in sides], pa.string()),
            "side": pa.array([s for _, s, _ in sides], pa.string()),
            "position": pa.array(np.array([n for _, _, n in sides], dtype=np.int64)),
        }
    )
