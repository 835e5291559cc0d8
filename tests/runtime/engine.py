"""Run a plan on files given as bytes, in an empty store in memory, as a session would."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from lester_gui.ir.learning import Function
from lester_gui.ir.plan import Plan
from lester_gui.runtime.ingest import ingest
from lester_gui.runtime.materialize import Materialised, RunOpaque, materialise
from lester_gui.runtime.read import ARROW
from lester_gui.runtime.records import dialect_of
from lester_gui.runtime.udf import Evaluate
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.connection import open_memory, transaction
from tests.properties.strategies import FUNCTIONS


def take_snapshots(
    connection: duckdb.DuckDBPyConnection, plan: Plan, sources: Mapping[str, bytes], folder: Path
) -> dict[str, Snapshot]:
    """Write the sources to files and ingest those that the plan reads."""
    out = {}
    for read in plan.reads:
        path = folder / read.source
        path.write_bytes(sources[read.source])
        source = catalogue.put_source(connection, Source(name=read.source, path=read.source))
        out[read.source] = ingest(connection, source, path, dialect_of(read))
    return out


def carried(function: Function, arguments: pa.Table) -> pa.Array:
    """Evaluate one of the strategies' functions, or the source that a test carries."""
    scope: dict[str, Any] = {}
    if function.name in FUNCTIONS:
        call = FUNCTIONS[function.name]
    else:
        exec(function.source, scope)
        call = scope[function.name]
    values = [call(*row) for row in zip(*(c.to_pylist() for c in arguments.columns), strict=True)]
    return pa.array(values)


def run_plan(
    plan: Plan,
    sources: Mapping[str, bytes],
    folder: Path,
    evaluate: Evaluate | None = carried,
    run_opaque: RunOpaque | None = None,
) -> tuple[duckdb.DuckDBPyConnection, Materialised, dict[str, Snapshot]]:
    """Materialise a plan as run 1 of a fresh store in memory."""
    connection = open_memory()
    with transaction(connection):
        snapshots = take_snapshots(connection, plan, sources, folder)
        made = materialise(connection, plan, 1, snapshots, evaluate, run_opaque=run_opaque)
    return connection, made, snapshots


def delete_rows(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, row_ids: list[int]) -> None:
    """Take records out of a snapshot, as an erasure does."""
    connection.execute(f"DELETE FROM lester.{snapshot.table_name} WHERE row_id IN (SELECT unnest(?))", [row_ids])


__all__ = ["ARROW", "carried", "delete_rows", "run_plan", "take_snapshots"]
