"""Where one row came from, why it was kept, what it depends on, where it went, and what the model saw of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLayout, QWidget

from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.origin import OriginSheet
from lester_gui.ui.layout import clear, col, label, row, rule
from lester_gui.ui.widgets import Button, Chip, Icon, ProgressRow
from lester_gui.ui.words import listed, number
from lester_gui.workers import Task


class RowPanel(QWidget):
    """Side panel of the Data screen.

    Signals
    -------
    reveal_asked
        A value of this row should be revealed.
    closed
        The panel should go away.
    """

    reveal_asked = Signal()
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._task: Task | None = None
        self._row_no: int | None = None
        self.setAccessibleName(self.tr("Lineage of the row"))
        self._lay = col(gap=2, margins=(16, 16, 16, 16))
        self.setLayout(self._lay)
        self.clear_row()

    def clear_row(self) -> None:
        """No row is chosen."""
        self._row_no = None
        clear(self._lay)
        self._lay.addWidget(label(self.tr("No row chosen"), "heading"))
        self._lay.addSpacing(6)
        self._lay.addWidget(label(self.tr("Choose a row to see where it came from and where it went."), "body", "2", wrap=True))
        self._lay.addStretch(1)

    @property
    def has_row(self) -> bool:
        """Whether a row is shown or being read."""
        return self._row_no is not None

    def load(self, view: dict[str, Any], row_no: int) -> None:
        """Read the lineage of a row; an earlier row that is still being read is forgotten."""
        session = self._desk.session
        self._row_no = row_no
        if self._task is not None:
            self._task.cancel()
        task = self._desk.ask(
            lambda _ctx: session.row_lineage(view["pipeline"], view["name"], row_no),
            lambda found: self._show(found, view),
            self._fail,
        )
        task.over.connect(lambda: self._ended(task))
        self._task = task
        clear(self._lay)
        waiting = ProgressRow(self.tr("Row"))
        waiting.set_state("runs", self.tr("reading"), 0.4)
        self._lay.addWidget(waiting)
        self._lay.addStretch(1)

    def _ended(self, task: Task) -> None:
        if self._task is task:
            self._task = None

    def _fail(self, error: Any) -> None:
        clear(self._lay)
        self._lay.addLayout(row(Icon("alert", "danger"), (label(error.message, "body", "danger", wrap=True), 1)))
        self._lay.addWidget(label(error.hint, "small", "2", wrap=True))
        self._lay.addStretch(1)

    def _show(self, found: dict[str, Any], view: dict[str, Any]) -> None:
        tr, lay = self.tr, self._lay
        clear(lay)
        close = Button("", "quiet", "close")
        close.setAccessibleName(tr("Close the lineage of the row"))
        close.setToolTip(tr("Close"))
        close.clicked.connect(self.closed)
        lay.addLayout(row((label(found["title"], "heading", wrap=True), 1), close))
        lay.addSpacing(6)
        person = found["person"]
        if person:
            open_ = Button(tr("Open person"), "link")
            open_.clicked.connect(lambda: self._desk.go("person", token=person))
            lay.addLayout(row(Chip(tr("Person %1").replace("%1", person), "person", "person"), open_, None, gap=12))
        else:
            lay.addWidget(label(tr("Names no person"), "small", "3"))
        lay.addSpacing(12)
        self._group(tr("Came from"), [self._source(e) for e in found["came_from"]])
        self._group(tr("Kept because of"), [self._view(e, "filter") for e in found["kept_because"]])
        self._group(tr("Depends on"), [self._view(e, "model") for e in found["depends_on"]])
        self._group(tr("Went to"), [self._target(e) for e in found["went_to"]])
        if found["features"]:
            lay.addWidget(rule())
            lay.addSpacing(10)
            lay.addWidget(label(tr("What the model saw"), "smallstrong", "2"))
            lay.addSpacing(4)
            for feature in found["features"]:
                lay.addLayout(self._feature(feature, found))
        lay.addStretch(1)
        graph = Button(tr("Light in graph"), icon="graph")
        graph.clicked.connect(lambda: self._desk.go("lineage", token=person))
        if not person:
            graph.set_off(tr("The row names no person"))
        reveal = Button(tr("Reveal…"), "quiet", "eye")
        reveal.clicked.connect(self.reveal_asked)
        lay.addLayout(row(graph, reveal, None))

    def _group(self, title: str, entries: list[QLayout]) -> None:
        if not entries:
            return
        self._lay.addWidget(label(title, "smallstrong", "2"))
        for entry in entries:
            self._lay.addLayout(entry)
        self._lay.addSpacing(10)

    def _source(self, e: dict[str, Any]) -> QLayout:
        title = self.tr("%1, row %2").replace("%1", e["source"]).replace("%2", number(e["row"]))
        return _entry("source", title, listed(e["columns"], 5), "", e["kind"], "person" if e["kind"] == "data" else "ink2")

    def _view(self, e: dict[str, Any], icon: str) -> QLayout:
        return _entry(icon, e.get("view", ""), e["text"], "", e["kind"], "ink2")

    def _target(self, e: dict[str, Any]) -> QLayout:
        icon = "split" if e["kind"] == "data" else "prediction"
        return _entry(icon, e["text"], e["detail"] or "", "", e["kind"], "person" if e["kind"] == "data" else "ink2")

    def _feature(self, feature: dict[str, Any], story: dict[str, Any]) -> QLayout:
        name = Button(feature["name"], "link")
        name.setToolTip(self.tr("Follow this feature back to its source cell"))
        name.clicked.connect(lambda: self._follow(feature["name"], story))
        value = feature["value"]
        return row(name, None, label(number(value) if isinstance(value, (int, float)) else str(value)), margins=(0, 2, 0, 2))

    def _follow(self, feature: str, story: dict[str, Any]) -> None:
        """The chain begins at the prepared row that this row became, if it became one."""
        self._desk.sheet_wanted.emit(OriginSheet(self._desk, story["pipeline"], feature, story["prepared_row"]))


def _entry(icon: str, title: str, sub: str, more: str, kind: str, ink: str) -> QLayout:
    sign = Icon(icon, ink)
    words = label(title, "body", wrap=True)
    side = label(kind, "small", "3")
    side.setAlignment(Qt.AlignmentFlag.AlignTop)
    texts = [row((words, 1), side), label(sub, "small", "2", wrap=True)]
    if more:
        texts.append(label(more, "small", "3", wrap=True))
    return row(col(sign, None, gap=0), (col(*texts, gap=1), 1), gap=10, margins=(0, 5, 0, 5))
