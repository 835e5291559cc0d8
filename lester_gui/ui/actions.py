"""Every action of the window and its key, in one table, so that no key is given twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Spec:
    """One action: its id, words, key (may be empty), icon, and whether it needs an open project."""

    id: str
    text: Any
    key: str
    icon: str
    needs_project: bool = True


TABLE: tuple[Spec, ...] = (
    Spec("project", QT_TRANSLATE_NOOP("Actions", "Project"), "Ctrl+1", "project"),
    Spec("rewrite", QT_TRANSLATE_NOOP("Actions", "Rewrite"), "Ctrl+2", "rewrite"),
    Spec("data", QT_TRANSLATE_NOOP("Actions", "Data"), "Ctrl+3", "data"),
    Spec("person", QT_TRANSLATE_NOOP("Actions", "Person"), "Ctrl+4", "person"),
    Spec("requests", QT_TRANSLATE_NOOP("Actions", "Requests"), "Ctrl+5", "requests"),
    Spec("audit", QT_TRANSLATE_NOOP("Actions", "Audit"), "Ctrl+6", "audit"),
    Spec("palette", QT_TRANSLATE_NOOP("Actions", "Search everything"), "Ctrl+K", "search"),
    Spec("find", QT_TRANSLATE_NOOP("Actions", "Find here"), "Ctrl+F", "search"),
    Spec("next_pane", QT_TRANSLATE_NOOP("Actions", "Next pane"), "F6", "chevron"),
    Spec("back", QT_TRANSLATE_NOOP("Actions", "Clear or go back"), "Esc", "close"),
    Spec("accept_step", QT_TRANSLATE_NOOP("Actions", "Accept step"), "Alt+Return", "check"),
    Spec("new_request", QT_TRANSLATE_NOOP("Actions", "New request"), "Ctrl+N", "plus"),
    Spec("scan", QT_TRANSLATE_NOOP("Actions", "Scan again"), "F5", "refresh"),
    Spec("close_project", QT_TRANSLATE_NOOP("Actions", "Close project"), "Ctrl+W", "close"),
    Spec("open_folder", QT_TRANSLATE_NOOP("Actions", "Open a folder"), "Ctrl+O", "folder-open", False),
    Spec("open_sample", QT_TRANSLATE_NOOP("Actions", "Try the sample hospital"), "Ctrl+D", "play", False),
    Spec("check_certificate", QT_TRANSLATE_NOOP("Actions", "Check a certificate"), "Ctrl+E", "audit", False),
    Spec("preferences", QT_TRANSLATE_NOOP("Actions", "Preferences"), "Ctrl+,", "settings", False),
    Spec("help", QT_TRANSLATE_NOOP("Actions", "Help"), "F1", "help", False),
    Spec("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "Ctrl+Q", "close", False),
)
RAIL = ("project", "rewrite", "data", "person", "requests", "audit")


class Actions:
    """The QActions of a window.

    Parameters
    ----------
    window
        Owns the actions; their keys work while it has the focus.
    """

    def __init__(self, window: QWidget) -> None:
        self._actions: dict[str, QAction] = {}
        self._project_is_open = False
        self._held_back = False
        for spec in TABLE:
            action = QAction(QCoreApplication.translate("Actions", spec.text), window)
            action.setObjectName(spec.id)
            if spec.key:
                action.setShortcut(QKeySequence(spec.key))
            window.addAction(action)
            self._actions[spec.id] = action
        self._update()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def key(self, name: str) -> str:
        """The key of an action, as it is written on this system."""
        return self._actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def set_project_open(self, is_open: bool) -> None:
        """Switch on or off what needs a project."""
        self._project_is_open = is_open
        self._update()

    def hold_back(self, yes: bool) -> None:
        """While a sheet asks something, no other action may run."""
        self._held_back = yes
        self._update()

    def _update(self) -> None:
        for spec in TABLE:
            on = not self._held_back and (self._project_is_open or not spec.needs_project)
            self._actions[spec.id].setEnabled(on)
