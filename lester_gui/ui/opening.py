"""Opening, closing and finding projects. The class that opens them is handed in, so that tests can hand in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import platformdirs
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from lester_gui import settings as preferences
from lester_gui.ui.desk import Desk


class Door(Protocol):
    """What the session's class offers before a project is open."""

    def open(self, folder: Path, *, user: str | None = None) -> Any: ...
    def sample_projects(self) -> list[dict[str, Any]]: ...
    def copy_sample(self, name: str, to: Path) -> str: ...
    def check_certificate(self, file: Path, trust: Path | None = None) -> dict[str, Any]: ...


class Opening(QObject):
    """Opens and closes the project of a desk."""

    def __init__(self, door: Door, desk: Desk) -> None:
        super().__init__(desk)
        self._door = door
        self._desk = desk

    def open(self, folder: Path | str) -> None:
        """Open a project folder; the one that was open is closed first."""
        self.close()
        user = self._desk.user
        folder = Path(folder)
        self._desk.ask(
            lambda _ctx: self._door.open(folder, user=user),
            lambda session: self._opened(session, folder),
            name=self.tr("Opening the project"),
        )

    def choose_folder(self, window: QWidget) -> None:
        """Ask for a folder and open it."""
        chosen = QFileDialog.getExistingDirectory(window, self.tr("Open a project folder"), str(Path.home()))
        if chosen:
            self.open(chosen)

    def open_sample(self, name: str = "hospital") -> None:
        """Copy a sample project to the person's documents and open the copy; an earlier copy is opened as it is."""
        home = Path(platformdirs.user_documents_dir()) / "Lester samples"
        name = name if isinstance(name, str) and name else "hospital"

        def work(_ctx: Any) -> Path:
            target = home / name
            return target if target.is_dir() else Path(self._door.copy_sample(name, home))

        self._desk.ask(work, self.open, name=self.tr("Copying the sample project"))

    def samples(self) -> list[dict[str, Any]]:
        """Sample projects: name, title, text, path."""
        return self._door.sample_projects()

    def check_certificate(self, file: Path, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        """Check a certificate without a project."""
        self._desk.ask(lambda _ctx: self._door.check_certificate(file), done, failed, name=self.tr("Checking the certificate"))

    def close(self) -> None:
        """Close the project that is open."""
        session = self._desk.session
        if session is None:
            return
        self._desk.set_session(None)
        self._desk.runner.wait()
        session.close()

    def forget(self, folder: str) -> None:
        """Take a project out of the list of recent ones."""
        kept = tuple(other for other in self._desk.settings.last_projects if other != folder)
        self._keep(replace(self._desk.settings, last_projects=kept))

    def _opened(self, session: Any, folder: Path) -> None:
        self._keep(self._desk.settings.with_project(folder))
        self._desk.set_session(session)

    def _keep(self, settings: preferences.Settings) -> None:
        self._desk.settings = settings
        preferences.save(settings)
