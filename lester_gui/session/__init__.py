"""One open project, one method per use case: the only door to the core for the window and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from lester_gui.session.answering import Answering
from lester_gui.session.browsing import Browsing
from lester_gui.session.exports import Exports
from lester_gui.session.finding import Finding
from lester_gui.session.scanning import Scanning

__all__ = ["Session"]


class Session(Scanning, Answering, Browsing, Exports, Finding):
    """An open project. Values in and out are plain: text, numbers, lists, dictionaries.

    Use it as a context manager; methods may be called from several threads, one runs at a time.
    """

    @classmethod
    def open(cls, folder: Path | str, *, user: str | None = None) -> Self:
        """Open a project folder.

        Raises
        ------
        UserError
            If there is no such folder, or another process holds the project.
        """
        return cls(Path(folder), user)
