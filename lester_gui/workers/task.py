"""One piece of work on another thread, as the GUI thread sees it.

Only the GUI thread changes a task and only it hears the task's signals: what a working thread has to say goes through
one queued connection. Cancelling stops listening first, so a stale result never arrives.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from lester_gui.errors import UserError
from lester_gui.progress import Cancelled, Progress

LEAST_GAP = 0.1  # seconds between two progress signals: at most ten a second reach the screen


class TaskState(enum.Enum):
    """Where a task stands."""

    PENDING = "pending"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        return self in (TaskState.CANCELLED, TaskState.DONE, TaskState.FAILED)


@dataclass(frozen=True, slots=True)
class Progressed:
    """A step that begins: its label and the share of the work done, 0 to 1, or None when unknown."""

    label: str
    fraction: float | None


class Task(QObject):
    """A call that runs elsewhere.

    Parameters
    ----------
    work
        Called with the task's :class:`~lester_gui.progress.Progress`.
    name
        What is being done, in words, for the status bar.
    keeps_result
        The result is wanted even after cancel was asked, because the work may be past the point where it can stop.

    Signals
    -------
    state_changed
        New :class:`TaskState`.
    progressed
        :class:`Progressed`, at most ten a second.
    succeeded
        The result. Never after cancel, unless `keeps_result`.
    failed
        The :class:`UserError`.
    crashed
        Any other exception: a bug.
    over
        The work has ended, however it ended.
    """

    state_changed = Signal(object)
    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    over = Signal()
    _said = Signal(str, object)

    def __init__(
        self, work: Callable[[Progress], Any], name: str = "", keeps_result: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.state = TaskState.PENDING
        self._work = work
        self._keeps_result = keeps_result
        self._listening = True
        self._last_report = 0.0
        self._context = Progress(self._report)
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the work to stop. What it still says is not listened to, except as `keeps_result` wants."""
        if self.state.is_over or self.state is TaskState.CANCELLING:
            return
        self._listening = self._keeps_result
        self._set(TaskState.CANCELLING)
        self._context.cancel()

    def run(self) -> None:
        """Do the work. Called by the runner, in the working thread."""
        self._said.emit("began", None)
        try:
            self._context.check_cancelled()
            result = self._work(self._context)
        except Cancelled:
            self._said.emit("cancelled", None)
        except UserError as error:
            self._said.emit("failed", error)
        except BaseException as error:
            self._said.emit("crashed", error)
        else:
            self._said.emit("done", result)

    def _report(self, label: str, fraction: float | None) -> None:
        now = time.monotonic()
        if now - self._last_report >= LEAST_GAP or fraction == 1.0:
            self._last_report = now
            self._said.emit("progress", Progressed(label, fraction))

    def _hear(self, what: str, value: object) -> None:
        if what == "began":
            if self.state is TaskState.PENDING:
                self._set(TaskState.RUNNING)
        elif what == "progress":
            if self._listening:
                self.progressed.emit(value)
        else:
            self._end(what, value)

    def _end(self, what: str, value: object) -> None:
        if what == "crashed":
            self._set(TaskState.FAILED)
            self.crashed.emit(value)  # a bug is heard even after cancel
        elif what == "cancelled" or not self._listening:
            self._set(TaskState.CANCELLED)
        elif what == "failed":
            self._set(TaskState.FAILED)
            self.failed.emit(value)
        else:
            self._set(TaskState.DONE)
            self.succeeded.emit(value)
        self.over.emit()

    def _set(self, state: TaskState) -> None:
        self.state = state
        self.state_changed.emit(state)
