"""Table view over a paged model: compact rows, statistics in the header, sorting and the current row by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from lester_gui.ui import theme
from lester_gui.ui.models.pages import NUMBERS, PagedModel
from lester_gui.ui.views.cell_delegate import CellDelegate
from lester_gui.ui.views.data_header import DataHeader

ROW = 28
LEAST = {"bool": 92, "int": 108, "float": 112, "str": 116, "date": 112, "timestamp": 150}


class DataTable(QTableView):
    """Rows of a view.

    Signals
    -------
    row_chosen
        Position of the row that became current.
    reveal_asked
        Position and column (from 0, without the row number) of a masked cell that was activated.
    sort_asked
        Column (from 0, without the row number) whose header was clicked.
    scrolled
        First and last position that are visible.
    """

    row_chosen = Signal(int)
    reveal_asked = Signal(int, int)
    sort_asked = Signal(int)
    scrolled = Signal(int, int)

    def __init__(self, model: PagedModel, says: str) -> None:
        super().__init__()
        self.setAccessibleName(says)
        self.header = DataHeader(self)
        self.setHorizontalHeader(self.header)
        self.header.sectionClicked.connect(lambda i: self.sort_asked.emit(i - 1) if i > 0 else None)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setModel(model)
        model.setParent(self)
        model.modelReset.connect(self._fit_columns)
        model.modelReset.connect(self._say_scrolled)
        self.verticalScrollBar().valueChanged.connect(self._say_scrolled)
        theme.follow(self, "_repaint")
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(80)  # moving fast through rows asks for the lineage of the last one only
        self._wait.timeout.connect(self._say_row)

    def pages(self) -> PagedModel:
        model = self.model()
        assert isinstance(model, PagedModel)
        return model

    def find_column(self, wanted: str) -> bool:
        """Scroll to the first column whose name contains `wanted`; False if there is none."""
        for i, field in enumerate(self.pages().fields):
            if wanted.lower() in field["name"].lower():
                row = max(0, self.currentIndex().row())
                self.scrollTo(self.model().index(row, i + 1), QAbstractItemView.ScrollHint.EnsureVisible)
                return True
        return False

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if selected.indexes():
            self._wait.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            if index.column() > 0 and self.pages().fields[index.column() - 1]["personal"]:
                self.reveal_asked.emit(index.row(), index.column() - 1)
            else:
                self.row_chosen.emit(index.row())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        self._say_scrolled()

    def _repaint(self) -> None:
        self.viewport().update()

    def _say_row(self) -> None:
        if self.currentIndex().isValid():
            self.row_chosen.emit(self.currentIndex().row())

    def _say_scrolled(self) -> None:
        rows = self.model().rowCount()
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        self.scrolled.emit(max(0, first), rows - 1 if last < 0 else last)

    def _fit_columns(self) -> None:
        fields = self.pages().fields
        if not fields:
            return
        room = self.viewport().width() - 62
        widths = [LEAST.get(f["type"], 116) + max(0, len(f["name"]) - 12) * 6 for f in fields]
        if sum(widths) < room:
            texts = [i for i, f in enumerate(fields) if f["type"] not in NUMBERS] or list(range(len(fields)))
            for i in texts:
                widths[i] += (room - sum(widths)) // max(1, len(texts) - texts.index(i))
        self.setColumnWidth(0, 62)
        for i, width in enumerate(widths):
            self.setColumnWidth(i + 1, width)
