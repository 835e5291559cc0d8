"""What Lester has to say to the person, in one place: kept until a window listens, shown under the header, no toasts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from lester_gui.errors import UserError


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said.

    Attributes
    ----------
    tone
        ``ok``, ``accent``, ``warn`` or ``danger``.
    text
        What happened, one line.
    hint
        What to do about it; may be empty.
    """

    tone: str
    text: str
    hint: str = ""


class Messages(QObject):
    """Bridge between whoever has something to say and the window.

    Signals
    -------
    said
        A :class:`Message`.
    """

    said = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Message] = []
        self._has_window = False

    def say(self, tone: str, text: str, hint: str = "") -> None:
        """Say something; before a window listens it is kept."""
        message = Message(tone, text, hint)
        if self._has_window:
            self.said.emit(message)
        else:
            self._waiting.append(message)

    def error(self, error: UserError) -> None:
        """Say what a person can mend."""
        self.say("danger", error.message, error.hint)

    def listen(self) -> None:
        """Called by the window once it shows messages: what was kept is said now."""
        self._has_window = True
        kept, self._waiting = self._waiting, []
        for message in kept:
            self.said.emit(message)
