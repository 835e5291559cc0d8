import os
import threading
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.maintenance import fresh_database
from lester_gui.store.connection import Store, open_project

MARK = "zz-marker-4711-zz"


def filled(project: Path) -> Store:
    store = open_project(project)
    store.connection.execute("SET force_compression = 'uncompressed'")
    store.connection.execute("CREATE TABLE lester.t AS SELECT i, 'row ' || i AS s FROM range(5000) r(i)")
    store.connection.execute("INSERT INTO lester.t VALUES (-1, ?)", [MARK])
    store.checkpoint()
    return store


def test_deleted_values_are_gone_from_the_bytes(tmp_path: Path) -> None:
    with filled(tmp_path) as store:
        assert MARK.encode() in store.database.read_bytes()
        store.connection.execute("DELETE FROM lester.t WHERE i = -1")
        store.checkpoint()
        order = store.connection.execute("SELECT i FROM lester.t").fetchall()
        fresh_database.rewrite(store)
        assert store.connection.execute("SELECT i FROM lester.t").fetchall() == order
        store.connection.execute("INSERT INTO lester.t VALUES (7, 'after')")
        files = [p for p in (tmp_path / ".lester").rglob("*") if p.is_file()]
        assert not [p.name for p in files if MARK.encode() in p.read_bytes()]
        assert oct(store.database.stat().st_mode & 0o777) == "0o600"
    with open_project(tmp_path) as store:
        assert store.connection.execute("SELECT count(*) FROM lester.t").fetchone() == (5001,)


def test_cursors_of_other_threads_go_on(tmp_path: Path) -> None:
    with filled(tmp_path) as store:
        reader = store.cursor()
        assert reader.execute("SELECT count(*) FROM lester.t").fetchall() == [(5001,)]
        fresh_database.rewrite(store)
        assert reader.execute("SELECT count(*) FROM lester.t").fetchall() == [(5001,)]


def test_a_reader_in_the_middle_is_waited_for(tmp_path: Path) -> None:
    with filled(tmp_path) as store:
        reader = store.cursor()
        reader.execute("SELECT * FROM lester.t, range(100)")
        reader.fetchone()
        threading.Timer(0.3, reader.close).start()
        fresh_database.rewrite(store)
        assert store.connection.execute("SELECT count(*) FROM lester.t").fetchone() == (5001,)


def test_a_reader_that_never_ends_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_database, "PATIENCE_S", 0.1)
    with filled(tmp_path) as store:
        reader = store.cursor()
        reader.execute("SELECT * FROM lester.t, range(100)")
        reader.fetchone()
        with pytest.raises(UserError, match="A long read"):
            fresh_database.rewrite(store)
        reader.close()
    with open_project(tmp_path) as store:
        assert store.connection.execute("SELECT count(*) FROM lester.t").fetchone() == (5001,)


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with filled(tmp_path) as store:
        before = store.database.read_bytes()
        monkeypatch.setattr(fresh_database, "_sync", full)
        with pytest.raises(UserError, match="disk is full"):
            fresh_database.rewrite(store)
        assert store.database.read_bytes() == before
        assert store.connection.execute("SELECT count(*) FROM lester.t").fetchone() == (5001,)
        monkeypatch.undo()
        fresh_database.rewrite(store)
        assert fresh_database.DRAFT not in os.listdir(store.folder)
