"""A personal value: masked until revealed with a reason, for 30 seconds or until the window loses focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lester_gui.ui import painting, theme

SECONDS = 30


class MaskedValue(QWidget):
    """Lock and six dots; while revealed, the value with an amber edge and a countdown.

    Signals
    -------
    hidden
        The value was masked again.
    """

    hidden = Signal()

    def __init__(self, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = what
        self._value = ""
        self._left = 0
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        theme.follow(self)
        self.hide_value()

    def reveal(self, value: str) -> None:
        """Show a value for 30 seconds. The value is kept in this widget only and given to no accessible name."""
        self._value = value
        self._left = SECONDS
        self.setAccessibleName(self.tr("%1, revealed").replace("%1", self._what))
        self.setFixedSize(int(min(260.0, painting.text_width(value) + 86)), 26)
        self._clock.start()
        self.window().installEventFilter(self)
        self.update()

    def hide_value(self) -> None:
        """Hide the value again."""
        was_shown = bool(self._value)
        self._value = ""
        self._clock.stop()
        self.setAccessibleName(self.tr("%1, masked").replace("%1", self._what))
        self.setFixedSize(20 + 7 * painting.DOTS, 20)
        self.update()
        if was_shown:
            self.window().removeEventFilter(self)
            self.hidden.emit()

    def is_revealed(self) -> bool:
        return bool(self._value)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.hide_value()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        if not self._value:
            painting.mask(painter, 0, rect.center().y())
        else:
            painter.setPen(QPen(theme.qcolour("warn"), 1))
            painter.setBrush(theme.qcolour("warn_wash"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painting.icon(painter, "eye", 8, rect.center().y(), 14, "warn")
            painting.text(painter, rect.adjusted(30, 0, -42, 0), self._value)
            left = self.tr("%1 s").replace("%1", str(self._left))
            painting.text(painter, rect.adjusted(0, 0, -8, 0), left, "small", "warn_ink", right=True)
        painter.end()

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.hide_value()
        self.update()
