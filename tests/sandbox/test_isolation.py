"""The sentence about isolation says what was observed, and less when less holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.progress import silent
from lester_gui.sandbox import Isolation, Sandbox, probe
from lester_gui.sandbox.command import worker_command

FULL = {"writes_blocked": True, "reads_blocked": True, "network_blocked": True, "signals_blocked": True, "limits": True}


@pytest.mark.parametrize(
    ("lacking", "level", "words"),
    [
        ((), "full", "isolated: no network, files read-only"),
        (("signals_blocked",), "partial", "can signal other programs"),
        (("reads_blocked",), "partial", "can read your other files"),
        (("network_blocked",), "partial", "can use the network"),
        (("writes_blocked", "reads_blocked"), "partial", "can read and change your files"),
        (("writes_blocked", "reads_blocked", "network_blocked"), "limits", "only their time and memory"),
        (tuple(FULL), "none", "only their time is limited"),
    ],
)
def test_the_sentence_is_honest(lacking: tuple[str, ...], level: str, words: str) -> None:
    isolation = Isolation(supported=True, **{k: k not in lacking for k in FULL})
    assert isolation.level == level
    assert words in isolation.sentence
    assert "not a security boundary" in isolation.warning


def test_this_machine_is_probed() -> None:
    isolation = probe()
    assert isolation.supported, isolation.sentence
    assert isolation.level != "full" or (isolation.network_blocked and isolation.writes_blocked)
    if isolation.landlock:
        assert isolation.writes_blocked
        assert isolation.reads_blocked


def test_an_unsupported_machine_says_so() -> None:
    assert "not supported yet" in Isolation(supported=False, reason="isolated child processes are not supported yet").sentence


def test_a_frozen_application_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert worker_command(None, "probe")[1:] == ["--worker", "sandbox", "probe"]
    assert worker_command(Path("/usr/bin/python3"), "probe")[0] == "/usr/bin/python3"


def test_the_entry_point_of_a_frozen_application_is_the_worker() -> None:
    command = [sys.executable, "-m", "lester_gui", "--worker", "sandbox", "probe"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert json.loads(done.stdout)["inside_works"]


def test_an_interpreter_that_is_none(tmp_path: Path) -> None:
    missing = Sandbox(tmp_path / "no-python")
    with pytest.raises(UserError, match="cannot be started") as caught:
        missing.versions(silent())
    assert "lester.toml" in caught.value.hint
    other = tmp_path / "true"
    other.write_text("#!/bin/sh\nexit 3\n")
    other.chmod(0o755)
    with Sandbox(other) as wrong, pytest.raises(UserError, match="does not run scripts"):
        wrong.versions(silent())


def test_an_interpreter_without_packages(tmp_path: Path) -> None:
    """A bare virtual environment, without Lester, NumPy or pandas, runs plain scripts."""
    import venv

    from lester_gui.sandbox import ScalarValue, working_copy

    venv.create(tmp_path / "bare", with_pip=False)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "s.py").write_text("rows = [l.split(',') for l in ['a,1']]\nx = rows[0][1]\n")
    with Sandbox(tmp_path / "bare" / "bin" / "python") as bare, working_copy(tmp_path / "project") as copy:
        assert set(bare.versions()) == {"python"}
        result = bare.run_script(copy, "s.py")
        assert result.final["x"] == ScalarValue("str", "", "1"), result.output
        with pytest.raises(UserError, match=r"'pandas'.*bare") as caught:
            (copy.root / "s.py").write_text("import pandas\n")
            bare.run_script(copy, "s.py").require_finished("s.py", "bare/bin/python")
    assert "lester.toml" in caught.value.hint
