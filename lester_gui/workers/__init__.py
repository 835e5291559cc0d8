"""Work off the GUI thread: tasks with progress and cancel. Knows QtCore only, no widgets."""

from lester_gui.workers.runner import Runner
from lester_gui.workers.task import Progressed, Task, TaskState

__all__ = ["Progressed", "Runner", "Task", "TaskState"]
