"""An application in Lester's looks, and a window on the stand-in session."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from lester_gui import settings
from lester_gui.ui import theme, words
from lester_gui.ui.main_window import MainWindow
from ui.fake_session import FakeSession


@pytest.fixture(scope="session")
def lester_app(qapp):
    if not qapp.property("lester"):
        words.install(qapp)
        theme.start(qapp, "light")
        qapp.setProperty("lester", True)
    return qapp


@pytest.fixture
def settle(qtbot):
    """Wait until a window has nothing under way and is laid out."""

    def wait(window, pause=0):
        if pause:
            qtbot.wait(pause)
        qtbot.waitUntil(lambda: not window.desk.runner.tasks(), timeout=10_000)
        for _ in range(3):
            QCoreApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    return wait


@pytest.fixture(scope="session")
def one_window(lester_app):
    """One window for all tests: it takes half a second to build, and each test puts it back."""
    made = MainWindow(FakeSession)
    made.show()
    return made


@pytest.fixture
def bare_window(one_window, qtbot):
    """Window on the welcome page."""
    theme.choose("light")
    one_window.desk.settings = settings.load()
    one_window.resize(1440, 900)
    one_window.activateWindow()
    qtbot.waitUntil(lambda: one_window.width() == 1440 and one_window.isActiveWindow())
    yield one_window
    if one_window.sheet is not None:
        one_window.sheet.close_sheet()
    one_window.desk.set_session(None)
    one_window.desk.runner.wait()
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(bare_window, settle):
    """Window on an open project."""
    bare_window.desk.set_session(FakeSession())
    settle(bare_window)
    return bare_window


@pytest.fixture
def session(window) -> FakeSession:
    return window.desk.session


def pytest_collection_modifyitems(items):
    # The offscreen platform says this of every window with a least size; nothing is wrong.
    ignored = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")
    for item in items:
        if "tests/ui" in item.path.as_posix():
            item.add_marker(ignored)
