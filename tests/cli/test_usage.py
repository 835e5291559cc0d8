"""What the command line refuses before it does anything, and how every way to end is told to the shell."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from lester_gui import __version__
from lester_gui.cli import COMMANDS
from lester_gui.errors import Refused, UserError
from lester_gui.progress import Cancelled
from lester_gui.session import Session
from tests.cli.conftest import PIPELINE, ROOT, command, lester


@pytest.mark.parametrize(
    "args",
    [
        ["nothing"],
        ["scan"],
        ["scan", "a", "b"],
        ["rewrite", "folder"],
        ["rewrite", "folder", "p", "--with", "magic"],
        ["trace", "folder"],
        ["request", "folder", "--right", "erasure", "--by", "me"],
        ["request", "folder", "--right", "oblivion", "--subject", "x", "--by", "me"],
        ["request", "folder", "--right", "erasure", "--subject", "x"],
        ["approve", "folder", "LR-0001"],
        ["export", "folder", "p", "X_train"],
        ["score", "folder", "p", "--in", "x"],
        ["certificate", "folder", "LR-0001"],
        ["check-certificate"],
        ["apply", "folder", "LR-0001", "--force"],
    ],
    ids=" ".join,
)
def test_usage_errors_exit_2_and_touch_nothing(args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = lester(*args)
    assert result.code == 2
    assert result.out == ""
    assert "usage: lester" in result.err
    assert list(tmp_path.iterdir()) == []


def test_help_and_version() -> None:
    assert lester("--version").out.strip() == f"lester {__version__}"
    shown = lester("--help")
    assert shown.code == 0
    for entry in COMMANDS:
        assert entry.name in shown.out
        said = lester(entry.name, "--help")
        assert said.code == 0
        assert "--json" in said.out
        assert "--quiet" in said.out


def test_quiet_leaves_the_answer_and_the_errors(project: Path) -> None:
    loud, quiet = (lester("run", project, PIPELINE, *more) for more in ([], ["--quiet"]))
    assert "Reading patients" in loud.err
    assert quiet.err == ""
    without_number = [re.sub("^Run [0-9]+", "Run", r.out) for r in (loud, quiet)]
    assert without_number[0] == without_number[1]
    wrong = lester("run", project, "nothing", "--quiet")
    assert wrong.code == 1 and "nothing" in wrong.err


def test_every_command_of_the_design_exists() -> None:
    names = "scan rewrite show run trace request plan approve apply purge replay ask-original export score certificate"
    beside = {"access", "answer", "extend"}  # what the window can do with a case that changes no data
    beside |= {"rows"}  # what a second person looks at before the approval
    assert beside < {c.name for c in COMMANDS}
    assert [c.name for c in COMMANDS if c.name not in beside] == [*names.split(), "check-certificate", "audit", "demo"]


def refuse(error: BaseException) -> Any:
    def method(*args: object, **kwargs: object) -> None:
        raise error

    return method


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("It is wrong", "Mend it."), 1),
        (Refused("It is refused", "Ask somebody."), 4),
        (KeyboardInterrupt(), 130),
        (Cancelled(), 130),
        (ValueError("670-18-6875 is not a number"), 70),
    ],
    ids=["user error", "refused", "interrupted", "cancelled", "bug"],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_exit_codes(project: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, as_json: bool) -> None:
    monkeypatch.setattr(Session, "run", refuse(error))
    result = lester("run", project, PIPELINE, *(["--json"] if as_json else []))
    assert result.code == code
    assert "670-18-6875" not in result.out + result.err
    assert "Traceback" not in result.out + result.err
    if as_json and code != 130:
        document = result.document
        assert set(document) == {"error"}
        assert {"message", "hint"} <= set(document["error"])
        assert result.err == ""
    elif isinstance(error, UserError):
        assert result.err == f"{error.message}. {error.hint}\n"
    elif code == 130:
        assert result.out == ""


def test_a_bug_says_where_and_holds_no_values(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "run", refuse(ValueError("670-18-6875")))
    error = lester("run", project, PIPELINE, "--json").document["error"]
    assert error["message"].startswith("This is a bug in Lester: ValueError at test_usage.py:")


def test_a_closed_pipe_is_no_error(project: Path) -> None:
    listed = subprocess.Popen(command("audit", project), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert listed.stdout is not None
    assert listed.stderr is not None
    listed.stdout.close()  # `lester audit | head -0`
    said = listed.stderr.read().decode()
    listed.stderr.close()
    assert listed.wait(60) == 0, said
    assert "Traceback" not in said


def test_interrupting_a_rewrite_leaves_the_project_usable(fresh: Path) -> None:
    rewrite = command("rewrite", fresh, PIPELINE, "--with", "rules")
    running = subprocess.Popen(
        rewrite,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        # where the tests run in the background, a shell has told its children to ignore the key
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert running.stderr is not None
    line = running.stderr.readline()  # it has begun
    assert line, running.communicate()
    time.sleep(0.2)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    found = lester("scan", fresh, "--json").document
    assert found["pipelines"][0]["status"] == "not-rewritten"


def test_json_is_one_document_and_nothing_else(made: tuple[Path, dict[str, Any]]) -> None:
    result = lester("scan", made[0], "--json")
    assert result.err == ""
    assert result.document["project"] == "Hospital"
    assert result.out.count("\n") == 1


def test_progress_goes_to_standard_error(project: Path) -> None:
    result = lester("replay", project, PIPELINE)
    assert result.out.startswith("Equal")
    assert re.search(r"^ *\d+% \w", result.err, re.MULTILINE)
