"""Rows that do not fit into memory lie in a private folder while they are needed, and nowhere else."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest

from lester_gui.store import spill
from lester_gui.store.connection import open_memory


def test_a_database_in_memory_spills_into_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_memory("60MB") as con:
        con.execute("SET threads = 1")
        con.execute("CREATE TABLE lester.wide AS SELECT range AS a, repeat('x', 200) || range AS b FROM range(600000)")
        (folder,) = con.execute("SELECT current_setting('temp_directory')").fetchone() or ("",)
        assert any(Path(folder).iterdir())
        assert Path(folder).parent.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_two_databases_do_not_share_a_folder() -> None:
    assert spill.new_path() != spill.new_path()
    assert spill.new_path().parent == spill.new_path().parent


def test_what_a_dead_process_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "import os, sys; from lester_gui.store import spill; print(spill.new_path().parent, flush=True); "
    to_kill = [sys.executable, "-c", code + "os.kill(os.getpid(), 9)"]
    dead = Path(subprocess.run(to_kill, env=_in(tmp_path), capture_output=True, text=True, check=False).stdout.strip())
    with subprocess.Popen(
        [sys.executable, "-c", code + "sys.stdin.read()"],
        env=_in(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as living:  # fmt: skip
        assert living.stdout is not None
        alive = Path(living.stdout.readline().strip())
        assert dead.is_dir() and alive.is_dir()
        spill.remove_stale()
        assert [dead.exists(), alive.exists()] == [False, True]
        living.communicate("")
    assert not alive.exists()


def _in(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder)}


def test_a_large_table_lies_in_a_file_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"n": pa.array([1, None, 3], pa.int64()), "text": ["a", "", None], "some": [[1.5], [], None]})
    assert spill.on_disk(table) is table
    monkeypatch.setattr(spill, "_SMALL", 0)
    before = set(spill.new_path().parent.iterdir())
    held = spill.on_disk(table)
    assert held.equals(table) and held.schema == table.schema
    assert set(spill.new_path().parent.iterdir()) == before


def test_a_table_that_cannot_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spill, "_SMALL", 0)
    monkeypatch.setattr(spill.pa.ipc, "new_file", full)
    before = set(spill.new_path().parent.iterdir())
    with pytest.raises(OSError, match="No space left"):
        spill.on_disk(pa.table({"n": [1]}))
    assert set(spill.new_path().parent.iterdir()) == before
