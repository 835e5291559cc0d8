"""Progress of one piece of work: its name, how far it is, in words and as a bar, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from lester_gui.ui import painting
from lester_gui.ui.layout import label, row
from lester_gui.ui.widgets.buttons import Button
from lester_gui.ui.widgets.chips import Icon, Painted

_STATES = {
    "waits": ("dot", "ink3", 0.0),
    "runs": ("refresh", "accent", 0.0),
    "done": ("check-circle", "ok", 1.0),
    "failed": ("differs", "danger", 0.0),
    "stopped": ("pause", "ink3", 0.0),
}


class ProgressRow(QWidget):
    """One line of progress.

    Signals
    -------
    cancel_asked
        The person wants this work to stop.
    """

    cancel_asked = Signal()

    def __init__(self, name: str, can_cancel: bool = False) -> None:
        super().__init__()
        self._share = 0.0
        self._ink = "accent"
        self._icon = Icon("dot", "ink3")
        self._name = label(name)
        self._name.setMinimumWidth(120)
        self._bar = Painted(self._paint_bar, None, 26)
        self._bar.setMinimumWidth(80)
        self._words = label("", "small", "2")
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._words.setMinimumWidth(96)
        self._cancel = Button(self.tr("Cancel"), "quiet", "close")
        self._cancel.hide()  # shown by its state; before it has a parent it would flash as a window
        self._cancel.clicked.connect(self._ask_cancel)
        self._can_cancel = can_cancel
        self.setLayout(row(self._icon, self._name, (self._bar, 1), self._words, self._cancel, gap=10))
        self.set_state("waits", self.tr("waits"))

    def set_state(self, state: str, words: str, share: float | None = None) -> None:
        """Show a state (``waits``, ``runs``, ``done``, ``failed``, ``stopped``) with its words and share."""
        icon, ink, usual = _STATES[state]
        self._icon.set_icon(icon, ink)
        self._ink = "ok" if state == "done" else "accent"
        self._share = usual if share is None else share
        self._words.setText(words)
        self._cancel.setVisible(self._can_cancel and state in ("waits", "runs"))
        self.setAccessibleName(f"{self._name.text()}: {words}")
        self._bar.update()

    def set_cancellable(self, yes: bool, why: str = "") -> None:
        """Past the last point to cancel, the button goes off and says so."""
        if yes:
            self._cancel.set_on()
        else:
            self._cancel.set_off(why)

    def words(self) -> str:
        return self._words.text()

    def _ask_cancel(self) -> None:
        self._cancel.set_off(self.tr("Already asked to stop"))
        self.cancel_asked.emit()

    def _paint_bar(self, painter: QPainter, rect: QRectF) -> None:
        painting.bar(painter, rect, self._share, self._ink)
