"""Table of a list that fits in memory: cases, pipelines, sources, journal entries, links of the lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from lester_gui.ui.fonts import font
from lester_gui.ui.models.cells import EMPTY, Cell

Index = QModelIndex | QPersistentModelIndex
CELL = int(Qt.ItemDataRole.UserRole)
KEY = CELL + 1
MARKED = CELL + 2
GROUP = CELL + 3


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column; `width` in pixels, 0 takes the rest."""

    title: str
    width: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its cells, what it stands for, and whether it belongs to the person."""

    cells: Sequence[Cell]
    key: Any = None
    marked: bool = False
    is_group: bool = field(default=False)


def group_record(cell: Cell) -> Record:
    """Row that heads a group."""
    return Record([cell], is_group=True)


class RecordModel(QAbstractTableModel):
    """Rows held in a list; replaced as a whole."""

    def __init__(self, columns: Sequence[Column], records: Sequence[Record] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._records = list(records)

    def set_records(self, records: Sequence[Record]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._records = list(records)
        self.endResetModel()

    def record(self, row: int) -> Record:
        return self._records[row]

    def row_of(self, key: Any) -> int:
        """Row that stands for `key`, or -1."""
        return next((i for i, record in enumerate(self._records) if not record.is_group and record.key == key), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._records)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        record = self._records[index.row()]
        cell = record.cells[index.column()] if index.column() < len(record.cells) else EMPTY
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.words()
        if role == Qt.ItemDataRole.ToolTipRole:  # what a narrow column cuts can be read here
            return cell.tip or (cell.words() if cell.kind != "mask" else None) or None
        if role == CELL:
            return cell
        if role == KEY:
            return record.key
        if role == MARKED:
            return record.marked
        if role == GROUP:
            return record.is_group
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._records[index.row()].is_group:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.FontRole:
            return font("caption", 600)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.columns[column].right else Qt.AlignmentFlag.AlignLeft
        return Qt.AlignmentFlag.AlignVCenter | side
