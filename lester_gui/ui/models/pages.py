"""Table of a view with any number of rows: pages of 256, fetched on another thread, the latest 64 kept.

``data`` never waits and never queries: a cell whose page is not here yet is shown empty, and its page is asked for.
Sorting and filtering are done by the session; each makes a new generation, and pages of an older one are dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from lester_gui.ui.models import cells
from lester_gui.ui.models.records import CELL, KEY, Column
from lester_gui.ui.words import number

Index = QModelIndex | QPersistentModelIndex
PAGE = 256
KEPT = 64
MOST_ROWS = 2**31 - 1  # a Qt model counts rows in a signed 32-bit integer
NUMBERS = ("int", "float")
MASKED = "••••••"


@dataclass(frozen=True, slots=True)
class Query:
    """What is shown of a view: order and filters."""

    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[tuple[str, str, Any], ...] = ()

    def as_arguments(self) -> dict[str, Any]:
        """The query as the session's ``page`` takes it."""
        filters = [{"column": c, "op": op, "value": v} for c, op, v in self.filters]
        return {"sort": [list(s) for s in self.sort] or None, "filters": filters}


Fetch = Callable[[int, int, Query, Callable[[dict[str, Any]], None]], None]


class PagedModel(QAbstractTableModel):
    """Rows of a view.

    Parameters
    ----------
    fetch
        Called with (start, count, query, deliver); fetches off the GUI thread and then calls `deliver`.

    Signals
    -------
    counted
        Rows that the filters leave, and rows of the whole view.
    """

    counted = Signal(object, object)  # not int: Qt's is 32 bits wide

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._pages: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0
        self._total = 0
        self._revealed: dict[tuple[int, str], str] = {}
        self.fields: list[dict[str, Any]] = []
        self.columns: list[Column] = [Column("row", 62, True)]
        self.query = Query()
        self.row_label: Callable[[int], str] = number

    def show_view(self, fields: list[dict[str, Any]], rows: int) -> None:
        """Show another view, unsorted and unfiltered."""
        self.beginResetModel()
        self.fields = list(fields)
        self.columns = [Column("row", 62, True)] + [Column(f["name"], 0, f["type"] in NUMBERS) for f in fields]
        self._begin(Query(), rows)
        self.endResetModel()
        self._ask(0)

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self.fields, self.columns = [], [Column("row", 62, True)]
        self._begin(Query(), 0)
        self.endResetModel()

    def set_query(self, query: Query) -> None:
        """Sort or filter otherwise; rows are counted anew when the first page arrives."""
        self.beginResetModel()
        keeps_total = query.filters == self.query.filters
        self._begin(query, self._total if keeps_total else 0)
        self.endResetModel()
        self._ask(0)

    def row_no(self, row: int) -> int | None:
        """Stable number of a row; None while its page is on the way."""
        page = self._pages.get(row // PAGE)
        if page is None or row % PAGE >= len(page["row_nos"]):
            return None
        return int(page["row_nos"][row % PAGE])

    def reveal(self, row_no: int, column: str, value: str) -> None:
        """Show one masked cell."""
        self._revealed[(row_no, column)] = value
        self._all_changed()

    def mask(self, row_no: int, column: str) -> None:
        """Mask a cell again."""
        self._revealed.pop((row_no, column), None)
        self._all_changed()

    def mask_all(self) -> None:
        """Mask everything again."""
        if self._revealed:
            self._revealed.clear()
            self._all_changed()

    def is_waiting(self) -> bool:
        """Whether a page is on the way."""
        return bool(self._asked)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[index.column()].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role not in (CELL, KEY, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        number_ = index.row() // PAGE
        page = self._pages.get(number_)
        if page is None:
            self._ask(number_)
            return None
        self._pages.move_to_end(number_)
        row_no = self.row_no(index.row())
        if role == KEY:
            return row_no
        cell = self._cell(page["rows"][index.row() % PAGE], index.column(), row_no) if row_no is not None else cells.EMPTY
        return cell if role == CELL else cell.words()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < len(self.columns):
            return self.columns[section].title
        return None

    def _begin(self, query: Query, rows: int) -> None:
        self._generation += 1
        self._pages.clear()
        self._asked.clear()
        self._revealed.clear()
        self.query = query
        self._total = min(rows, MOST_ROWS)

    def _ask(self, number_: int) -> None:
        if number_ in self._asked:
            return
        self._asked.add(number_)
        generation = self._generation

        def deliver(page: dict[str, Any]) -> None:
            if generation == self._generation:
                self._take(number_, page)

        self._fetch(number_ * PAGE, PAGE, self.query, deliver)

    def _take(self, number_: int, page: dict[str, Any]) -> None:
        self._asked.discard(number_)
        total = min(int(page["total"]), MOST_ROWS)
        if total != self._total:
            self.beginResetModel()
            self._total = total
            self._pages = OrderedDict({number_: page})
            self.endResetModel()
        else:
            self._pages[number_] = page
            self._pages.move_to_end(number_)
            while len(self._pages) > KEPT:
                self._pages.popitem(last=False)
            first = number_ * PAGE
            last = min(first + PAGE, self._total) - 1
            if last >= first:
                self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
        self.counted.emit(total, int(page["of"]))

    def _cell(self, row: list[Any], column: int, row_no: int) -> cells.Cell:
        if column == 0:
            return cells.num(self.row_label(row_no), "ink3")
        field = self.fields[column - 1]
        value = row[column - 1]
        if field["personal"]:
            shown = self._revealed.get((row_no, field["name"]))
            if shown is not None:
                return cells.icon("eye", shown, "warn_ink", "warn")
            return cells.MASK
        return _plain(value, field["type"])

    def _all_changed(self) -> None:
        if self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, len(self.columns) - 1))


def _plain(value: Any, kind: str) -> cells.Cell:
    if value is None:
        return cells.text("–", "ink3")
    if isinstance(value, bool):
        return cells.text(number(value), "ink2")
    if kind in NUMBERS and isinstance(value, (int, float)):
        return cells.num(number(value))
    if isinstance(value, list):
        return cells.mono(f"[{len(value)}]", "ink3")
    if kind == "timestamp":
        day, _, clock = str(value).partition("T")
        return cells.text(day if clock == "00:00:00" else f"{day} {clock}")
    return cells.text(str(value))
