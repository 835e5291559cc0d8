"""Working copies: private, complete, and gone afterwards whatever happens."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.sandbox.copies import private_folder, scratch_base, sweep, working_copy


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("data/a.csv", "script.py", ".lester/lester.duckdb", ".git/config", "env/pyvenv.cfg", "__pycache__/x.pyc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1\n")
    (folder / "linked.csv").symlink_to(folder / "data" / "a.csv")
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere").symlink_to(folder / "gone")
    return folder


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir(mode=0o700)
    return folder


def test_a_copy_is_private_and_holds_what_a_script_needs(project: Path, scratch: Path) -> None:
    with working_copy(project, scratch=scratch) as copy:
        assert stat.S_IMODE(copy.folder.stat().st_mode) == 0o700
        found = {str(p.relative_to(copy.root)) for p in copy.root.rglob("*") if p.is_file()}
        assert found == {"data/a.csv", "script.py", "linked.csv"}
        assert not (copy.root / "linked.csv").is_symlink()
    assert list(scratch.iterdir()) == []


def test_a_copy_is_deleted_after_an_error(project: Path, scratch: Path) -> None:
    with pytest.raises(RuntimeError), working_copy(project, scratch=scratch):
        raise RuntimeError
    assert list(scratch.iterdir()) == []


def test_files_are_replaced_without_being_copied(project: Path, scratch: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("2\n")
    with working_copy(project, replace={"data/a.csv": b"new\n", "data/b.csv": other}, scratch=scratch) as copy:
        assert (copy.root / "data/a.csv").read_text() == "new\n"
        assert (copy.root / "data/b.csv").read_text() == "2\n"
        assert copy.changed_files() == ()
        (copy.root / "data/b.csv").write_text("3\n")
        assert [(c.path, c.change) for c in copy.changed_files()] == [("data/b.csv", "changed")]
    assert other.read_text() == "2\n"


def test_leftovers_of_a_crash_are_swept(scratch: Path) -> None:
    code = (
        "import os, signal, pathlib, sys\n"
        "from lester_gui.sandbox.copies import private_folder\n"
        "with private_folder(pathlib.Path(sys.argv[1])) as folder:\n"
        "    (folder / 'data').write_text('personal')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(scratch)], check=False)
    assert len(list(scratch.iterdir())) == 1
    with private_folder(scratch) as mine:
        assert sweep(scratch) == 1
        assert list(scratch.iterdir()) == [mine]


def test_a_missing_source_is_a_user_error(project: Path, scratch: Path) -> None:
    with (
        pytest.raises(UserError, match="disappeared"),
        working_copy(project, replace={"data/a.csv": project / "gone.csv"}, scratch=scratch),
    ):
        pass
    assert list(scratch.iterdir()) == []


def test_a_foreign_temporary_folder_is_refused(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o755)
    os.chmod(open_to_all, 0o755)
    with pytest.raises(UserError, match="belongs to somebody else"):
        scratch_base(open_to_all)
