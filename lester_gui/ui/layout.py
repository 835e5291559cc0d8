"""Rows, columns, cards and rules: the few ways in which a screen is put together.

``None`` is a stretch, an ``int`` a gap in pixels, ``(item, factor)`` an item that takes a share of the space.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lester_gui.ui import theme
from lester_gui.ui.fonts import font

Margins = tuple[int, int, int, int]


def row(*items: Any, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Items from left to right."""
    made = QHBoxLayout()
    _fill(made, items, gap, margins)
    return made


def col(*items: Any, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """Items from top to bottom."""
    made = QVBoxLayout()
    _fill(made, items, gap, margins)
    return made


def label(
    text: str, role: str = "body", ink: str = "", wrap: bool = False, rich: bool = False, selectable: bool = False
) -> QLabel:
    """Text in a type role and ink (``2``, ``3`` or a tone); plain unless `rich`."""
    made = QLabel(text)
    made.setFont(font(role))
    if ink:
        made.setProperty("ink", ink)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        made.setMinimumWidth(40)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def set_ink(widget: QWidget, ink: str) -> None:
    """Change the ink of a label that is already shown."""
    restyle(widget, "ink", ink)


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it looked at again."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def rule(vertical: bool = False) -> QFrame:
    """Hairline."""
    made = QFrame()
    made.setProperty("rule", "v" if vertical else "h")
    return made


def card(layout: QLayout | None = None, kind: str = "1", tone: str = "") -> QFrame:
    """Panel with a hairline edge; with a `tone` it is a wash of that colour."""
    made = QFrame()
    made.setProperty("tone" if tone else "card", tone or kind)
    if layout is not None:
        made.setLayout(layout)
    return made


def holder(layout: QLayout, ground: str = "") -> QWidget:
    """Plain widget around a layout; `ground` names the token behind it."""
    made = QWidget()
    if ground:
        made.setProperty("bg", ground)
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setLayout(layout)
    return made


class ColumnScroll(QScrollArea):
    """Column that scrolls as a whole instead of crushing what is in it.

    Its content is as high as its texts need at the width there is. (Qt's own minimum is what they would need at their
    least width, which leaves half a screen empty below wrapped labels.)
    """

    def __init__(self, content: QWidget, ground: str = "window") -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setProperty("bg", ground)
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(content)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        content = self.widget()
        layout = content.layout() if content is not None else None
        if content is None or layout is None:
            return
        width = self.viewport().width()
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalMinimumSize().height()
        if content.minimumHeight() != high:
            content.setMinimumHeight(high)


def scroll(content: QWidget, ground: str = "window") -> ColumnScroll:
    """Column that scrolls as a whole."""
    return ColumnScroll(content, ground)


def shadow(widget: QWidget) -> None:
    """The one shadow there is: under dialogs, menus and the palette."""
    effect = QGraphicsDropShadowEffect(widget)
    effect.setBlurRadius(60)
    effect.setOffset(0, 20)
    effect.setColor(QColor(theme.qcolour("shadow")))
    widget.setGraphicsEffect(effect)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
            inner.deleteLater()


def _fill(layout: QBoxLayout, items: tuple[Any, ...], gap: int, margins: Margins) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, tuple):
            _add(layout, item[0], item[1])
        else:
            _add(layout, item, 0)


def _add(layout: QBoxLayout, item: QWidget | QLayout, stretch: int) -> None:
    if isinstance(item, QWidget):
        layout.addWidget(item, stretch)
    else:
        layout.addLayout(item, stretch)
