"""Ctrl+K: everything by a few letters. Persons by exact match only, so that a search for one never shows another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from lester_gui.ui.actions import TABLE, Actions
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import col, label, row, rule
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import QuickField

DELAY = 120  # milliseconds after the last key before the session is asked
MOST = 9
ICONS = {
    "person": "person", "pipeline": "file", "view": "view", "column": "feature", "case": "requests", "source": "source",
    "screen": "project", "action": "play",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    kind: str
    title: str
    text: str
    target: str


class Palette(Sheet):
    """Field and list; Enter goes to what is chosen."""

    width_wanted = 620

    def __init__(self, desk: Desk, actions: Actions) -> None:
        super().__init__(self.tr("Search everything"))
        self._desk, self._actions = desk, actions
        self._generation = 0
        self.field = QuickField(self.tr("A person’s exact value, a case, pipeline, view, column or action"), quiet=False)
        self.field.setProperty("kind", "search")
        self.field.installEventFilter(self)
        self._model = RecordModel([Column("", 0), Column("", 230, right=True)])
        self.table = RecordTable(self._model, 36, says=self.tr("Found"), header=False)
        self.table.setFixedHeight(36 * MOST)
        self.table.opened.connect(self._open)
        self._note = label("", "small", "3")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self._search)
        self.field.textChanged.connect(self._typed)
        keys = label(self.tr("Enter goes there, Esc closes"), "small", "3")
        self.set_content(
            col(
                row((self.field, 1), margins=(12, 12, 12, 8)),
                rule(),
                self.table,
                rule(),
                row(self._note, None, keys, margins=(16, 8, 16, 10)),
                gap=0,
            ),
            self.field,
        )
        self._typed("")

    def hits(self) -> list[Hit]:
        """What is found now."""
        return [self._model.record(i).key for i in range(self._model.rowCount())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                rows = self._model.rowCount()
                if rows:
                    self.table.selectRow((self.table.currentIndex().row() + step) % rows)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.table.key() is not None:
                    self._open(self.table.key())
                return True
        return super().eventFilter(watched, event)

    def _typed(self, text: str) -> None:
        self._generation += 1
        self._show(self._local(text.strip()))
        if text.strip() and self._desk.session is not None:
            self._note.setText(self.tr("Searching…"))
            self._timer.start()
        else:
            self._note.setText("")

    def _local(self, text: str) -> list[Hit]:
        wanted = text.lower()
        found = []
        for spec in TABLE:
            action = self._actions[spec.id]
            usable = self._desk.session is not None or not spec.needs_project
            if (
                usable
                and spec.id not in ("palette", "back", "next_pane", "find", "accept_step")
                and wanted in action.text().lower()
            ):
                found.append(Hit("action", action.text(), self._actions.key(spec.id), spec.id))
        return found

    def _search(self) -> None:
        text, generation, session = self.field.text().strip(), self._generation, self._desk.session
        if not text or session is None:
            return

        def done(found: list[dict[str, Any]]) -> None:
            if generation == self._generation:
                hits = [Hit(h["kind"], h["title"], h["text"], h["target"]) for h in found if h["kind"] != "screen"]
                self._show(hits + self._local(text))
                self._note.setText(self.tr("Persons are found by their exact value only"))

        self._desk.ask(lambda _ctx: session.search(text), done)

    def _show(self, hits: list[Hit]) -> None:
        records = [
            Record(
                [
                    cells.icon(
                        ICONS.get(h.kind, "dot"), h.title, icon_ink="person" if h.kind == "person" else "ink2", weight=500
                    ),
                    cells.text(h.text, "ink3"),
                ],
                h,
            )
            for h in hits[: MOST * 4]
        ]
        self._model.set_records(records)
        if records:
            self.table.selectRow(0)

    def _open(self, hit: Hit) -> None:
        self.close_sheet()
        if hit.kind == "action":
            self._actions[hit.target].trigger()
        elif hit.kind == "person":
            self._desk.go("person", token=hit.target)
        elif hit.kind == "case":
            self._desk.go("requests", case=hit.target)
        elif hit.kind == "pipeline":
            self._desk.go("rewrite", pipeline=hit.target)
        elif hit.kind in ("view", "column"):
            self._desk.go("data", target=hit.target)
        else:
            self._desk.go("data", source=hit.target)
