"""Opening a project: modes, one process at a time, read-only and full disks, crashes, versions."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from lester_gui.errors import UserError
from lester_gui.store import catalogue, migrations
from lester_gui.store.catalogue import Source
from lester_gui.store.connection import disk_errors, open_memory, open_project, transaction
from lester_gui.store.migrations import TableSet


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folder_and_database_are_private(tmp_path: Path) -> None:
    with open_project(tmp_path) as store:
        with store.transaction() as connection:
            catalogue.set_meta(connection, "name", "x")
        assert mode(store.folder) == 0o700
        assert {mode(p) for p in store.folder.iterdir() if p.is_file()} == {0o600}
        assert sorted(p.name for p in tmp_path.iterdir()) == [".lester"]


def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    with open_project(tmp_path) as store, store.transaction() as connection:
        catalogue.add(connection, Source(name="people", path="people.csv"))
    with open_project(tmp_path) as store:
        assert [s.name for s in catalogue.find(store.connection, Source)] == ["people"]


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    with open_project(tmp_path) as store:
        with pytest.raises(KeyError), store.transaction() as connection:
            catalogue.add(connection, Source(name="people", path="people.csv"))
            connection.execute("CREATE TABLE lester.half AS SELECT 1 AS x")
            raise KeyError
        assert catalogue.find(store.connection, Source) == []
        with store.transaction() as connection:  # and the connection still works
            connection.execute("CREATE TABLE lester.half AS SELECT 1 AS x")


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        open_project(tmp_path / "nowhere")


def test_a_second_process_is_told_who_holds_the_project(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from lester_gui.errors import UserError
        from lester_gui.store.connection import open_project
        try:
            open_project(Path(sys.argv[1]))
        except UserError as error:
            print(error.message)
        """
    )
    with open_project(tmp_path):
        said = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
        )
    assert said.stdout.strip() == f"Another process holds this project (pid {os.getpid()})"
    open_project(tmp_path).close()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from lester_gui.store.connection import open_project\n"
        "store = open_project(Path(sys.argv[1])); store.connection.execute('BEGIN')\n"
        "store.connection.execute('CREATE TABLE lester.half AS SELECT 1 AS x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=60, check=False)
    with open_project(tmp_path) as store:
        assert not store.connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'half'").fetchall()


def test_an_empty_database_file_of_a_killed_process_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / ".lester"
    folder.mkdir()
    (folder / "lester.duckdb").touch()
    open_project(tmp_path).close()


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ".lester"
    folder.mkdir()
    (folder / "lester.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(UserError, match="damaged"):
        open_project(tmp_path)
    assert (folder / "lester.duckdb").read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written")]
)
def test_a_disk_that_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(UserError, match=said) as raised:
        open_project(tmp_path)
    assert raised.value.hint
    assert not list(tmp_path.iterdir())


def test_duckdbs_own_words_for_a_full_disk() -> None:
    with pytest.raises(UserError, match="disk is full"), disk_errors():
        raise duckdb.IOException(f"IO Error: Could not write file: {os.strerror(errno.ENOSPC)}")
    with pytest.raises(duckdb.IOException), disk_errors():
        raise duckdb.IOException("IO Error: something else")


def test_a_real_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with open_project(tmp_path) as store:
        connection = store.connection
        connection.execute("SET memory_limit = '64MB'; SET max_temp_directory_size = '1MB'; SET threads = 1")
        with pytest.raises(UserError), store.transaction():
            connection.execute("CREATE TABLE lester.big AS SELECT i, hash(i) h FROM range(30_000_000) t(i) ORDER BY h")
        assert not connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'big'").fetchall()


def test_readers_see_committed_data_from_other_threads(tmp_path: Path) -> None:
    with open_project(tmp_path) as store:
        reader = store.cursor()
        with store.transaction() as connection:
            catalogue.set_meta(connection, "k", "new")
            assert catalogue.get_meta(reader, "k") is None
        assert catalogue.get_meta(reader, "k") == "new"
        store.checkpoint()


def test_a_slow_query_prints_no_bar_among_a_commands_answer(tmp_path: Path) -> None:
    with open_project(tmp_path) as store:
        for connection in (store.connection, store.cursor()):
            assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)


def test_migrations_run_once_and_in_order() -> None:
    connection = open_memory()
    first = TableSet("cases", (("CREATE TABLE lester.case_x (id BIGINT)", "INSERT INTO lester.case_x VALUES (1)"),))
    migrations.migrate(connection, [first])
    migrations.migrate(connection, [first])
    second = TableSet("cases", (*first.steps, ("ALTER TABLE lester.case_x ADD COLUMN name VARCHAR DEFAULT 'n'",)))
    migrations.migrate(connection, [second])
    assert connection.execute("SELECT * FROM lester.case_x").fetchall() == [(1, "n")]
    with pytest.raises(UserError, match="newer Lester"):
        migrations.migrate(connection, [first])


def test_a_failing_migration_changes_nothing() -> None:
    connection = open_memory()
    broken = TableSet("broken", (("CREATE TABLE lester.fine (id BIGINT)", "CREATE TABLE lester.fine (id BIGINT)"),))
    with pytest.raises(duckdb.Error):
        migrations.migrate(connection, [broken])
    with transaction(connection):
        connection.execute("CREATE TABLE lester.fine (id BIGINT)")
