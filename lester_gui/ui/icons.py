"""Stroke icons on a 20-unit grid, tinted when drawn so that one file serves both themes."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from lester_gui import resources

STROKE = 1.5


@cache
def _source(name: str) -> str:
    return resources.resource("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str, stroke: float) -> QSvgRenderer:
    text = _source(name).replace("currentColor", colour).replace('stroke-width="1.5"', f'stroke-width="{stroke:g}"', 1)
    return QSvgRenderer(QByteArray(text.encode()))


def paint(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
    """Draw an icon; its stroke stays 1.5 px whatever the size."""
    width = rect.width()
    stroke = STROKE * 20 / width * min(1.0, width / 16)
    _renderer(name, colour, round(stroke, 3)).render(painter, rect)


@lru_cache(maxsize=1024)
def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0) -> QPixmap:
    """Icon as a pixmap of `size` logical pixels at a device pixel ratio."""
    made = QPixmap(int(size * ratio), int(size * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, name, QRectF(0, 0, size, size), colour)
    painter.end()
    return made


def icon(name: str, colour: str, size: int = 16) -> QIcon:
    """Icon for a button or a menu, sharp at 100, 150 and 200 %."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, colour, size, ratio))
    return made
