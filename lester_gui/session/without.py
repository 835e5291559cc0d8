"""A run without one person, in a database of its own that is gone afterwards: what the influence is measured against.

It reads the run's snapshots less the person's rows, deals the others as recorded, and calls no user function twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Prepared, Worker
from lester_gui.progress import Context, Part
from lester_gui.runtime import split
from lester_gui.runtime.ingest import snapshot_records, write_snapshot
from lester_gui.runtime.materialize import fetch_table, materialise
from lester_gui.runtime.records import Dialect, Records
from lester_gui.store import catalogue, subjects
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Run, Snapshot, Source
from lester_gui.store.registered import registered

RUN = 1


@dataclass(frozen=True, slots=True)
class WithoutThem:
    """The run's views and prepared rows without the person; `connection` and its run 1 live as long as the context.

    Attributes
    ----------
    plan : Plan
        Bound to the types of what is left.
    prepared : Prepared
    """

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    prepared: Prepared

    def rows(self, view: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return some columns of a view, in its order."""
        table = fetch_table(self.connection, RUN, view, list(columns))
        return list(zip(*(c.to_pylist() for c in table.columns), strict=True)) if table.num_columns else []


@contextmanager
def without(
    connection: duckdb.DuckDBPyConnection, run: Run, plan: Plan, rows: Mapping[str, Sequence[int]], worker: Worker, ctx: Context
) -> Iterator[WithoutThem]:
    """Run the relational half of a run again without some source rows.

    Parameters
    ----------
    connection
        The project's database; it is only read.
    rows
        Source → row ids to leave out.

    Raises
    ------
    UserError
        If the plan stops on what is left.
    """
    assert run.id is not None
    ctx.advance("Leaving this person out", 0.0)
    memory = stores.open_memory()
    try:
        snapshots = {
            source: _copy_snapshot(connection, memory, number, set(rows.get(source, ())))
            for source, number in json.loads(run.snapshots_json).items()
        }
        _copy_calls(connection, memory)
        made = materialise(memory, plan, RUN, snapshots, worker.evaluate, Part(ctx, 0.1, 0.9), worker.run_opaque)
        recorded = split.recorded_split(connection, run.id)
        persons = subjects.PersonKeys(connection, snapshots)
        split.deal(memory, made.plan, RUN, recorded, persons, run.seed, worker.evaluate)
        yield WithoutThem(memory, made.plan, learned.prepare(memory, made.plan, RUN, worker))
    finally:
        memory.close()


def remaining(records: Records, gone: set[int]) -> Records:
    """Return the records without some rows; the others keep their row ids and lines."""
    kept = [i for i, row_id in enumerate(records.row_ids) if row_id not in gone]
    return replace(
        records,
        records=[records.records[i] for i in kept],
        row_ids=[records.row_ids[i] for i in kept],
        lines=[records.lines[i] for i in kept],
    )


def _copy_snapshot(
    connection: duckdb.DuckDBPyConnection, memory: duckdb.DuckDBPyConnection, number: int, gone: set[int]
) -> Snapshot:
    snapshot = catalogue.get(connection, Snapshot, id=number)
    if snapshot is None:
        raise RuntimeError("a run's snapshot is not there")
    catalogue.put_source(memory, Source(name=snapshot.source, path=""))
    records = remaining(snapshot_records(connection, snapshot), gone)
    dialect = Dialect.from_json(snapshot.dialect_json)
    return write_snapshot(memory, snapshot.source, records, dialect, "", (0, 0, 0))


def _copy_calls(connection: duckdb.DuckDBPyConnection, memory: duckdb.DuckDBPyConnection) -> None:
    """Take over what user functions have answered already."""
    answers = connection.execute("SELECT * FROM lester.call_cache").to_arrow_table()
    with registered(memory, known_answers=answers):
        memory.execute("INSERT INTO lester.call_cache SELECT * FROM known_answers")
