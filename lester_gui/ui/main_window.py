"""The window: welcome before a project is open, then rail, header, one screen and the status bar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from lester_gui import settings as preferences
from lester_gui.ui import theme
from lester_gui.ui.actions import RAIL, Actions
from lester_gui.ui.chrome import Header, StatusBar, count_text
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.about import CertificateSheet, CrashSheet, HelpSheet
from lester_gui.ui.dialogs.preferences import PreferencesSheet
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, holder, row, rule
from lester_gui.ui.messages import Message
from lester_gui.ui.opening import Door, Opening
from lester_gui.ui.palette import Palette
from lester_gui.ui.rail import Rail
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens import build_screens
from lester_gui.ui.screens.welcome import Welcome
from lester_gui.ui.widgets import Banner, Button

NARROW_BELOW = 1200


class MainWindow(QMainWindow):
    """The window of Lester.

    Parameters
    ----------
    door
        The class that opens projects: :class:`lester_gui.session.Session`.
    """

    def __init__(self, door: Door) -> None:
        super().__init__()
        self.desk = Desk(self)
        self.opening = Opening(door, self.desk)
        self.actions_table = Actions(self)
        self.sheet: Sheet | None = None
        self._narrow = False
        self._wants_focus = False
        self._screen: Screen | None = None
        self.setWindowTitle("Lester")
        self.setMinimumSize(900, 600)
        self.resize(1440, 900)
        self.welcome = Welcome(self.desk, self.opening, self.actions_table)
        self.screens = build_screens(self.desk)
        self._build()
        self._connect()
        self.desk.messages.listen()
        self._project_changed()

    # what is shown --------------------------------------------------------------------------------------------------
    def shown(self) -> Screen | None:
        """The screen that is shown, or None on the welcome page."""
        return self._screen if self.desk.session is not None else None

    def go(self, name: str, target: dict[str, Any] | None = None) -> None:
        """Show a screen."""
        screen = self.screens[name]
        if self._screen is not None and self._screen is not screen:
            self._screen.leave()
        self._screen = screen
        self._messages.hide()
        self._stack.setCurrentWidget(screen)
        self.rail.set_active(screen.name)
        screen.set_narrow(self._narrow)
        screen.enter(**(target or {}))
        self.header.show_screen(screen)
        self._wants_focus = True
        self._focus_screen()

    def show_sheet(self, sheet: Sheet) -> None:
        """Put a sheet over the window; what lies beneath cannot be reached meanwhile."""
        if self.sheet is not None:
            self.sheet.close_sheet()
        self.sheet = sheet
        self.actions_table.hold_back(True)
        sheet.closed.connect(self._sheet_closed)
        sheet.open_over(self)

    def show_crash(self, report: str) -> None:
        """Show the report of a bug."""
        self.show_sheet(CrashSheet(report))

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.rail = Rail(self.actions_table)
        self.header = Header(self.actions_table)
        self.status = StatusBar()
        self._banner = Banner("danger", "")
        close = Button(self.tr("Close"), "quiet", "close")
        close.clicked.connect(lambda _on=False: self._messages.hide())
        self._banner.add(close)
        self._message_row = row((self._banner, 1), margins=(24, 12, 24, 0))
        self._messages: QWidget = holder(self._message_row, "window")
        self._messages.hide()
        self._stack = QStackedWidget()
        for screen in self.screens.values():
            self._stack.addWidget(screen)
        main = col(self.header, rule(), self._messages, (self._stack, 1), gap=0)
        top = row(self.rail, rule(vertical=True), (main, 1), gap=0)
        shell = holder(col((top, 1), rule(), self.status, gap=0), "window")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(shell)
        self._shell = shell
        centre = QWidget()
        lay = QVBoxLayout(centre)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.addWidget(self._pages)
        self.setCentralWidget(centre)
        self._project_menu = QMenu(self)
        self._project_menu.setFont(font())
        for name in ("open_folder", "open_sample", "close_project"):
            self._project_menu.addAction(self.actions_table[name])

    def _connect(self) -> None:
        table = self.actions_table
        for name in RAIL:
            table[name].triggered.connect(lambda _on=False, n=name: self.go(n))
        table["palette"].triggered.connect(lambda: self.show_sheet(Palette(self.desk, self.actions_table)))
        table["find"].triggered.connect(self._find_here)
        table["next_pane"].triggered.connect(self._next_pane)
        table["back"].triggered.connect(self._back)
        table["accept_step"].triggered.connect(lambda: self._call("accept_step"))
        table["new_request"].triggered.connect(lambda: self.desk.go("requests", new=True))
        table["scan"].triggered.connect(lambda: self.desk.go("project", scan=True))
        table["close_project"].triggered.connect(self.opening.close)
        table["open_folder"].triggered.connect(lambda: self.opening.choose_folder(self))
        table["open_sample"].triggered.connect(self.opening.open_sample)
        table["check_certificate"].triggered.connect(lambda: self.show_sheet(CertificateSheet(self.desk, self.opening)))
        table["preferences"].triggered.connect(lambda: self.show_sheet(PreferencesSheet(self.desk)))
        table["help"].triggered.connect(lambda: self.show_sheet(HelpSheet(self.actions_table)))
        table["quit"].triggered.connect(self.close)
        self.rail.chosen.connect(self.go)
        self.rail.switch.clicked.connect(self._open_project_menu)
        self.desk.opened.connect(self._project_changed)
        self.desk.overview_changed.connect(self._show_overview)
        self.desk.wanted.connect(self.go)
        self.desk.sheet_wanted.connect(self.show_sheet)
        self.desk.messages.said.connect(self._say)
        self.desk.runner.busy_changed.connect(self.status.set_busy)
        self.desk.runner.progressed.connect(self._progressed)
        for screen in self.screens.values():
            screen.header_changed.connect(self._header_changed)
            screen.ready.connect(self._screen_ready)

    # reactions ------------------------------------------------------------------------------------------------------
    def _project_changed(self) -> None:
        session = self.desk.session
        self.actions_table.set_project_open(session is not None)
        self._pages.setCurrentWidget(self.welcome if session is None else self._shell)
        self._messages.hide()
        self.setWindowTitle("Lester")
        if session is None:
            self._screen = None
            self.welcome.enter()
        else:
            self.rail.switch.set_project(Path(session.folder).name, "")
            self.go("project")

    def _show_overview(self, overview: dict[str, Any]) -> None:
        figures = overview["figures"]
        self.setWindowTitle(f"{overview['name']} – Lester")
        self.rail.switch.set_project(overview["name"], self.tr("%Ln pipelines", "", figures["pipelines"]))
        waiting = sum(p["next"] in ("rewrite", "review", "check-again", "see-difference") for p in overview["pipelines"])
        self.rail.item("rewrite").set_side(count_text(waiting), self.tr("%Ln pipelines", "", waiting))
        open_cases = overview["open_cases"]
        self.rail.item("requests").set_side(count_text(open_cases), self.tr("%Ln cases", "", open_cases))
        self.status.show_project(overview)

    def _focus_screen(self) -> None:
        """Give the keyboard to the screen's first pane, once, as soon as it is there."""
        pane = next((pane for pane in self._screen.panes() if pane.isVisible()), None) if self._screen is not None else None
        if self._wants_focus and self.sheet is None and pane is not None:
            pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def _screen_ready(self) -> None:
        if self.sender() is self._screen:
            self._focus_screen()
            self._wants_focus = False

    def _header_changed(self) -> None:
        if self._screen is not None and self.sender() is self._screen:
            self.header.show_screen(self._screen)

    def _say(self, message: Message) -> None:
        if self.desk.session is None:
            self.welcome.say(message)
            return
        new = Banner(message.tone, message.text, message.hint)
        close = Button(self.tr("Close"), "quiet", "close")
        close.clicked.connect(self._messages.hide)
        new.add(close)
        self._message_row.replaceWidget(self._banner, new)
        self._banner.deleteLater()
        self._banner = new
        self._messages.show()

    def message(self) -> str:
        """What is said under the header, or nothing."""
        return self._banner.accessibleName() if self._messages.isVisible() else ""

    def _progressed(self, step: Any) -> None:
        self.status.set_progress(step.label, step.fraction)

    def _sheet_closed(self) -> None:
        self.sheet = None
        self.actions_table.hold_back(False)

    def _open_project_menu(self) -> None:
        corner = self.rail.switch.mapToGlobal(self.rail.switch.rect().bottomLeft())
        self._project_menu.popup(corner)

    def _find_here(self) -> None:
        field = self._screen.find_field() if self._screen else None
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def _next_pane(self) -> None:
        panes = [self.rail.switch, *(self._screen.panes() if self._screen else [])]
        panes = [pane for pane in panes if pane.isVisible() and pane.isEnabled()]
        now = QApplication.focusWidget()
        at = next((i for i, pane in enumerate(panes) if now is not None and (pane is now or pane.isAncestorOf(now))), -1)
        panes[(at + 1) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def _back(self) -> None:
        if self._screen is not None and not self._screen.go_back():
            self._messages.hide()

    def _call(self, method: str) -> None:
        target = getattr(self._screen, method, None)
        if target is not None:
            target()

    # Qt -------------------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.rail.set_narrow(narrow)
            self.status.set_narrow(narrow)
            for screen in self.screens.values():
                screen.set_narrow(narrow)

    def closeEvent(self, event: QCloseEvent) -> None:
        running = [task for task in self.desk.runner.tasks() if task.name]
        if running:
            self.desk.runner.cancel_all()
            self.desk.runner.wait()
        self.opening.close()
        store = QSettings("lester", "window")
        store.setValue("geometry", self.saveGeometry())
        event.accept()

    def restore_geometry(self) -> None:
        """Take the size and place of the last time."""
        kept = QSettings("lester", "window").value("geometry")
        if kept is not None:
            self.restoreGeometry(kept)

    def set_theme(self, choice: str) -> None:
        """Use and keep a theme."""
        theme.choose(choice)
        self.desk.settings = replace(self.desk.settings, theme=choice)
        preferences.save(self.desk.settings)

    def open_path(self, path: Path) -> None:
        """Open a project folder."""
        self.opening.open(path)
