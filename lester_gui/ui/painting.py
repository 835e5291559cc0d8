"""What delegates, the graph and painted widgets draw alike: text, chips, masks, bars and the three line styles."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from lester_gui.ui import icons
from lester_gui.ui.fonts import font
from lester_gui.ui.theme import colour, qcolour

# tone: (ground, ink)
TONES = {
    "ok": ("ok_tint", "ok_ink"),
    "warn": ("warn_tint", "warn_ink"),
    "danger": ("danger_tint", "danger_ink"),
    "accent": ("accent_tint", "accent_ink"),
    "person": ("person_tint", "person_ink"),
    "neutral": ("neutral_tint", "ink2"),
}
DOTS = 6  # always six: a number of dots that varies would tell the length of what is masked

# line style means kind of influence everywhere: solid data, dashed control, dotted state
DASHES: dict[str, list[float]] = {"data": [], "control": [5, 3.5], "state": [0.1, 2.6]}


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    role: str = "body",
    ink: str = "ink",
    right: bool = False,
    weight: int | None = None,
    figures: bool = False,
    centre: bool = False,
) -> None:
    """One line of text, elided at the end of `rect`."""
    face = font(role, weight, figures)
    painter.setFont(face)
    painter.setPen(qcolour(ink))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    if centre:
        side = Qt.AlignmentFlag.AlignHCenter
    shown = QFontMetricsF(face).elidedText(words, Qt.TextElideMode.ElideRight, rect.width() + 1)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | side) | int(Qt.TextFlag.TextSingleLine), shown)


def text_width(words: str, role: str = "body", weight: int | None = None) -> float:
    """Width of a line of text in pixels."""
    return QFontMetricsF(font(role, weight)).horizontalAdvance(words)


def icon(painter: QPainter, name: str, x: float, middle: float, size: float = 16, ink: str = "ink2") -> None:
    """Icon with its left edge at `x`, centred on `middle`."""
    icons.paint(painter, name, QRectF(x, middle - size / 2, size, size), colour(ink))


def chip_width(words: str, has_icon: bool) -> float:
    """Width of a chip in pixels."""
    return text_width(words, "small", 500) + 16 + (18 if has_icon else 0)


def chip(painter: QPainter, x: float, middle: float, words: str, tone: str, name: str = "", most: float = 1e6) -> float:
    """Chip at `x`, centred on `middle`, at most `most` wide; returns its width.

    Text, icon and tint come together: colour is never the only signal.
    """
    ground, ink = TONES[tone]
    width = min(chip_width(words, bool(name)), most)
    rect = QRectF(x, middle - 10, width, 20)
    edge = QColor(qcolour(ink))
    edge.setAlphaF(0.16)  # keeps the chip visible on a selected row of the same tint
    painter.setPen(QPen(edge, 1))
    painter.setBrush(qcolour(ground))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    left = 8.0
    if name:
        icon(painter, name, x + 7, middle, 14, ink)
        left += 18
    text(painter, QRectF(x + left, middle - 10, width - left - 7, 20), words, "small", ink, weight=500)
    return width


def mask(painter: QPainter, x: float, middle: float, lock: bool = True, ink: str = "ink3") -> float:
    """Masked value: a lock, then always six dots; returns where it ends."""
    if lock:
        icon(painter, "lock", x, middle, 13, ink)
        x += 19
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolour(ink))
    for i in range(DOTS):
        painter.drawEllipse(QPointF(x + 2 + i * 7, middle), 1.9, 1.9)
    return x + DOTS * 7


def bar(painter: QPainter, rect: QRectF, share: float, ink: str = "accent") -> None:
    """Filled share of a line, 6 px high, centred in `rect`."""
    line = QRectF(rect.x(), rect.center().y() - 3, rect.width(), 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolour("neutral_tint"))
    painter.drawRoundedRect(line, 3, 3)
    if share > 0:
        painter.setBrush(qcolour(ink))
        line.setWidth(max(6.0, line.width() * min(1.0, share)))
        painter.drawRoundedRect(line, 3, 3)


def kind_pen(kind: str, ink: str = "person", width: float = 1.8) -> QPen:
    """Pen of a kind of influence."""
    pen = QPen(qcolour(ink), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if DASHES.get(kind):
        pen.setDashPattern(DASHES[kind])
    return pen


def kind_line(painter: QPainter, x: float, middle: float, kind: str, ink: str = "person") -> None:
    """Short sample of the line that a kind of influence is drawn with, 26 px long."""
    painter.setPen(kind_pen(kind, ink))
    painter.drawLine(QPointF(x + 1, middle), QPointF(x + 25, middle))


def mark(painter: QPainter, rect: QRectF, ink: str = "#FFFFFF") -> None:
    """Lester's mark: three rows, one of them lifted out."""
    unit = rect.height() / 22
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ink))
    for y, left, width in ((3.0, 2.0, 18.0), (9.5, 9.0, 11.0), (16.0, 2.0, 18.0)):
        line = QRectF(rect.x() + left * unit, rect.y() + y * unit, width * unit, 3.4 * unit)
        painter.drawRoundedRect(line, 1.7 * unit, 1.7 * unit)
    painter.setBrush(QColor("#FF9BD2"))
    painter.drawEllipse(QPointF(rect.x() + 3.8 * unit, rect.y() + 11.2 * unit), 2 * unit, 2 * unit)
