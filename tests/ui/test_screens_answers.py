"""Rights that change no data: the access package, decisions with a reason, longer deadlines, and Lester's copy only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from ui.driving import calls, press


@pytest.fixture
def case(window, settle, session):
    """Open a new case of a right."""

    def go(right):
        filed = session.request(right, "P-7F3K", by="j.lindqvist")
        window.go("case", {"case": filed["case"]})
        settle(window)
        return window.screens["case"]

    return go


def texts(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_an_access_case_is_exported_and_closed(case, window, session, settle, qtbot, monkeypatch, tmp_path):
    screen = case("access")
    target = tmp_path / "out.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), ""))
    assert not screen._plan.isVisible(), "there is nothing to plan"
    press(qtbot, window, "Export package…")
    settle(window)
    assert target.exists() and "2 rows hold data of other persons" in window.message()
    assert "14 rows in 9 files" in texts(screen.request_tab)
    press(qtbot, window, "Close as answered…")
    qtbot.keyClicks(window.sheet.reason.edit, "sent by registered mail")
    qtbot.keyClick(window.sheet.reason.edit, Qt.Key.Key_Return)
    settle(window)
    assert calls(session, "answer") == [("answer", screen.number, "granted", "sent by registered mail")]
    assert "Granted by" in texts(screen.request_tab)


@pytest.mark.parametrize("right", ["restriction", "objection"])
def test_a_decision_needs_a_reason_and_says_what_it_does_not_do(right, case, window, session, settle, qtbot):
    screen = case(right)
    assert "Not supported yet" in texts(screen.request_tab)
    press(qtbot, window, "Decide…")
    press(qtbot, window.sheet, "Grant and close")
    assert window.sheet.reason.error() and not calls(session, "answer")
    qtbot.keyClicks(window.sheet.reason.edit, "accuracy contested")
    press(qtbot, window.sheet, "Refuse and close")
    settle(window)
    assert calls(session, "answer") == [("answer", screen.number, "refused", "accuracy contested")]


def test_a_deadline_is_extended_once(case, window, session, settle, qtbot):
    screen = case("restriction")
    screen._extend.trigger()
    qtbot.keyClicks(window.sheet.reason.edit, "many requests")
    press(qtbot, window.sheet, "Extend the deadline")
    settle(window)
    assert calls(session, "extend") == [("extend", screen.number, "many requests")]
    assert not screen._extend.isEnabled()


def test_an_erasure_of_lesters_copy_only_says_so(case, window, session, settle):
    screen = case("erasure")
    screen._copy_only.trigger()
    settle(window)
    assert screen.case["plan"]["keep_sources"]
    assert "still hold the person" in texts(screen.plan_tab)
    screen.approve()
    assert "no complete erasure" in window.sheet.read.text()
