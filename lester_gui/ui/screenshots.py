"""Pictures of every screen of a project, for the demonstration and for holding them beside the design."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtWidgets import QApplication

from lester_gui.ui import theme, words
from lester_gui.ui.main_window import MainWindow

SIZE = QSize(1440, 900)
WAIT = 90.0  # seconds that a screen may take to load


class Gallery:
    """Walks through the screens of a window and keeps a picture of each.

    Parameters
    ----------
    session
        An open project.
    out
        Folder for the pictures.
    which
        ``light`` or ``dark``.
    """

    def __init__(self, session: Any, out: Path, which: str, size: QSize = SIZE) -> None:
        application()
        theme.choose(which)
        self._out, self._which = out, which
        door: Any = type(session)
        self.window = MainWindow(door)
        if QApplication.platformName() != "offscreen":
            self.window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.window.resize(size)
        self.window.show()
        self.pictures: list[Path] = []
        self._session = session

    def walk(self, subject: str = "") -> list[Path]:
        """Take a picture of every screen; `subject` is a person to show, else the one of the first case."""
        window, desk = self.window, self.window.desk
        self.take("01-welcome")
        desk.set_session(self._session)
        self.settle()
        self.take("02-project")
        pipelines = [p for p in desk.overview.get("pipelines", []) if p["status"] != "not-rewritten"]
        if pipelines:
            self._go("03-rewrite", "rewrite", pipeline=pipelines[0]["name"])
        self._go("09-data", "data", pipeline=pipelines[0]["name"] if pipelines else "")
        cases = self._session.cases()
        token = subject or next((c["subject"] for c in cases if c["subject"]), "")
        if token:
            self._person(token)
        window.go("person")
        person: Any = window.screens["person"]
        person.search.setText("Z-99999")
        person.look_for("Z-99999")
        self.settle()
        self.take("04b-nothing")
        self._go("06-requests", "requests")
        if cases:
            self._case(cases)
        self._go("08-audit", "audit")
        self._narrow()
        self.window.desk.set_session(None)
        self.window.close()
        return self.pictures

    def _person(self, token: str) -> None:
        window = self.window
        self._go("04-person", "person", token=token)
        found: Any = window.screens["person"]
        if not found.token():
            return
        self._go("05-lineage", "lineage", token=found.token())
        lineage: Any = window.screens["lineage"]
        last = [key for key, item in lineage.graph.nodes.items() if item.node.touched]
        if last:
            lineage.graph.set_current(last[-1])
            lineage.graph.lit.emit(last[-1])
            self.settle()
            self.take("05-lineage")
        lineage.show_table(True)
        self.take("05b-lineage-table")
        lineage.show_table(False)

    def _case(self, cases: list[dict[str, Any]]) -> None:
        planned = next((c for c in cases if c["next_action"] == "approve"), cases[0])
        self._go("07-case", "case", case=planned["case"])
        screen: Any = self.window.screens["case"]
        screen.tabs.setCurrentIndex(1)
        self.settle()
        self.take("07-case")
        if screen.case.get("plan") and screen.case.get("execution") is None:
            screen.approve()
            self.settle()
            self.take("07b-approval")
            screen.show_rows()
            self.settle()
            self.take("07e-rows")
            if self.window.sheet is not None:
                self.window.sheet.close_sheet()
        if screen.case.get("execution") is not None:
            for index, name in ((3, "07c-execution"), (4, "07d-evidence")):
                screen.tabs.setCurrentIndex(index)
                self.settle()
                self.take(name)

    def _narrow(self) -> None:
        self.window.resize(1024, 700)
        self._go("11-narrow", "project")
        self.window.resize(SIZE)

    def _go(self, picture: str, screen: str, **target: Any) -> None:
        self.window.go(screen, target)
        self.settle()
        self.take(picture)

    def settle(self) -> None:
        """Wait until nothing is loading, then until everything is laid out."""
        for _ in range(2):
            wait_until(lambda: not self.window.desk.runner.tasks())
            pause = time.monotonic() + 0.15  # what waits for a short moment before it asks
            wait_until(partial(_is_past, pause))
        for _ in range(5):
            QCoreApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def take(self, name: str) -> None:
        """Keep a picture of the window as it is."""
        for _ in range(3):
            QCoreApplication.processEvents()
        path = self._out / f"{name}-{self._which}.png"
        self.window.grab().save(str(path))
        if path not in self.pictures:
            self.pictures.append(path)


def render(session: Any, out_dir: Path, which: str = "light", subject: str = "") -> list[Path]:
    """Take a picture of every screen of an open project; return the files.

    Parameters
    ----------
    session
        An open :class:`lester_gui.session.Session`; it stays open.
    out_dir
        Folder, made when missing.
    which
        ``light`` or ``dark``.
    subject
        Person to show on the Person and Lineage screens: a token or an identifier. Without one, the first case's.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    return Gallery(session, out_dir, which).walk(subject)


def application() -> QApplication:
    """The running application, or a new one with Lester's fonts and style."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        if not app.property("lester"):
            _dress(app)
        return app
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["lester"])
    _dress(app)
    return app


def wait_until(done: Callable[[], bool], seconds: float = WAIT) -> None:
    """Handle events until `done`; TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while not done():
        QCoreApplication.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            raise TimeoutError("the window is still loading")


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


def _dress(app: QApplication) -> None:
    words.install(app)
    theme.start(app)
    app.setProperty("lester", True)


def main(arguments: list[str] | None = None) -> int:
    """Command: open a project and take its pictures in both themes."""
    from lester_gui.session import Session

    parser = argparse.ArgumentParser(prog="screenshots", description="Take a picture of every screen of a project.")
    parser.add_argument("project", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--subject", default="", help="person to show: an identifier or a token")
    options = parser.parse_args(arguments)
    session = Session.open(options.project)
    try:
        for which in ("light", "dark"):
            for picture in render(session, options.out, which, options.subject):
                print(picture)
    finally:
        session.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
