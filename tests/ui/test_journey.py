"""The whole journey in the window, by mouse and keyboard, on the real hospital: from opening to asking the original."""

from __future__ import annotations

import csv
import json
import shutil
import traceback

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel

from lester_gui.session import Session
from lester_gui.ui.main_window import MainWindow
from ui.driving import press, words_of

LONG = 300_000  # milliseconds; checking a rewrite runs the original some twenty times


@pytest.fixture
def hospital(samples_folder, tmp_path):
    """A copy of the sample without what Lester keeps."""
    return shutil.copytree(samples_folder / "hospital", tmp_path / "hospital", ignore=shutil.ignore_patterns(".lester", "out"))


@pytest.fixture
def journey(lester_app, qtbot):
    window = MainWindow(Session)
    bugs = []
    window.desk.runner.crashed.connect(lambda error: bugs.append("".join(traceback.format_exception(error))))
    window.bugs = bugs
    window.show()
    window.activateWindow()
    yield window
    if window.sheet is not None:
        window.sheet.close_sheet()
    window.opening.close()
    window.close()


def test_the_whole_journey(journey, hospital, qtbot, monkeypatch, tmp_path):
    window = journey

    def settle():
        for _ in range(3):
            qtbot.wait(20)
            qtbot.waitUntil(lambda: not window.desk.runner.tasks(), timeout=LONG)
        assert not window.bugs, window.bugs[0]

    # open: nothing is run, the pipeline waits for its rewrite
    window.open_path(hospital)
    settle()
    project = window.screens["project"]
    assert words_of(project.pipelines)[0][1] == "Not rewritten"

    # rewrite with rules, look at a step, accept by key and the rest at once
    project.pipelines.setFocus()
    qtbot.keyClick(project.pipelines, Qt.Key.Key_Return)
    settle()
    rewrite = window.screens["rewrite"]
    press(qtbot, rewrite, "With rules only")
    settle()
    assert rewrite.review.get("status") == "verified", rewrite._start._message.accessibleName()
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    settle()
    assert rewrite.review["accepted"] == 1
    press(qtbot, window, f"Accept all {len(rewrite.review['steps'])}")
    settle()
    assert rewrite.review["accepted"] == len(rewrite.review["steps"])

    # run
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, project.panel, "Run")
    settle()
    assert "training rows" in window.message()

    # look at rows: masked, with where they came from
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.wait(200)
    settle()
    data = window.screens["data"]
    ssn_column = 1 + [f["name"] for f in data.model.fields].index("ssn")
    assert data.model.index(0, ssn_column).data() == "masked"

    # paste an ssn, read the sentence
    ssn, line = someone(hospital)
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    person = window.screens["person"]
    QGuiApplication.clipboard().setText(ssn)
    qtbot.keyClick(person.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(person.search, Qt.Key.Key_Return)
    settle()
    assert person.token().startswith("P-")
    assert ssn not in person._sentence.text()
    assert "Leaving this person out" in person._sentence.text()
    assert person.search.text() == ""

    # follow a feature back to its source cell
    person.stages.setCurrentIndex(3)
    person.table.choose_first()
    qtbot.keyClick(person.table, Qt.Key.Key_Return)
    settle()
    chain = words_of(window.sheet.table)
    assert chain[0][0] == "Feature" and chain[-1][0] == "Source cell"
    assert chain[-1][3] == f"{line:,}"
    qtbot.keyClick(window.sheet.table, Qt.Key.Key_Return)
    settle()
    assert window.shown() is data

    # the lineage graph and its path
    window.desk.go("lineage", token=person.token())
    settle()
    lineage = window.screens["lineage"]
    lineage.graph.set_current(next(key for key, item in lineage.graph.nodes.items() if item.node.touched and item.node.lane == 4))
    qtbot.keyClick(lineage.graph, Qt.Key.Key_Space)
    settle()
    assert lineage._sentence.text()

    # file a request from the person's screen
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, window, "New request")
    settle()
    assert window.sheet.subject.text() == person.token()
    press(qtbot, window.sheet, "File the case")
    settle()
    case = window.screens["case"]
    assert window.shown() is case

    # plan, read it
    press(qtbot, window, "Make the plan")
    settle()
    assert "Erases 2 source rows" in case.case["plan"]["sentence"]

    # approve as somebody else: typed reason, typed case number
    press(qtbot, window, "Approve…")
    sheet = window.sheet
    qtbot.keyClicks(sheet.reason.edit, "consent withdrawn")
    qtbot.keyClicks(sheet.typed.edit, case.number)
    sheet.by.edit.clear()
    qtbot.keyClicks(sheet.by.edit, "a.moreau")
    qtbot.keyClick(sheet.read, Qt.Key.Key_Space)
    press(qtbot, sheet, "Approve and apply")
    settle()
    assert case.case["status"] == "done", window.message()

    # evidence: replay and the original agree; ask once more
    case.tabs.setCurrentIndex(4)
    assert case.case["replay"]["equal"] and case.case["ask_original"]["equal"]
    again = [
        b for b in case.evidence_tab.findChildren(type(case._do)) if b.accessibleName() == "Ask the original script: Run again"
    ]
    qtbot.mouseClick(again[0], Qt.MouseButton.LeftButton)
    settle()
    assert "Equal, just now" in [label.text() for label in case.evidence_tab.findChildren(QLabel)]

    # certificate, and its check without the project
    target = tmp_path / "certificate.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), ""))
    press(qtbot, window, "Export certificate…")
    settle()
    assert json.loads(target.read_text())
    assert Session.check_certificate(target)["valid"]
    for path in hospital.rglob("*"):
        if path.is_file() and path.suffix in (".csv", ".py", ".toml", ".jsonl"):
            assert ssn.encode() not in path.read_bytes(), path

    # the journal tells it, and nobody is found any more
    qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    settle()
    audit = window.screens["audit"]
    assert window.shown() is audit
    told = {row[2] for row in words_of(audit.table)}
    assert {"Plan approved", "Plan applied", "Old copies purged", "Original asked", "Certificate issued"} <= told
    qtbot.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    person.look_for(ssn)
    settle()
    assert person._pages.currentIndex() == 2


def someone(project):
    """Identifier and data line of a patient whom the script keeps."""
    with (project / "data" / "patients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return next((row["ssn"], i) for i, row in enumerate(rows, 1) if row["county"] == "county2" and i > 100)
