"""What a screen is: a title, one fact, its actions, and panes to move between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from lester_gui.errors import UserError
from lester_gui.ui.desk import Desk, Work
from lester_gui.ui.widgets.buttons import Button
from lester_gui.workers import Task


class Screen(QWidget):
    """One screen of the window.

    Attributes
    ----------
    name
        Rail entry it belongs to.
    title, fact
        The header's words.
    buttons
        The header's actions; the primary one stands rightmost.

    Signals
    -------
    header_changed
        Title, fact or buttons changed.
    ready
        What was asked for is shown now: the first pane may take the keyboard.
    """

    header_changed = Signal()
    ready = Signal()
    name = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.title = ""
        self.fact = ""
        self.buttons: list[Button] = []
        self.setProperty("bg", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tasks: dict[str, Task] = {}

    def enter(self, **target: Any) -> None:
        """The screen is shown, with what to show on it; starts loading."""

    def leave(self) -> None:
        """Another screen is shown."""

    def set_narrow(self, narrow: bool) -> None:
        """The window is narrower or wider than 1200 px: side panels become drawers."""

    def panes(self) -> list[QWidget]:
        """Widgets that F6 goes to, in order."""
        return []

    def find_field(self) -> QLineEdit | None:
        """The field that Ctrl+F goes to."""
        return None

    def go_back(self) -> bool:
        """Esc: clear what is lit or leave a sub-screen; False when there was nothing to clear."""
        return False

    def set_fact(self, fact: str, title: str = "") -> None:
        """Change the words of the header."""
        self.fact = fact
        self.title = title or self.title
        self.header_changed.emit()

    def ask(
        self,
        key: str,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[UserError], None] | None = None,
        name: str = "",
        keeps_result: bool = False,
        lane: str = "work",
    ) -> Task:
        """As :meth:`Desk.ask`; an earlier task with the same key is cancelled, so that no stale answer arrives."""
        before = self._tasks.pop(key, None)
        if before is not None:
            before.cancel()
        task = self.desk.ask(work, done, failed, name, keeps_result, lane)
        self._tasks[key] = task
        task.over.connect(lambda: self._tasks.pop(key, None) if self._tasks.get(key) is task else None)
        return task

    def is_loading(self, key: str = "") -> bool:
        """Whether a task (with this key) is under way."""
        return key in self._tasks if key else bool(self._tasks)
