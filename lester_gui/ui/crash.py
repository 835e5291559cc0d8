"""Bugs are seen, never swallowed: hooks for all threads, a local report without personal values, and a dialog.

A report holds versions and where the code was. Texts in quotes, addresses and numbers are redacted, because an
exception may quote a value. Nothing is sent; the person may save the report.
"""

from __future__ import annotations

import faulthandler
import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

import platformdirs
from PySide6.QtCore import QObject, Qt, Signal

from lester_gui import __version__
from lester_gui.progress import Cancelled

_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”")
_ADDRESS = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\d[\d\s.,:/-]*\d|\d")
_PATH = re.compile(r"(?<![\w.])(?:/[^\s:'\"]+)+")


def redact(message: str) -> str:
    """Take out of an exception's message what might be a person's value: quoted texts, addresses, paths, numbers."""
    message = _QUOTED.sub("‹text›", message)
    message = _ADDRESS.sub("‹address›", message)
    message = _PATH.sub("‹path›", message)
    return _NUMBER.sub("‹number›", message)


def report(error: BaseException) -> str:
    """Text of a crash report: versions, then where the code was, then the redacted message of each cause."""
    lines = [
        f"Lester {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "",
    ]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {_module(frame.filename)}:{frame.lineno} in {frame.name}")
        lines += [f"{type(current).__name__}: {redact(str(current))}", ""]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def folder() -> Path:
    """Where crash reports stand."""
    return Path(platformdirs.user_state_dir("lester", appauthor=False)) / "crashes"


def save(text: str) -> Path:
    """Keep a report in the folder of crash reports, readable only by its owner."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder() / datetime.now(UTC).strftime("crash-%Y%m%d-%H%M%S-%f.txt")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


class CrashHooks(QObject):
    """Catches what nothing else caught, in any thread, and shows it in the GUI thread.

    Parameters
    ----------
    show
        Called in the GUI thread with the text of the report.
    """

    _caught = Signal(str)

    def __init__(self, show: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._before: tuple | None = None
        self._native: TextIO | None = None
        self._caught.connect(self._present, Qt.ConnectionType.QueuedConnection)

    def install(self) -> CrashHooks:
        """Put the hooks in place and have faulthandler write native crashes beside the reports."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        native = open(folder() / "native.txt", "a", encoding="utf-8")  # noqa: SIM115 - faulthandler needs it open
        faulthandler.enable(native)
        self._native = native
        return self

    def remove(self) -> None:
        """Put back what was there before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None
        if self._native is not None:
            faulthandler.disable()
            self._native.close()
            self._native = None

    def handle(self, error: BaseException) -> None:
        """Report a bug; may be called from any thread."""
        if isinstance(error, Cancelled):
            return
        text = report(error)
        print(text, file=sys.stderr)
        try:
            save(text)
        except OSError as reason:  # a full disk must not hide the bug itself
            text += f"\nThe report could not be kept: {type(reason).__name__}\n"
        self._caught.emit(text)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.handle(error)

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.handle(args.exc_value)

    def _present(self, text: str) -> None:
        self._show(text)


def _module(filename: str) -> str:
    """Path below the package or the library, never the person's folders."""
    parts = Path(filename).parts
    for anchor in ("lester_gui", "site-packages", "tests"):
        if anchor in parts:
            return "/".join(parts[parts.index(anchor) :])
    return Path(filename).name
