"""Scripts that misbehave: they cost nobody anything but themselves."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.progress import Cancelled, Progress
from lester_gui.sandbox import Sandbox, ScriptRun, probe, working_copy
from lester_gui.sandbox.copies import scratch_base

ISOLATED = probe()


Run = Callable[..., ScriptRun]


def test_an_endless_loop_ends_at_the_timeout(run: Run) -> None:
    result = run("while True: pass", timeout=0.5)
    assert result.status == "timeout"
    with pytest.raises(UserError, match="did not end within"):
        result.require_finished("script.py")
    assert run("x = 1").status == "finished"  # the server has survived


def test_cancel_ends_a_run_and_keeps_the_server(run: Run, sandbox: Sandbox) -> None:
    ctx = Progress()
    ctx.cancel()
    sandbox.versions()
    with pytest.raises(Cancelled):
        run("while True: pass", ctx=ctx)
    assert run("x = 1").status == "finished"


@pytest.mark.parametrize(
    "escape",
    [
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)",
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\n    os._exit(0)",
    ],
    ids=["new session", "double fork"],
)
def test_nothing_outlives_the_run(run: Run, sandbox: Sandbox, escape: str) -> None:
    import psutil

    sandbox.versions()
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    result = run(escape)
    assert result.status == "finished", result.output
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


@pytest.mark.skipif(not ISOLATED.writes_blocked, reason=ISOLATED.sentence)
def test_files_outside_stay_as_they_are(run: Run, tmp_path: Path) -> None:
    private = tmp_path / "private.txt"
    private.write_text("theirs")
    attempts = [
        f"open({str(tmp_path / 'new')!r}, 'w')",
        f"open({str(private)!r}).read()",
        f"open({str(private)!r}, 'a')",
        f"__import__('os').remove({str(private)!r})",
        f"__import__('os').chdir('/') or __import__('os').listdir({str(tmp_path)!r})",
        f"__import__('os').rename('script.py', {str(tmp_path / 'moved')!r})",
        "open('/etc/shadow').read()",
    ]
    for attempt in attempts:
        result = run(attempt)
        assert result.raised is not None, attempt
        assert result.raised.type in ("PermissionError", "OSError"), (attempt, result.raised)
    assert private.read_text() == "theirs"
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not ISOLATED.writes_blocked, reason=ISOLATED.sentence)
def test_the_original_project_is_out_of_reach(run: Run, tmp_path: Path) -> None:
    result = run(f"open({str(tmp_path / 'project' / 'script.py')!r}, 'a').write('#')")
    assert result.raised is not None
    assert result.raised.type == "PermissionError"


@pytest.mark.skipif(not ISOLATED.network_blocked, reason=ISOLATED.sentence)
@pytest.mark.parametrize("kind", ["AF_INET, socket.SOCK_STREAM", "AF_INET, socket.SOCK_DGRAM", "AF_UNIX, socket.SOCK_STREAM"])
def test_no_network(run: Run, kind: str) -> None:
    target = repr("/run/any.sock") if "UNIX" in kind else "('127.0.0.1', 80)"
    result = run(f"import socket\nsocket.socket(socket.{kind}).connect({target})")
    assert result.raised is not None
    assert result.raised.type in ("PermissionError", "OSError")


@pytest.mark.skipif(not ISOLATED.signals_blocked, reason=ISOLATED.sentence)
def test_other_processes_cannot_be_signalled(run: Run) -> None:
    result = run(f"import os\nos.kill({os.getpid()}, 0)")
    assert result.raised is not None
    result = run("import os\nif os.getppid(): os.kill(os.getppid(), 9)\nx = 1")
    assert result.status == "finished" or result.raised is not None
    assert run("x = 1").status == "finished"


@pytest.mark.skipif(not ISOLATED.limits, reason=ISOLATED.sentence)
def test_a_huge_allocation_is_refused(run: Run) -> None:
    result = run("x = bytearray(2 << 30)", memory=1 << 30)
    assert result.raised is not None
    assert result.raised.type == "MemoryError"


@pytest.mark.skipif(not ISOLATED.limits, reason=ISOLATED.sentence)
def test_fifty_gigabytes_are_refused_with_what_runs_are_given(run: Run) -> None:
    result = run("parts = []\nfor i in range(50): parts.append(bytearray(1 << 30))")
    with pytest.raises(UserError, match=r"script\.py (stopped with MemoryError in line 2|was ended by the system)"):
        result.require_finished("script.py")
    assert run("x = 1").status == "finished"


def test_a_fork_bomb_ends_with_its_run(run: Run, sandbox: Sandbox) -> None:
    """Seven generations, not endless ones: where no limit of processes holds, only the time ends it."""
    import psutil

    sandbox.versions()
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    result = run("import os, time\nfor _ in range(7): os.fork()\ntime.sleep(600)", timeout=2.0)
    with pytest.raises(UserError, match=r"script\.py (did not end within \d+ seconds|stopped with BlockingIOError)"):
        result.require_finished("script.py")
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before
    assert run("x = 1").status == "finished"


def test_a_gigabyte_of_output_is_thrown_away(run: Run) -> None:
    result = run("import os\nfor _ in range(1024): os.write(1, b'x' * (1 << 20))\nos.write(1, b'end')")
    assert result.status == "finished"
    assert len(result.output) < 100_000 and result.output.endswith("xend")


@pytest.mark.skipif(not (ISOLATED.writes_blocked and ISOLATED.network_blocked), reason=ISOLATED.sentence)
@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("open('/usr/outside', 'w')", "PermissionError in line 2"),
        ("socket.socket().connect(('127.0.0.1', 80))", "(PermissionError|OSError) in line 2"),
        ("os.kill(int(os.environ.get('NONE', 1 << 22)), 9)", "(ProcessLookupError|PermissionError) in line 2"),
    ],
    ids=["writes outside", "opens a socket", "kills a stranger"],
)
def test_the_message_names_script_and_what_stopped_it(run: Run, attempt: str, said: str) -> None:
    result = run(f"import os, socket\n{attempt}")
    with pytest.raises(UserError, match=rf"script\.py stopped with {said}"):
        result.require_finished("script.py")


def test_much_output_is_cut_in_the_middle(run: Run) -> None:
    result = run("print('first')\nfor i in range(200_000): print('x' * 60)\nprint('last')")
    assert result.status == "finished"
    assert result.output.startswith("first\n")
    assert result.output.endswith("last\n")
    assert len(result.output) < 100_000
    assert "first" not in repr(result)  # output may be personal


def test_deleting_its_input_deletes_a_copy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "data.csv").write_text("a\n1\n")
    result = run("import os\nos.remove('data.csv')")
    assert [(c.path, c.change) for c in result.changed] == [("data.csv", "deleted")]
    assert (tmp_path / "project" / "data.csv").read_text() == "a\n1\n"


def test_a_script_that_kills_itself_is_reported(run: Run) -> None:
    result = run("import os\nos._exit(3)")
    assert result.status == "killed"
    with pytest.raises(UserError, match="ended by the system"):
        result.require_finished("script.py")


def test_a_forged_record_is_not_followed(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"exception": null}')
    forge = (
        "import os\n"
        "room = os.path.dirname(os.environ['HOME'])\n"
        f"os.symlink({str(secret)!r}, room + '/out/record.json')\n"
        "os._exit(0)\n"
    )
    result = run(forge)
    assert result.status in ("killed", "raised")


def test_permissions_taken_away_do_not_keep_the_copy(run: Run, sandbox: Sandbox) -> None:
    text = "import os\nos.makedirs('deep/er')\nopen('deep/er/f', 'w').close()\nos.chmod('deep/er', 0)\nos.chmod('deep', 0)"
    run(text)
    assert list(scratch_base(sandbox.scratch).iterdir()) == []


def test_a_dead_server_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "script.py").write_text("x = 1")
    with Sandbox() as own, working_copy(tmp_path / "project") as copy:
        own.versions()
        server = own._server(0)
        assert server._process is not None
        server._process.kill()
        server._process.wait()
        assert own.run_script(copy, "script.py").status == "finished"
