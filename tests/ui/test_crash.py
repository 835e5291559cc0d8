import stat
import sys
import threading

from lester_gui.ui import crash
from lester_gui.ui.crash import CrashHooks


def _boom(message):
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_report_names_places_but_no_values():
    text = crash.report(_boom("bad value 'Romy Hawkins' of romy@example.org in /home/romy/data.csv, ssn 117-52-3454"))
    assert "ValueError" in text
    assert "test_crash.py" in text
    for secret in ("Romy", "romy", "117", "3454", "/home"):
        assert secret not in text


def test_causes_are_reported_and_redacted():
    try:
        try:
            raise KeyError("ann@example.org")
        except KeyError as inner:
            raise RuntimeError("outer") from inner
    except RuntimeError as error:
        text = crash.report(error)
    assert "KeyError" in text and "outer" in text and "ann" not in text


def test_hooks_catch_threads_and_are_put_back(lester_app, qtbot, capsys):
    shown = []
    before = (sys.excepthook, threading.excepthook)
    hooks = CrashHooks(shown.append).install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(shown), timeout=2000)
    finally:
        hooks.remove()
    assert "ZeroDivisionError" in shown[0]
    assert (sys.excepthook, threading.excepthook) == before
    saved = list(crash.folder().glob("crash-*.txt"))
    assert len(saved) == 1
    assert stat.S_IMODE(saved[0].stat().st_mode) == 0o600
    assert "ZeroDivisionError" in capsys.readouterr().err
