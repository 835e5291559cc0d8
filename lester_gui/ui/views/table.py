"""The one table view: row selection, Enter opens, Space lights, links can be clicked, rows show where the pointer is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from lester_gui.ui import theme
from lester_gui.ui.fonts import font
from lester_gui.ui.models.records import CELL, GROUP, KEY, RecordModel
from lester_gui.ui.views.cell_delegate import CellDelegate

HEADER = 30


class RecordTable(QTableView):
    """Table of a :class:`RecordModel`.

    Parameters
    ----------
    model
        Its columns give the widths.
    row_height
        Pixels: 28 data, 34 table, 40 to 56 list.
    fit
        The table is as high as its rows and does not scroll.
    says
        Accessible name.

    Signals
    -------
    opened
        Key of the row on which Enter was pressed, that was double-clicked or whose link was clicked.
    lit
        Key of the row on which Space was pressed.
    chosen
        Key of the row that became current.
    """

    opened = Signal(object)
    lit = Signal(object)
    chosen = Signal(object)

    def __init__(
        self, model: RecordModel, row_height: int = 34, fit: bool = False, says: str = "", pad: int = 12, header: bool = True
    ) -> None:
        super().__init__()
        self._fit = fit
        self._row_height = row_height
        self._delegate = CellDelegate(self, pad)
        self.setAccessibleName(says)
        self.setProperty("pad", str(pad))
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height)
        self.verticalHeader().setMinimumSectionSize(row_height if row_height < 28 else 28)
        head = self.horizontalHeader()
        head.setFont(font("caption", 600))
        head.setFixedHeight(HEADER)
        head.setVisible(header)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(24)
        self.setModel(model)
        model.setParent(self)
        model.modelReset.connect(self._refit)
        theme.follow(self, "_repaint")
        self._refit()

    def records(self) -> RecordModel:
        model = self.model()
        assert isinstance(model, RecordModel)
        return model

    def key(self) -> Any:
        """Key of the current row, or None."""
        index = self.currentIndex()
        return index.data(KEY) if index.isValid() and not index.data(GROUP) else None

    def choose(self, key: Any) -> bool:
        """Make the row that stands for `key` current; False if there is none."""
        row = self.records().row_of(key)
        if row >= 0:
            self.selectRow(row)
        return row >= 0

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if selected.indexes():
            self.chosen.emit(self.key())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.key() is not None and not event.modifiers():
            self.opened.emit(self.key())
        elif event.key() == Qt.Key.Key_Space and self.key() is not None:
            self.lit.emit(self.key())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.choose_first()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row() if index.isValid() else -1)
        cell = index.data(CELL) if index.isValid() else None
        over_link = cell is not None and cell.kind == "link"
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over_link else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        cell = index.data(CELL) if index.isValid() else None
        if cell is not None and cell.kind == "link" and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index.data(KEY))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        cell = index.data(CELL) if index.isValid() else None
        if index.isValid() and not index.data(GROUP) and (cell is None or cell.kind != "link"):
            self.opened.emit(index.data(KEY))

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        move = QAbstractItemView.CursorAction
        ends = {move.MoveHome: 0, move.MoveEnd: self.model().rowCount() - 1}  # of the list: cells are not chosen one by one
        index = self.model().index(ends[action], 0) if action in ends else super().moveCursor(action, modifiers)
        step = -1 if index.row() < self.currentIndex().row() else 1
        while index.isValid() and index.data(GROUP):
            index = index.siblingAtRow(index.row() + step)
        return index if index.isValid() else self.currentIndex()

    def choose_first(self) -> None:
        """Make the first row current that is no heading."""
        for row in range(self.model().rowCount()):
            if not self.model().index(row, 0).data(GROUP):
                self.selectRow(row)
                return

    def _repaint(self) -> None:
        self.viewport().update()

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()

    def _refit(self) -> None:
        model = self.records()
        head = self.horizontalHeader()
        for i, column in enumerate(model.columns):
            if column.width:
                head.setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(i, column.width)
            else:
                head.setSectionResizeMode(i, QHeaderView.ResizeMode.Stretch)
        self.clearSpans()
        for row in range(model.rowCount()):
            if model.record(row).is_group:
                self.setSpan(row, 0, 1, len(model.columns))
                self.setRowHeight(row, 28)
        if self._fit:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            rows = sum(self.rowHeight(i) for i in range(model.rowCount()))
            self.setFixedHeight(rows + (HEADER if head.isVisibleTo(self) else 0) + 1)
