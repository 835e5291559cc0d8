"""The six stages of a footprint as large tabs: icon and name, a count, and what it is of."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QTabBar

from lester_gui.ui import painting, theme

HEIGHT = 92


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage."""

    icon: str
    name: str
    count: str
    of: str


class StageTabs(QTabBar):
    """Tabs that share the width; the current one is plum, because it shows the person's."""

    def __init__(self, says: str) -> None:
        super().__init__()
        self._stages: list[Stage] = []
        self.setDrawBase(False)
        self.setExpanding(True)
        self.setUsesScrollButtons(False)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(says)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.follow(self)

    def set_stages(self, stages: list[Stage]) -> None:
        """Show other counts; the current tab stays."""
        self._stages = stages
        while self.count() < len(stages):
            self.addTab("")
        for i, stage in enumerate(stages):
            self.setTabText(i, stage.name)
            self.setAccessibleTabName(i, f"{stage.name}: {stage.count}, {stage.of}")
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        return QSize(max(60, self.width() // max(1, self.count())), HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return QSize(60, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, stage in enumerate(self._stages):
            rect = QRectF(self.tabRect(i))
            on, x, wide = i == self.currentIndex(), rect.x(), rect.width()
            if on:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.qcolour("person"))
                painter.drawRoundedRect(QRectF(x + 16, rect.height() - 4, wide - 40, 3), 1.5, 1.5)
            painting.icon(painter, stage.icon, x + 16, 23, 16, "person" if on else "ink3")
            name = QRectF(x + 38, 12, wide - 50, 22)
            painting.text(painter, name, stage.name, "smallstrong", "person" if on else "ink2")
            painting.text(painter, QRectF(x + 16, 36, wide - 30, 28), stage.count, "figure", "person" if on else "ink")
            painting.text(painter, QRectF(x + 16, 64, wide - 24, 18), stage.of, "small", "ink2" if on else "ink3")
            if on and self.hasFocus():
                painter.setPen(QPen(theme.qcolour("focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect.adjusted(6, 4, -12, -8), 6, 6)
            if i < len(self._stages) - 1:
                painting.icon(painter, "chevron", rect.right() - 7, rect.center().y(), 14, "ink3")
        painter.end()
