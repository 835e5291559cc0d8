"""Draws the cells of a table: hairlines between rows, blue for what is selected, plum for what is the person's."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from lester_gui.ui import painting
from lester_gui.ui.models.cells import Cell
from lester_gui.ui.models.records import CELL, GROUP, MARKED
from lester_gui.ui.theme import qcolour

Index = QModelIndex | QPersistentModelIndex
_ROLES = {"mono": ("code", "ink2"), "strong": ("strong", "ink"), "small": ("small", "ink2")}


class CellDelegate(QStyledItemDelegate):
    """Delegate of every table with :class:`Cell` cells.

    Parameters
    ----------
    view
        The table.
    pad
        Pixels left and right of a cell's content.
    last_line
        Draw the line under the last row; off inside a card, whose edge would double it.
    """

    def __init__(self, view: QTableView, pad: int = 12, last_line: bool = False) -> None:
        super().__init__(view)
        self._view = view
        self._pad = pad
        self._last_line = last_line
        self.hovered = -1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        self._ground(painter, rect, option, index)
        cell = index.data(CELL)
        if cell is not None:
            model: Any = index.model()  # of records or of pages
            right = model.columns[index.column()].right
            self._draw(painter, rect.adjusted(self._pad, 0, -self._pad, 0), cell, right)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRectF, option: QStyleOptionViewItem, index: Index) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        marked = bool(index.data(MARKED))
        if index.data(GROUP):
            painter.fillRect(rect, qcolour("sunken"))
        elif selected:
            painter.fillRect(rect, qcolour("accent_tint"))
        elif marked:
            painter.fillRect(rect, qcolour("person_tint"))
        elif index.row() == self.hovered:
            painter.fillRect(rect, qcolour("hover"))
        if self._last_line or index.row() < index.model().rowCount() - 1:
            painter.setPen(QPen(qcolour("line"), 1))
            y = rect.bottom() - 0.5
            painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right() + 1, y))
        if index.column() == 0 and (selected or marked):
            bar = QRectF(rect.x(), rect.y(), 3, rect.height())
            painter.fillRect(bar, qcolour("person" if marked else "accent"))
        if selected and index.column() == 0 and self._view.hasFocus() and self._view.currentIndex().row() == index.row():
            painter.setPen(QPen(qcolour("focus"), 2))
            painter.drawLine(QPointF(rect.x() + 1, rect.y()), QPointF(rect.x() + 1, rect.bottom()))

    def _draw(self, painter: QPainter, rect: QRectF, cell: Cell, right: bool) -> None:
        middle = rect.center().y()
        kind = cell.kind
        if kind in ("text", "link"):
            painting.text(painter, rect, cell.text, ink=cell.ink or "ink", right=right, weight=cell.weight, figures=True)
        elif kind == "num":
            painting.text(painter, rect, cell.text, ink=cell.ink or "ink", right=True, figures=True)
        elif kind in _ROLES:
            role, ink = _ROLES[kind]
            painting.text(painter, rect, cell.text, role, cell.ink or ink, right=right)
        elif kind == "two":
            self._two(painter, rect, cell)
        elif kind == "chip":
            painting.chip(painter, rect.x(), middle, cell.text, cell.tone, cell.icon, rect.width() + 8)
        elif kind == "mask":
            painting.mask(painter, rect.x(), middle)
        elif kind == "icon":
            painting.icon(painter, cell.icon, rect.x(), middle, 16, cell.icon_ink)
            words = rect.adjusted(24, 0, 0, 0)
            painting.text(painter, words, cell.text, ink=cell.ink or "ink", weight=cell.weight, figures=True)
        elif kind == "icon2":
            painting.icon(painter, cell.icon, rect.x(), middle, 16, cell.icon_ink)
            self._two(painter, rect.adjusted(28, 0, 0, 0), cell)
        elif kind == "line":
            painting.kind_line(painter, rect.x(), middle, cell.tone)
            painting.text(painter, rect.adjusted(36, 0, 0, 0), cell.text)
        elif kind == "group":
            painting.text(painter, QRectF(rect.x(), rect.y(), 600, rect.height()), cell.text, "smallstrong", "ink2")
        elif kind == "bar":
            painting.bar(painter, rect, cell.share, cell.ink or "accent")

    def _two(self, painter: QPainter, rect: QRectF, cell: Cell) -> None:
        middle = rect.center().y()
        painting.text(painter, QRectF(rect.x(), middle - 18, rect.width(), 18), cell.text, weight=500)
        painting.text(painter, QRectF(rect.x(), middle, rect.width(), 17), cell.sub, "small", "ink3")
