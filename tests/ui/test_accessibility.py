"""Every place that the keyboard can reach has a name, and every screen says what it is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QScrollBar, QWidget

from lester_gui.ui.dialogs.about import CertificateSheet, CrashSheet, HelpSheet
from lester_gui.ui.dialogs.approval import ApprovalSheet
from lester_gui.ui.dialogs.new_request import NewRequestSheet
from lester_gui.ui.dialogs.preferences import PreferencesSheet
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.widgets import Painted

TARGETS = {
    "project": {},
    "rewrite": {"pipeline": "complications"},
    "data": {},
    "person": {"token": "P-7F3K"},
    "lineage": {"token": "P-7F3K"},
    "requests": {},
    "case": {"case": "LR-0031"},
    "audit": {},
}


def nameless(root: QWidget) -> list[str]:
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisibleTo(root) or isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_"):
            continue
        name = widget.accessibleName() or (widget.text().strip() if isinstance(widget, (QAbstractButton, QLabel)) else "")
        reachable = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget is not root
        if reachable and not name:
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


@pytest.mark.parametrize("name", list(TARGETS))
def test_screens_name_what_can_be_reached(window, settle, name):
    window.go(name, TARGETS[name])
    settle(window, 150)
    assert nameless(window) == []
    assert window.header.title()


def test_welcome_names_what_can_be_reached(bare_window):
    assert nameless(bare_window.welcome) == []


def test_sheets_name_what_can_be_reached(window, session):
    sheets = [
        HelpSheet(window.actions_table),
        CrashSheet("report"),
        CertificateSheet(window.desk, window.opening),
        PreferencesSheet(window.desk),
        NewRequestSheet(window.desk, "", lambda _c: None),
        ApprovalSheet(window.desk, session.case("LR-0031"), lambda: None),
        RevealSheet(["ssn"], "ssn", lambda *_a: None),
    ]
    for sheet in sheets:
        window.show_sheet(sheet)
        assert nameless(sheet) == [], type(sheet).__name__
        assert sheet.accessibleName()


def test_drawings_that_inform_say_so_in_words(window, settle):
    window.go("case", {"case": "LR-0031"})
    settle(window)
    said = [p.accessibleName() for p in window.screens["case"].findChildren(Painted) if p.isVisible() and p.width() > 100]
    assert all(said)


def test_fields_have_labels(window):
    sheet = NewRequestSheet(window.desk, "", lambda _c: None)
    window.show_sheet(sheet)
    buddies = {label.buddy() for label in sheet.findChildren(QLabel) if label.buddy() is not None}
    for edit in sheet.findChildren(QLineEdit):
        if edit.objectName() != "qt_spinbox_lineedit":
            assert edit in buddies or edit.accessibleName()
