"""Small painted things: chips, icons and free drawings, all with an accessible name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lester_gui.ui import icons, painting, theme

Drawing = Callable[[QPainter, QRectF], None]


class Painted(QWidget):
    """Widget that a function draws.

    Parameters
    ----------
    draw
        Called with a painter and the widget's rectangle.
    width, height
        Fixed size in pixels; None leaves that direction to the layout.
    says
        Accessible name: what the drawing says in words.
    """

    def __init__(self, draw: Drawing, width: int | None = None, height: int | None = None, says: str = "") -> None:
        super().__init__()
        self._draw = draw
        if width is not None:
            self.setFixedWidth(width)
        if height is not None:
            self.setFixedHeight(height)
        self.setAccessibleName(says)
        theme.follow(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, QRectF(self.rect()))
        painter.end()


class Icon(Painted):
    """One icon in an ink; decoration unless `says` names it."""

    def __init__(self, name: str, ink: str = "ink2", size: int = 16, says: str = "") -> None:
        super().__init__(self._paint_icon, size, size, says)
        self._name = name
        self._ink = ink

    def set_icon(self, name: str, ink: str) -> None:
        """Show another icon."""
        self._name, self._ink = name, ink
        self.update()

    def _paint_icon(self, painter: QPainter, rect: QRectF) -> None:
        icons.paint(painter, self._name, rect, theme.colour(self._ink))


class Chip(Painted):
    """State in a word or two: icon, words and tone together."""

    def __init__(self, words: str, tone: str = "neutral", icon: str = "") -> None:
        super().__init__(self._paint_chip, None, 22, words)
        self.set_state(words, tone, icon)

    def set_state(self, words: str, tone: str = "neutral", icon: str = "") -> None:
        """Change what the chip says."""
        self._words, self._tone, self._icon = words, tone, icon
        self.setAccessibleName(words)
        self.setFixedWidth(int(painting.chip_width(words, bool(icon)) + 1))
        self.update()

    def words(self) -> str:
        return self._words

    def _paint_chip(self, painter: QPainter, rect: QRectF) -> None:
        painting.chip(painter, 0, rect.center().y(), self._words, self._tone, self._icon)
