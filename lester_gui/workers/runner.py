"""Hands tasks to threads: a few for what a person waits for, and a lane of their own for table pages.

Pages have their own lane so that scrolling goes on while a pipeline runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from lester_gui.progress import Progress
from lester_gui.workers.task import Task

LANES = {"work": 3, "pages": 1}


class _Job(QRunnable):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task
        self.setAutoDelete(False)

    def run(self) -> None:
        self._task.run()


class Runner(QObject):
    """Starts tasks and keeps them until they are over.

    Signals
    -------
    crashed
        An exception that is no :class:`~lester_gui.errors.UserError`, from any task.
    progressed
        :class:`~lester_gui.workers.task.Progressed` of any task that has a name.
    busy_changed
        Names of the tasks that are running or waiting, in the order in which they were started.
    """

    crashed = Signal(object)
    progressed = Signal(object)
    busy_changed = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[Task] = []
        self._jobs: dict[Task, _Job] = {}  # kept from Python's garbage collector until the thread is done
        self._pools = {}
        for lane, threads in LANES.items():
            pool = QThreadPool(self)
            pool.setMaxThreadCount(threads)
            self._pools[lane] = pool

    def start(
        self,
        work: Callable[[Progress], Any],
        name: str = "",
        lane: str = "work",
        keeps_result: bool = False,
    ) -> Task:
        """Start `work` on a thread of a lane; connect to the returned task's signals at once.

        Parameters
        ----------
        work
            Called with a progress context; it must not touch widgets.
        name
            Shown in the status bar while it runs; without a name the work is silent.
        lane
            ``work`` or ``pages``.
        keeps_result
            See :class:`Task`.
        """
        task = Task(work, name, keeps_result, self)
        self._tasks.append(task)
        task.crashed.connect(self.crashed)
        if name:
            task.progressed.connect(self.progressed)
        task.over.connect(lambda: self._forget(task))
        job = _Job(task)
        self._jobs[task] = job
        self._pools[lane].start(job)
        self._say_busy()
        return task

    def tasks(self) -> list[Task]:
        """Tasks that are not over."""
        return list(self._tasks)

    def cancel_all(self) -> None:
        """Ask everything to stop; used when the project is closed."""
        for task in self._tasks:
            task.cancel()

    def wait(self, milliseconds: int = 10_000) -> bool:
        """Block until all threads are idle; False when that took too long."""
        idle = [pool.waitForDone(milliseconds) for pool in self._pools.values()]
        return all(idle)

    def _forget(self, task: Task) -> None:
        self._tasks.remove(task)
        del self._jobs[task]
        self._say_busy()
        task.deleteLater()

    def _say_busy(self) -> None:
        self.busy_changed.emit([task.name for task in self._tasks if task.name])
