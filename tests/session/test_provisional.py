"""A search reads a source before any run does; the first plan's reader may see other rows."""

import json
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import silent
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.session import Session
from lester_gui.session.provisional import is_provisional
from lester_gui.session.sources import take_snapshots
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Run

SCRIPT = """\
from sklearn.linear_model import LogisticRegression
ages = [[int(line.split(',')[1])] for line in open('people.txt') if not line.startswith('|')]
model = LogisticRegression().fit(ages, [a[0] > 35 for a in ages])
"""
PLAN_READ = Read(
    name="people",
    source="people",
    reader=Reader.PYTHON_LINES,
    options=(("sep", ","), ("skip", 1)),
    columns=(Field("email", Type.STR), Field("age", Type.STR)),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "people.txt").write_text("| made in May\nann@example.org,30\nbob@example.org,40\n")
    (tmp_path / "lester.toml").write_text(
        '[project]\nname = "Small"\n\n[sources.people]\npath = "people.txt"\nsubject_keys = ["#row"]\n'
        '\n[pipelines.train]\nscript = "train.py"\n'
    )
    return tmp_path


def read_as_planned(session: Session) -> dict[int, bytes]:
    with session.transaction() as connection:
        snapshot = take_snapshots(connection, session.folder, session.configuration, [PLAN_READ], silent())["people"]
        records = snapshot_records(connection, snapshot)
    return dict(zip(records.row_ids, records.records, strict=True))


def test_a_plan_numbers_rows_afresh_while_nobody_was_named_by_one(folder: Path) -> None:
    with Session.open(folder, user="ines") as session:
        assert not session.trace("people.#row=77")["found"]
        assert [s["values"] for s in session.trace("nobody")["searched"]] == [3]
        assert read_as_planned(session) == {1: b"ann@example.org,30\n", 2: b"bob@example.org,40\n"}
        assert [s["values"] for s in session.trace("nobody")["searched"]] == [2]
        assert len(catalogue.find(session.connection, catalogue.Snapshot, source="people")) == 1


def test_rows_keep_their_numbers_once_somebody_was_named_by_one(folder: Path) -> None:
    with Session.open(folder, user="ines") as session:
        token = session.require_subject("people.#row=3").token
        assert read_as_planned(session) == {2: b"ann@example.org,30\n", 3: b"bob@example.org,40\n"}
        assert session.require_subject(token).subject.rows == {"people": (3,)}


def test_a_snapshot_that_a_run_stands_on_does_not_make_way(folder: Path) -> None:
    with Session.open(folder, user="ines") as session:
        session.trace("nobody")
        snapshot = catalogue.latest_snapshot(session.connection, "people")
        assert snapshot is not None
        assert is_provisional(session.connection, snapshot)
        run = Run(
            pipeline="train",
            plan_hash="0" * 64,
            plan_json="{}",
            snapshots_json=json.dumps({"people": snapshot.id}),
            status="started",
            started_at=snapshot.taken_at,
        )
        with session.transaction() as connection:
            catalogue.add(connection, run)
        assert not is_provisional(session.connection, snapshot)
        with pytest.raises(UserError, match="read in two ways"):
            read_as_planned(session)
