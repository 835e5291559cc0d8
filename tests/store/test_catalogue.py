"""Records go in and come out as they were; identifiers are never given twice; artefacts are whole or absent."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from lester_gui.errors import UserError
from lester_gui.store import catalogue, suppression
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.catalogue import (
    Artefact,
    EncoderState,
    Model,
    Pipeline,
    Prediction,
    Run,
    Snapshot,
    Source,
    View,
)
from lester_gui.store.connection import open_memory

AT = datetime(2026, 11, 23, 1, 2, 3)
RECORDS = [
    Source(name="people", path="data/people.csv", subject_keys_json='["ssn"]'),
    Snapshot(
        source="people", taken_at=AT, sha256="ab", size=3, mtime_ns=4, inode=5, rows=6, dialect_json="{}", preamble=b"\x00a\n",
        table_name="snapshot_1",
    ),
    Pipeline(name="p", script="p.py", script_hash="h", status="verified", plan_json="{}", updated_at=AT),
    Run(pipeline="p", plan_hash="h", plan_json="{}", snapshots_json='{"people": 1}', status="done", started_at=AT, seed=7),
    View(
        run=1, name="df", position=0, kind="read", table_name="view_1_0", rows=3, occurrences_json="[]", edges_json="{}",
        columns_json="[]",
    ),
    EncoderState(run=1, block="b", step=0, kind="scaler", state_json="{}", sha256="cd"),
    Model(
        run=1, role="canonical", estimator="x.Y", params_json="{}", artefact="ef", x_hash="1", y_hash="2", split_hash="3",
        metrics_json="{}", versions_json="{}",
    ),
    Artefact(pipeline="p", path="out/model.pkl", content="model", sha256="00", size=9, status="present", found_at=AT),
    Prediction(run=1, role="canonical", row_no=1024, side="test", label="True", predicted="False", probability=0.25),
]  # fmt: skip


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return open_memory()


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_round_trip(connection: duckdb.DuckDBPyConnection, record: object) -> None:
    stored = catalogue.add(connection, record)
    assert catalogue.find(connection, type(record)) == [stored]
    assert catalogue.get(connection, type(record)) == stored


def test_every_record_is_tested() -> None:
    assert {type(r) for r in RECORDS} == set(catalogue._TABLE_OF)


def test_identifiers_are_never_given_twice(connection: duckdb.DuckDBPyConnection) -> None:
    first = catalogue.add(connection, RECORDS[3])
    assert isinstance(first, Run) and first.id is not None
    catalogue.remove(connection, Run, id=first.id)
    second = catalogue.add(connection, RECORDS[3])
    assert isinstance(second, Run) and second.id == first.id + 1


def test_a_source_keeps_its_row_ids_when_it_is_put_again(connection: duckdb.DuckDBPyConnection) -> None:
    catalogue.put_source(connection, Source(name="people", path="a.csv"))
    catalogue.update(connection, Source, {"next_row_id": 100}, name="people")
    moved = catalogue.put_source(connection, Source(name="people", path="b.csv"))
    assert (moved.next_row_id, moved.path) == (100, "b.csv")
    assert catalogue.find(connection, Source) == [moved]


def test_unknown_view_lists_the_known_ones(connection: duckdb.DuckDBPyConnection) -> None:
    catalogue.add(connection, RECORDS[4])
    with pytest.raises(UserError) as raised:
        catalogue.require_view(connection, 1, "nope")
    assert "df" in raised.value.hint


def test_remove_without_a_condition_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="condition"):
        catalogue.remove(connection, Run)


def test_artifacts_are_content_addressed(tmp_path: Path) -> None:
    store = Artifacts(tmp_path / "artifacts")
    digest = store.put(b"model")
    assert store.put(b"model") == digest
    assert store.get(digest) == b"model"
    assert (store.path(digest).stat().st_mode & 0o777) == 0o600
    other = store.put(b"old")
    (store.folder / ".draft-killed").write_bytes(b"half")
    garbage = store.garbage([digest])
    assert {p.name for p in garbage} == {other, ".draft-killed"}
    store.remove(garbage)
    assert [p.name for p in store.folder.iterdir()] == [digest]


def test_a_changed_or_missing_artifact_is_refused(tmp_path: Path) -> None:
    store = Artifacts(tmp_path)
    digest = store.put(b"model")
    store.path(digest).write_bytes(b"other")
    with pytest.raises(UserError, match="was changed"):
        store.get(digest)
    with pytest.raises(UserError, match="missing"):
        store.get("0" * 64)
    with pytest.raises(ValueError, match="SHA-256"):
        store.path("../../etc/passwd")


def test_suppression_knows_people_without_naming_them(connection: duckdb.DuckDBPyConnection) -> None:
    ann, bob = ("", "ann@example.org"), ("id", "17")
    assert suppression.suppress(connection, [ann], "case-1") == 1
    assert suppression.suppress(connection, [ann], "case-2") == 0
    assert suppression.suppressed(connection, [ann, bob, ("other", "17")]) == [True, False, False]
    stored = connection.execute("SELECT * FROM lester.suppression").fetchall()
    assert "ann" not in str(stored)
    suppression.lift(connection, "case-1")
    assert suppression.count(connection) == 0
