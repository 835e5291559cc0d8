"""Projects and windows that are unlike the usual ones: many pipelines, long names, no rows, nobody, small, dark, in a hurry."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from lester_gui.ui import theme
from lester_gui.ui.dialogs.approval import ApprovalSheet
from ui.driving import calls, press, words_of

LONG = "a_pipeline_with_a_name_that_nobody_would_want_to_read_twice_in_one_day_" * 2


@pytest.fixture
def crowded(window, session, settle):
    """Twenty pipelines with very long names."""
    overview = session.overview()
    first = overview["pipelines"][0]
    overview["pipelines"] = [first | {"name": f"{LONG}{i}", "script": f"{LONG}{i}.py"} for i in range(20)]
    overview["figures"] = overview["figures"] | {"pipelines": 20, "verified": 20}
    session.overview = lambda: overview
    window.desk.refresh()
    settle(window)
    return window


@pytest.mark.parametrize("which", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_twenty_long_names_do_not_widen_the_window(crowded, size, which, settle, qtbot):
    theme.choose(which)
    crowded.resize(*size)
    settle(crowded, 50)
    assert (crowded.width(), crowded.height()) == size
    project = crowded.screens["project"]
    table = project.pipelines
    assert len(words_of(table)) == 20
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.key() == f"{LONG}19"
    place = table.mapTo(crowded, QPoint(0, 0))
    assert place.x() + table.width() <= crowded.width(), "the table ends inside the window"
    index = table.records().index(19, 0)
    assert LONG in index.data(Qt.ItemDataRole.ToolTipRole), "what the column cuts can be read"


@pytest.mark.parametrize("size", [(1024, 700), (900, 600)])
def test_header_buttons_stay_inside_a_small_window(window, size, settle):
    window.resize(*size)
    for name, target in (("rewrite", {"pipeline": "complications"}), ("case", {"case": "LR-0031"}), ("audit", {})):
        window.go(name, target)
        settle(window, 50)
        outside = [
            b.text()
            for b in window.header.findChildren(QPushButton)
            if b.isVisible() and b.mapTo(window, QPoint(b.width(), 0)).x() > window.width()
        ]
        assert not outside, (name, outside)


def test_a_view_of_no_rows_says_so(window, session, settle):
    session.page = lambda *_a, **_k: {"rows": [], "row_nos": [], "total": 0, "of": 0}
    session.views = lambda _p=None, whole=session.views: [v | {"rows": 0} for v in whole()]
    window.go("data", {"pipeline": "complications"})
    settle(window, 150)
    assert window.screens["data"].model.rowCount() == 0
    assert not window.message()


def test_a_project_that_names_nobody(window, session, settle):
    overview = session.overview()
    overview["figures"] = overview["figures"] | {"persons": 0}
    overview["sources"] = [s | {"subject_keys": []} for s in overview["sources"]]
    session.overview = lambda: overview
    window.desk.refresh()
    settle(window)
    project = window.screens["project"]
    assert all(len(row) == 5 for row in words_of(project.sources))
    window.go("person")
    window.screens["person"].look_for("somebody")
    settle(window)
    assert window.screens["person"]._pages.currentIndex() == 2


def test_a_double_click_approves_and_applies_once(window, session, settle, qtbot):
    window.go("case", {"case": "LR-0031"})
    settle(window)
    window.screens["case"].approve()
    sheet = window.sheet
    assert isinstance(sheet, ApprovalSheet)
    sheet.reason.edit.setText("consent withdrawn")
    sheet.typed.edit.setText("LR-0031")
    sheet.by.edit.setText("a.moreau")
    sheet.read.setChecked(True)
    applied = []
    whole = session.apply
    session.apply = lambda number, **given: (applied.append(number), whole(number, **given))[1]
    approved = []
    yes = session.approve
    session.approve = lambda *a, **k: (approved.append(a), yes(*a, **k))[1]
    qtbot.mouseDClick(sheet.go, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    settle(window)
    assert (len(approved), applied) == (1, ["LR-0031"])


def test_a_rewrite_is_cancelled_and_the_review_comes_back(window, session, settle, qtbot):
    window.go("rewrite", {"pipeline": "complications"})
    settle(window)
    screen = window.screens["rewrite"]
    begun = threading.Event()

    def slow(_pipeline, ctx):
        begun.set()
        while True:
            ctx.check_cancelled()

    session.check_again = slow
    screen.check_again()
    qtbot.waitUntil(begun.is_set)
    press(qtbot, screen, "Cancel")
    settle(window)
    assert screen.both.isVisible(), "the plan that was there is shown again"
    assert not calls(session, "decide_step")


def test_closing_the_project_stops_what_runs(window, session, settle, qtbot):
    begun, ended = threading.Event(), threading.Event()

    def slow(_pipeline, ctx):
        begun.set()
        try:
            while True:
                ctx.check_cancelled()
        finally:
            ended.set()

    session.run = slow
    window.screens["project"].run("complications")
    qtbot.waitUntil(begun.is_set)
    window.opening.close()
    assert ended.wait(5)
    settle(window)
    assert window.shown() is None and ("close",) in session.calls
