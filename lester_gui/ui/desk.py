"""What every screen needs: the open session, threads to work on, a place to say things, and the way to other screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from lester_gui import settings as preferences
from lester_gui.errors import UserError
from lester_gui.progress import Progress
from lester_gui.ui.messages import Messages
from lester_gui.workers import Runner, Task

Work = Callable[[Progress], Any]


class Desk(QObject):
    """Shared by the screens of one window.

    Attributes
    ----------
    session
        The open project (:class:`lester_gui.session.Session`), or None on the welcome screen.

    Signals
    -------
    opened
        A project was opened or closed.
    changed
        Something in the project changed; the text says what: ``pipelines``, ``runs``, ``cases`` or ``sources``.
    wanted
        Name of a screen to go to, and what to show there.
    sheet_wanted
        A sheet (:class:`~lester_gui.ui.dialogs.sheet.Sheet`) to put over the window.
    overview_changed
        New figures, pipelines and sources of the project, as ``Session.overview`` returns them.
    """

    opened = Signal()
    changed = Signal(str)
    wanted = Signal(str, dict)
    sheet_wanted = Signal(object)
    overview_changed = Signal(dict)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session: Any = None
        self.runner = Runner(self)
        self.messages = Messages(self)
        self.settings = preferences.load()
        self.overview: dict[str, Any] = {}
        self._refresh: Task | None = None
        self.changed.connect(lambda _what: self.refresh())

    @property
    def user(self) -> str:
        """Who is working, as cases and the journal name them; not authenticated."""
        return self.settings.user_name

    def set_session(self, session: Any) -> None:
        """Take over an open project, or None after closing one."""
        self.runner.cancel_all()
        self.session = session
        self.overview = {}
        self.opened.emit()
        if session is not None:
            self.refresh()

    def ask(
        self,
        work: Work,
        done: Callable[[Any], None],
        failed: Callable[[UserError], None] | None = None,
        name: str = "",
        keeps_result: bool = False,
        lane: str = "work",
    ) -> Task:
        """Run `work` on another thread and call `done` with its result, or `failed` with what a person can mend.

        Without `failed` the error is shown under the header. A bug goes to the crash dialog.
        """
        task = self.runner.start(work, name, lane, keeps_result)
        task.succeeded.connect(done)
        task.failed.connect(failed or self.messages.error)
        return task

    def refresh(self) -> None:
        """Read figures, pipelines and sources again; one query feeds rail, status bar and Project screen."""
        session = self.session
        if session is None:
            return
        if self._refresh is not None:
            self._refresh.cancel()
        self._refresh = self.ask(lambda _ctx: session.overview(), self._take_overview)
        self._refresh.over.connect(self._refreshed)

    def go(self, screen: str, **target: Any) -> None:
        """Go to another screen."""
        self.wanted.emit(screen, target)

    def _refreshed(self) -> None:
        if self._refresh is not None and self._refresh.state.is_over:
            self._refresh = None

    def _take_overview(self, overview: dict[str, Any]) -> None:
        self.overview = overview
        self.overview_changed.emit(overview)
