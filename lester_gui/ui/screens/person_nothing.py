"""No match, or more than one: what was searched, when it was indexed, what may help. Never a guess at somebody alike."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lester_gui.errors import UserError
from lester_gui.ui.layout import card, clear, col, holder, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Icon
from lester_gui.ui.words import listed, number, when


class NothingPage(QWidget):
    """Nobody was found.

    Signals
    -------
    read_again
        The sources should be read again.
    record
        A case should record that nothing was found.
    """

    read_again = Signal()
    record = Signal()

    def __init__(self) -> None:
        super().__init__()
        tr = self.tr
        self._title = label("", "heading")
        columns = [Column(tr("Searched")), Column(tr("Columns"), 190), Column(tr("Values"), 100, True),
            Column(tr("Indexed"), 130),
                   Column(tr("Result"), 130)]  # fmt: skip
        self.table = RecordTable(RecordModel(columns), 34, fit=True, says=tr("What was searched"))
        self._tips = col(gap=0)
        again = Button(tr("Read sources again"), icon="refresh")
        again.clicked.connect(self.read_again)
        record = Button(tr("Record “nothing found” in a case"), icon="file")
        record.clicked.connect(self.record)
        promise = tr("Only exact matches are shown, so that a search for one person never reveals another.")
        inner = holder(
            col(row(Icon("search", "ink3", 20), self._title, None), row(28, (label(promise, "body", "2", wrap=True), 1),
                gap=0), 8,
                card(col(self.table, margins=(1, 2, 1, 1))), 12, label(tr("What may help"), "smallstrong", "2"), 4,
                    self._tips, 12,
                row(again, record, None), None, gap=4, margins=(0, 24, 0, 24))
        )  # fmt: skip
        inner.setFixedWidth(840)
        self.setLayout(row(None, inner, None))

    def show_search(self, trace: dict[str, Any]) -> None:
        """Show what was searched."""
        tr, searched, missed = self.tr, trace["searched"], trace["not_searched"]
        of = len(searched)
        self._title.setText(tr("Nobody with this value in %1 of %2 sources").replace("%1", str(of)).replace("%2", str(of)))
        self.table.records().set_records([
            Record([cells.icon("source", s["source"]), cells.mono(", ".join(s["columns"])), cells.num(number(s["values"]),
                "ink2"),
                    cells.text(when(s["indexed_at"]), "ink2"), cells.text(tr("nothing found"), "ink3")], s["source"])
            for s in searched
        ])  # fmt: skip
        indexed = when(max((s["indexed_at"] or "" for s in searched), default=None))
        tips = [
            ("key", tr("Try another name for the person"), tr("An e-mail address, an account number, a row number.")),
            ("filter", tr("Spaces and capitals do not matter here"), tr("Lester compares identifiers without them.")),
            ("refresh", tr("Added since %1?").replace("%1", indexed), tr("Read the sources again.")),
        ]
        if missed:
            words = tr("%Ln files are not understood: %1", "", len(missed)).replace("%1", listed([m["path"] for m in missed]))
            tips.append(("alert", tr("Not searched"), words))
        clear(self._tips)
        for icon, title, text in tips:
            self._tips.addLayout(
                row(Icon(icon), col(label(title), label(text, "small", "3"), gap=1), None, gap=12, margins=(0, 5, 0, 5))
            )


class CandidatesPage(QWidget):
    """The value names more than one person.

    Signals
    -------
    chosen
        Token of the person who is meant.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        tr = self.tr
        self._title = label("", "heading")
        self._hint = label("", "body", "2", wrap=True)
        columns = [
            Column(tr("Person"), 180),
            Column(tr("Found in")),
            Column(tr("Column"), 190),
            Column(tr("Value"), 120),
            Column("", 90),
        ]
        self.table = RecordTable(RecordModel(columns), 34, fit=True, says=tr("Persons with this value"))
        self.table.opened.connect(lambda token: self.chosen.emit(token))
        inner = holder(col(row(Icon("people", "warn", 20), self._title, None), row(28, (self._hint, 1), gap=0), 8,
                           card(col(self.table, margins=(1, 2, 1, 1))), None, gap=4, margins=(0, 24, 0, 24)))  # fmt: skip
        inner.setFixedWidth(840)
        self.setLayout(row(None, inner, None))

    def show_candidates(self, error: UserError, candidates: list[dict[str, Any]]) -> None:
        """Show who may be meant, masked."""
        self._title.setText(error.message)
        self._hint.setText(error.hint)
        self.table.records().set_records([
            Record([cells.chip(c["token"], "person", "person"), cells.icon("source", c["source"]), cells.mono(c["column"]),
                cells.MASK,
                    cells.link(self.tr("Open"))], c["token"])
            for c in candidates
        ])  # fmt: skip
