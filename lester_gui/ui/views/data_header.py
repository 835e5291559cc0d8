"""Header of a data table: name, type and a small picture of the values, drawn from statistics read once per view.

A personal column has no statistics: its least and most frequent values would tell whose they are.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.models.pages import NUMBERS
from lester_gui.ui.words import number

HEIGHT = 84


class DataHeader(QHeaderView):
    """Header with statistics; a click sorts by the column."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._fields: list[dict[str, Any]] = []
        self._statistics: dict[str, Any] = {}
        self._sort: tuple[str, bool] | None = None
        self.setFixedHeight(HEIGHT)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        theme.follow(self, "_repaint")

    def set_fields(self, fields: list[dict[str, Any]]) -> None:
        """Show the columns of another view."""
        self._fields, self._statistics, self._sort = list(fields), {}, None
        self.viewport().update()

    def set_statistics(self, statistics: dict[str, Any]) -> None:
        """Draw these statistics."""
        self._statistics = statistics
        self.viewport().update()

    def set_sort(self, sort: tuple[str, bool] | None) -> None:
        """Mark the column that rows are sorted by, as (column, ascending)."""
        self._sort = sort
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)

    def paintSection(self, painter: QPainter, rect: Any, section: int) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(rect)
        painter.fillRect(area, theme.qcolour("surface"))
        if section == 0:
            painting.text(painter, area.adjusted(12, 8, -12, -58), self.tr("row"), "smallstrong", right=True)
        elif section <= len(self._fields):
            self._paint_field(painter, area, self._fields[section - 1])
        painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width() + 1, 1), theme.qcolour("line"))
        painter.restore()

    def _repaint(self) -> None:
        self.viewport().update()

    def _paint_field(self, painter: QPainter, area: QRectF, field: dict[str, Any]) -> None:
        right = field["type"] in NUMBERS
        statistics = self._statistics.get(field["name"])
        name = field["name"]
        if self._sort is not None and self._sort[0] == name:
            turn = "sort" if self._sort[1] else "down"
            wide = painting.text_width(name, "smallstrong")
            x = area.right() - 12 - wide - 16 if right else area.x() + 14 + wide
            painting.icon(painter, turn, min(x, area.right() - 14), area.y() + 17, 11, "accent")
        painting.text(painter, area.adjusted(12, 8, -12, -58), name, "smallstrong", right=right)
        kind = self._kind(field, statistics, area.width() - 24)
        painting.text(painter, area.adjusted(12, 26, -12, -42), kind, "caption", "ink3", right=right, weight=400)
        box = area.adjusted(12, 46, -12, -8)
        if field["personal"]:
            painting.icon(painter, "lock", box.x(), box.y() + 19, 13, "ink3")
            words = QRectF(box.x() + 18, box.y() + 10, box.width() - 18, 18)
            painting.text(painter, words, self.tr("no statistics"), "caption", "ink3", weight=400)
        elif statistics and statistics.get("histogram"):
            _bars(painter, box, statistics["histogram"])
        elif statistics and statistics.get("top"):
            _shares(painter, box, statistics["top"])

    def _kind(self, field: dict[str, Any], statistics: dict[str, Any] | None, room: float) -> str:
        names = {"int": self.tr("whole number"), "float": self.tr("number"), "bool": self.tr("yes or no"), "str": self.tr("text"),
                 "date": self.tr("date"), "timestamp": self.tr("time")}  # fmt: skip
        kind = names.get(field["type"], field["type"])
        if field["personal"]:
            return self.tr("%1, masked").replace("%1", kind)
        if statistics and statistics.get("top") and field["type"] == "str":
            kind = self.tr("%Ln values", "", statistics["distinct"])
        if statistics and statistics.get("nulls"):
            longer = kind + self.tr(", %1 missing").replace("%1", number(statistics["nulls"]))
            if painting.text_width(longer, "caption", 400) <= room:
                return longer
        return kind


def _bars(painter: QPainter, box: QRectF, counts: list[float]) -> None:
    most = max(counts) or 1
    width = box.width() / len(counts)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.qcolour("hist"))
    for i, count in enumerate(counts):
        height = box.height() * count / most
        painter.drawRect(QRectF(box.x() + i * width, box.bottom() - height, max(1.0, width - 1), height))


def _shares(painter: QPainter, box: QRectF, top: list[list[Any]]) -> None:
    full = min(box.width(), 110.0)
    x = box.x()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.qcolour("hist"))
    shares = [float(share) for _value, share in top]
    for share in [*shares, max(0.0, 1 - sum(shares))]:
        if share * full > 3:
            painter.drawRoundedRect(QRectF(x, box.bottom() - 9, share * full - 2, 9), 2, 2)
        x += share * full
    words = f"{number(top[0][0]) if isinstance(top[0][0], bool) else top[0][0]} {shares[0]:.0%}".replace("%", " %")
    painting.text(painter, box.adjusted(0, 0, 0, -12), words, "caption", "ink2", weight=400)
