"""Composition root of the window: application, theme, hooks for bugs, main window, and the class that opens projects."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from lester_gui import __version__
from lester_gui.session import Session
from lester_gui.ui import theme
from lester_gui.ui.crash import CrashHooks
from lester_gui.ui.main_window import MainWindow
from lester_gui.ui.screenshots import application
from lester_gui.ui.screenshots import render as render_screens


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window; return the exit code.

    Parameters
    ----------
    argv
        A project folder to open; ``--check`` draws the window once and ends, to see that an installation works.
    """
    options = _parser().parse_args(sys.argv[1:] if argv is None else argv)
    if not has_display():
        sys.stderr.write("There is no display to open a window on. Use the commands: lester --help\n")
        return 1
    app = application()
    window = MainWindow(Session)
    hooks = CrashHooks(window.show_crash, window).install()
    window.desk.runner.crashed.connect(hooks.handle)
    theme.choose(window.desk.settings.theme)
    window.restore_geometry()
    window.show()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in a shell ends the window
    if options.project is not None:
        window.open_path(options.project)
    if options.check:
        QTimer.singleShot(0, lambda: (window.grab(), window.close()))
    app.setQuitOnLastWindowClosed(True)
    try:
        return int(app.exec())
    finally:
        hooks.remove()


def render(session: Any, out_dir: Path, which: str = "light", subject: str = "") -> list[Path]:
    """Take a picture of every screen of an open project; see :func:`lester_gui.ui.screenshots.render`."""
    return render_screens(session, out_dir, which, subject)


def has_display() -> bool:
    """Whether a window can be shown: always outside Linux, and where a platform was named explicitly."""
    if not sys.platform.startswith("linux") or QApplication.instance() is not None:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lester-gui", description="Open the window of Lester.")
    parser.add_argument("project", type=Path, nargs="?", help="project folder to open")
    parser.add_argument("--check", action="store_true", help="draw the window once and end")
    parser.add_argument("--version", action="version", version=f"lester-gui {__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
