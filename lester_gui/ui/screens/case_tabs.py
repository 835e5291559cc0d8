"""The other parts of a case: what was asked, who approved, what proves it, and what happened when."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QWidget

from lester_gui.ui import states
from lester_gui.ui.layout import card, clear, col, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screens.case_answer import PLANNED, effect
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty
from lester_gui.ui.words import day, number, short_hash, when

MARGINS = (24, 16, 24, 16)


class RequestTab(QWidget):
    """What was asked for and by when."""

    def __init__(self) -> None:
        super().__init__()
        self._lay = col(gap=12, margins=MARGINS)
        self.setLayout(self._lay)

    def show_case(self, case: dict[str, Any]) -> None:
        tr = self.tr
        clear(self._lay)
        facts = [
            (tr("Right"), states.right_name(case["right"])),
            (tr("Person"), tr("%1, identifiers masked").replace("%1", case["subject"] or "–")),
            (tr("Received"), day(case["received"])),
            (tr("Due"), day(case["due"])),
            (tr("Filed by"), case["by"]),
            (tr("State"), states.case_state(case["status"], case["status_text"])[0]),
        ]
        for change in case.get("corrections") or []:
            place = tr("%1.%2, all rows of the person") if change["row_id"] is None else tr("%1.%2, row %3")
            words = place.replace("%1", change["source"]).replace("%2", change["column"]).replace("%3", str(change["row_id"]))
            facts.append((tr("Value to set"), tr("%1, masked").replace("%1", words)))
        if case.get("reason"):
            facts.append((tr("Asked for"), case["reason"]))
        self._lay.addWidget(card(col(*[_fact(name, value) for name, value in facts], gap=8, margins=(16, 16, 16, 16))))
        if case.get("extended"):
            facts_note = tr(
                "The deadline was extended by two months. The person must be told, with the reason, in the first month."
            )
            self._lay.addWidget(Banner("accent", tr("Deadline extended"), facts_note, "calendar"))
        self._answer(case)
        self._lay.addStretch(1)

    def _answer(self, case: dict[str, Any]) -> None:
        """For a right that changes no data: how far the answer is, and what it changes."""
        tr, answer = self.tr, case["answer"]
        if answer is not None:
            title = tr("Granted by %1, %2") if answer["decision"] == "granted" else tr("Refused by %1, %2")
            title = title.replace("%1", answer["by"]).replace("%2", when(answer["at"]))
            tone = "ok" if answer["decision"] == "granted" else "accent"
            words = f"{tr('Reason: %1.').replace('%1', answer['reason'].rstrip('.'))} {answer['effect']}"
            self._lay.addWidget(Banner(tone, title, words, "check-circle" if tone == "ok" else "hand"))
        elif case["right"] in PLANNED:
            return
        elif case["right"] == "access" and case["access"] is None:
            words = tr("The package holds the person’s lines of every source, their rows of every view, features, labels, "
                       "predictions, and the logic of each pipeline; nobody else’s values.")  # fmt: skip
            self._lay.addWidget(Banner("accent", tr("Next: export the access package"), words, "file"))
        elif case["right"] == "access":
            made = case["access"]
            words = tr("%1 rows in %2 files, written %3. Send it, then close the case as answered.")
            for i, value in enumerate((number(made["rows"]), number(made["files"]), when(made["at"])), 1):
                words = words.replace(f"%{i}", value)
            self._lay.addWidget(Banner("ok", tr("The access package was exported"), words, "check-circle"))
        else:
            self._lay.addWidget(Banner("warn", tr("Next: decide, with a reason"), effect(case["right"]), "alert"))


class ApprovalTab(QWidget):
    """Who approved, when and why.

    Signals
    -------
    rows_asked
        Show the rows that the case touches.
    """

    rows_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lay = col(gap=12, margins=MARGINS)
        self.setLayout(self._lay)

    def show_case(self, case: dict[str, Any]) -> None:
        tr, approval = self.tr, case["approval"]
        clear(self._lay)
        if approval is None:
            words = tr("A plan is approved by a second person, who gives a reason and types the case number.")
            rows = Button(tr("See the rows…"), icon="eye")
            rows.clicked.connect(self.rows_asked)
            self._lay.addWidget(Empty("key", tr("Not approved yet"), words, *([rows] if case["plan"] else [])), 1)
            return
        words = tr("The name was typed, not authenticated: the certificate says so.")
        if approval["authenticated"]:
            words = tr("Signed with the approver’s own key.")
        title = tr("Approved by %1, %2").replace("%1", approval["by"]).replace("%2", when(approval["at"]))
        self._lay.addWidget(Banner("ok", title, words, "check-circle", large=True))
        plan = case["plan"] or {}
        facts = [
            (tr("Reason"), approval["reason"] or "–"),
            (tr("Filed by"), case["by"]),
            (tr("Plan"), short_hash(plan.get("plan_hash"))),
        ]
        self._lay.addWidget(card(col(*[_fact(name, value) for name, value in facts], gap=8, margins=(16, 16, 16, 16))))
        self._lay.addStretch(1)


class TimelineTab(QWidget):
    """What happened when."""

    def __init__(self) -> None:
        super().__init__()
        self._lay = col(gap=0, margins=MARGINS)
        self.setLayout(self._lay)

    def show_case(self, case: dict[str, Any]) -> None:
        clear(self._lay)
        columns = [Column(self.tr("When"), 180), Column(self.tr("What happened")), Column(self.tr("Who"), 180)]
        records = [
            Record(
                [cells.text(when(e["at"]), "ink2"), cells.text(e["text"]), cells.text(e["by"] or self.tr("Lester"), "ink2")],
                number(i),
            )
            for i, e in enumerate(case["timeline"])
        ]
        table = RecordTable(RecordModel(columns, records), 34, fit=True, says=self.tr("Timeline of the case"))
        self._lay.addWidget(card(col(table, margins=(1, 2, 1, 1))))
        self._lay.addStretch(1)


def _fact(name: str, value: str) -> QLayout:
    key = label(name, "body", "2")
    key.setFixedWidth(160)
    return row(key, (label(value, "body", wrap=True), 1))
