"""`lester` as a shell sees it, on copies of a hospital project that was rewritten and run once."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lester_gui import cli

PIPELINE = "complications"
SSN = "670-18-6875"
"""Of the first patient: county3, a training row."""
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What a command left: exit code, standard output and error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])


def lester(*args: object, stdin: str = "") -> Result:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _stdin(stdin):
        try:
            code = cli.main([str(a) for a in args])
        except SystemExit as stop:  # argparse: usage, --help, --version
            code = int(stop.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def answer(*args: object, code: int = 0, stdin: str = "") -> Any:
    """Run a command with ``--json`` and return its document."""
    result = lester(*args, "--json", stdin=stdin)
    assert result.code == code, f"{result.code}: {result.out}{result.err}"
    return result.document


def command(*args: object) -> list[str]:
    """The command line of a child process."""
    return [sys.executable, "-m", "lester_gui.cli", *(str(a) for a in args)]


def child(*args: object, before: Callable[[], None] | None = None, timeout: float = 120) -> Result:
    """Run a command in a process of its own; `before` runs in it first, to take something away from it."""
    done = subprocess.run(
        command(*args), capture_output=True, text=True, timeout=timeout, preexec_fn=before, check=False, cwd=ROOT
    )
    return Result(done.returncode, done.stdout, done.stderr)


def obey_permissions() -> None:
    """Take from root what lets it write where permissions say no."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP: holds from the exec on
                raise OSError(ctypes.get_errno(), "a capability could not be dropped")


def contents(folder: Path) -> dict[str, str]:
    """Return path → hash of everything that a refused command must leave alone.

    Lester's own database, lock and spill folder are left out: opening them may fold the log into the file.
    """
    kept = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith((".lester/lester.duckdb", ".lester/lock", ".lester/tmp")):
            kept[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return kept


def assert_mendable(result: Result, *words: str, code: int = 1) -> None:
    """Check that an error is one line, says these words, has a hint, and shows no traceback or personal value."""
    assert result.code == code, f"{result.code}: {result.out}{result.err}"
    error = result.err.strip().splitlines()[-1]
    assert result.out == ""
    for word in words:
        assert word in error, error
    assert "Traceback" not in result.err
    assert SSN not in result.err
    assert error.count(". ") or error.count("? "), f"no hint: {error}"


@contextlib.contextmanager
def _stdin(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, samples_folder: Path) -> tuple[Path, dict[str, Any]]:
    """A hospital project that was scanned, rewritten and run, and what the commands answered. Copy before writing to it."""
    folder = tmp_path_factory.mktemp("made") / "hospital"
    shutil.copytree(samples_folder / "hospital", folder)
    answers = {
        "scan": answer("scan", folder),
        "rewrite": answer("rewrite", folder, PIPELINE, "--with", "rules"),
        "run": answer("run", folder, PIPELINE),
    }
    return folder, answers


@pytest.fixture
def project(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of that project."""
    shutil.copytree(made[0], tmp_path / "hospital")
    return tmp_path / "hospital"


@pytest.fixture
def fresh(tmp_path: Path, samples_folder: Path) -> Path:
    """A copy of the hospital sample that Lester has not seen."""
    shutil.copytree(samples_folder / "hospital", tmp_path / "fresh")
    return tmp_path / "fresh"


@pytest.fixture(scope="session")
def erased(made: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A copy of that project after one erasure, and what the commands on the way answered."""
    folder = tmp_path_factory.mktemp("erased") / "hospital"
    shutil.copytree(made[0], folder)
    with pytest.MonkeyPatch.context() as patch:  # keys are made in a home; the fixture outlives that of a test
        patch.setenv("HOME", str(folder.parent))
        patch.setenv("XDG_CONFIG_HOME", str(folder.parent / ".config"))
        patch.setenv("XDG_DATA_HOME", str(folder.parent / ".local"))
        answers = {
            "trace": answer("trace", folder, SSN, "--influence"),
            "request": answer("request", folder, "--right", "erasure", "--subject", "-", "--by", "ines", stdin=SSN + "\n"),
        }
        case = answers["request"]["case"]
        answers |= {
            "plan": answer("plan", folder, case),
            "rows": answer("rows", folder, case),
            "approve": answer("approve", folder, case, "--by", "maria", "--reason", "identity checked"),
            "apply": answer("apply", folder, case),
            "purge": answer("purge", folder),
            "replay": answer("replay", folder, PIPELINE),
            "ask-original": answer("ask-original", folder, PIPELINE),
            "certificate": answer("certificate", folder, case, "--out", folder.parent / "certificate.json"),
            "check-certificate": answer("check-certificate", folder.parent / "certificate.json"),
            "audit": answer("audit", folder),
        }
    return folder, answers
