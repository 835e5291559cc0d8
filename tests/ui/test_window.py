"""The shell: welcome, opening, keys, palette, narrow windows, and a picture of every screen in both themes."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from lester_gui.ui import theme
from lester_gui.ui.dialogs.about import CertificateSheet, CrashSheet, HelpSheet
from lester_gui.ui.dialogs.preferences import PreferencesSheet
from lester_gui.ui.palette import Palette
from lester_gui.ui.rail import NARROW, WIDE
from lester_gui.ui.screenshots import render
from ui.fake_session import FakeSession


def test_opening_a_folder_that_is_not_there_is_told(bare_window, settle):
    bare_window.opening.open("/nowhere/at/all")
    settle(bare_window)
    assert "there is no such folder" in bare_window.welcome.message()
    assert bare_window.desk.session is None


def test_a_project_is_opened_closed_and_remembered(bare_window, settle, tmp_path):
    bare_window.opening.open(tmp_path)
    settle(bare_window)
    session = bare_window.desk.session
    assert bare_window.windowTitle() == "Hospital – Lester"
    assert bare_window.desk.settings.last_projects == (str(tmp_path),)
    bare_window.actions_table["close_project"].trigger()
    assert session.calls[-1] == ("close",)
    assert bare_window.shown() is None
    model = bare_window.welcome.recent.records()
    assert model.index(0, 0).data().startswith(tmp_path.name)


def test_sample_is_copied_before_it_is_opened(bare_window, settle, private_home):
    bare_window.actions_table["open_sample"].trigger()
    settle(bare_window)
    settle(bare_window)
    assert bare_window.desk.session is not None
    assert "Lester samples" in str(bare_window.desk.session.folder)


def test_rail_keys(window, settle, qtbot):
    for i, name in enumerate(["project", "rewrite", "data", "person", "requests", "audit"], 1):
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{i}"), Qt.KeyboardModifier.ControlModifier)
        settle(window)
        assert window.shown() is window.screens[name]


def test_panes_by_f6_and_find_by_ctrl_f(window, settle, qtbot):
    window.go("data")
    settle(window, 150)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is window.screens["data"].find_field()
    seen = set()
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        seen.add(type(QApplication.focusWidget()).__name__)
    assert {"DataTable", "ProjectSwitch"} <= seen


def test_palette_finds_and_goes(window, settle, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.sheet
    assert isinstance(palette, Palette)
    qtbot.keyClicks(palette.field, "LR-0031")
    settle(window, 200)
    assert palette.hits()[0].kind == "case"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    settle(window)
    assert window.shown() is window.screens["case"]


def test_palette_finds_a_person_by_exact_value_only(window, settle, qtbot):
    window.actions_table["palette"].trigger()
    palette = window.sheet
    qtbot.keyClicks(palette.field, "670-18")
    settle(window, 200)
    assert not any(hit.kind == "person" for hit in palette.hits())
    qtbot.keyClicks(palette.field, "-6875")
    settle(window, 200)
    assert palette.hits()[0].title == "P-7F3K"


def test_a_sheet_keeps_the_keyboard_to_itself(window, qtbot):
    window.actions_table["help"].trigger()
    assert isinstance(window.sheet, HelpSheet)
    qtbot.keyClick(window.sheet, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.shown() is window.screens["project"]
    for _ in range(4):
        window.sheet.focusNextPrevChild(True)
        assert window.sheet.isAncestorOf(QApplication.focusWidget())
    qtbot.keyClick(window.sheet, Qt.Key.Key_Escape)
    assert window.sheet is None


def test_preferences_change_the_theme(window, qtbot):
    window.actions_table["preferences"].trigger()
    sheet = window.sheet
    assert isinstance(sheet, PreferencesSheet)
    sheet._theme._group.button(2).click()
    assert theme.name() == "dark"
    sheet._cancel()
    assert theme.name() == "light"


def test_certificate_is_checked_without_a_project(bare_window, settle, tmp_path):
    bare_window.actions_table["check_certificate"].trigger()
    sheet = bare_window.sheet
    assert isinstance(sheet, CertificateSheet)
    sheet.check(tmp_path / "certificate.json")
    settle(bare_window)
    assert "valid" in sheet._answer.accessibleName()


def test_a_bug_reaches_the_crash_sheet(window, session, settle):
    def bug(_pipeline, ctx):
        raise KeyError("ann@example.org")

    reports = []
    session.run = bug
    window.desk.runner.crashed.connect(lambda error: reports.append(error))
    window.screens["project"].run("complications")
    settle(window)
    assert isinstance(reports[0], KeyError)
    window.show_crash("report")
    assert isinstance(window.sheet, CrashSheet)


def test_narrow_window_has_icons_and_a_drawer(window, settle, qtbot):
    assert window.rail.width() == WIDE
    window.resize(1024, 700)
    settle(window)
    assert window.rail.width() == NARROW
    screen = window.screens["project"]
    assert not screen.panel.isVisible()
    screen._split.open_drawer()
    assert screen.panel.isVisible()
    window.actions_table["back"].trigger()
    assert not screen.panel.isVisible()
    assert window.status.words("isolation").startswith("Scripts run isolated")


class Windows(QObject):
    """Notes which widgets are shown as windows of their own."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_nothing_flashes_up_as_a_window_of_its_own(window, settle, lester_app):
    windows = Windows()
    lester_app.installEventFilter(windows)
    try:
        for name, target in (("rewrite", {}), ("data", {}), ("person", {"token": "P-7F3K"}), ("lineage",
            {"token": "P-7F3K"}), ("requests", {}),
                             ("case", {"case": "LR-0031"}), ("audit", {}), ("project", {"scan": True})):  # fmt: skip
            window.go(name, target)
            settle(window)
        for name in ("help", "preferences", "new_request", "palette"):
            window.actions_table[name].trigger()
            window.sheet.close_sheet()
    finally:
        lester_app.removeEventFilter(windows)
    assert windows.seen == []


@pytest.mark.parametrize("which", ["light", "dark"])
def test_every_screen_is_drawn(lester_app, tmp_path, which):
    pictures = render(FakeSession(), tmp_path, which, "670-18-6875")
    names = {path.name.removesuffix(f"-{which}.png") for path in pictures}
    assert {
        "01-welcome",
        "02-project",
        "03-rewrite",
        "04-person",
        "04b-nothing",
        "05-lineage",
        "05b-lineage-table",
        "06-requests",
        "07-case",
        "07b-approval",
        "08-audit",
        "09-data",
        "11-narrow",
    } <= names
    for path in pictures:
        image = QImage(str(path))
        assert (image.width(), image.height()) == ((1024, 700) if "narrow" in path.name else (1440, 900))
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 12, path.name
    theme.choose("light")
