"""Leaving a person out looks at the views as a run on the other rows would make them, and leaves nothing behind."""

import duckdb
import numpy as np
import pytest

from lester_gui.ir.serialise import loads
from lester_gui.maintenance import learned
from lester_gui.maintenance.replay import snapshots_of
from lester_gui.progress import silent
from lester_gui.runtime import split
from lester_gui.runtime.ingest import snapshot_records, write_snapshot
from lester_gui.runtime.materialize import materialise
from lester_gui.runtime.records import Dialect
from lester_gui.session.without import without
from lester_gui.store import catalogue
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Run, Source
from lester_gui.store.person_keys import PersonKeys

from .conftest import PIPELINE, Looking


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return table → rows and a hash of all of them."""
    names = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name IN (current_database(), 'temp')"
    ).fetchall()
    return {n: connection.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {n} t").fetchall()[0] for (n,) in names}


def made_without(session: Looking, run: Run, rows: dict[str, list[int]]) -> learned.Prepared:
    """Run the plan on the other rows, in a database of its own."""
    assert run.id is not None
    plan = loads(run.plan_json)
    worker = session.worker(plan, silent())
    memory = stores.open_memory()
    snapshots = {}
    for source, snapshot in snapshots_of(session.connection, run).items():
        catalogue.put_source(memory, Source(name=source, path=""))
        records = snapshot_records(session.connection, snapshot).without(set(rows.get(source, ())))
        snapshots[source] = write_snapshot(memory, source, records, Dialect.from_json(snapshot.dialect_json), "", (0, 0, 0))
    made = materialise(memory, plan, 1, snapshots, worker.evaluate)
    recorded = split.recorded_split(session.connection, run.id)
    split.deal(memory, made.plan, 1, recorded, PersonKeys(session.connection, snapshots), run.seed, worker.evaluate)
    return learned.prepare(memory, made.plan, 1, worker)


@pytest.mark.parametrize("patients", [[0], [1, 2, 3], list(range(0, 120, 7))])
def test_views_are_those_of_a_run_on_the_other_rows(hospital: Looking, patients: list[int]) -> None:
    run = catalogue.latest_run(hospital.connection, PIPELINE)
    assert run is not None
    plan = loads(run.plan_json)
    rows = {"patients": [p + 1 for p in patients], "histories": [p + 1 for p in patients], "elsewhere": [1]}
    before = contents(hospital.connection)
    with without(hospital.connection, run, plan, rows, hospital.worker(plan, silent()), silent()) as rest:
        ours, theirs = rest.prepared, made_without(hospital, run, rows)
        assert ours.table.equals(theirs.table)
        assert ours.y.tolist() == theirs.y.tolist()
        everything = np.arange(ours.table.num_rows)
        assert ours.keys_at(everything).tolist() == theirs.keys_at(everything).tolist()
        assert (ours.train.tolist(), ours.test.tolist()) == (theirs.train.tolist(), theirs.test.tolist())
        assert rest.keeps_numbers
        assert contents(rest.with_them) == before
    assert contents(hospital.connection) == before


def test_nothing_stays_where_looking_fails(hospital: Looking) -> None:
    run = catalogue.latest_run(hospital.connection, PIPELINE)
    assert run is not None
    plan, before = loads(run.plan_json), contents(hospital.connection)
    with (
        pytest.raises(RuntimeError, match="on purpose"),
        without(hospital.connection, run, plan, {"patients": [1]}, hospital.worker(plan, silent()), silent()),
    ):
        raise RuntimeError("on purpose")
    assert contents(hospital.connection) == before
