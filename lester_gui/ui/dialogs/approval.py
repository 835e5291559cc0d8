"""Approval by a second person: the counts, a typed reason, the typed case number; Cancel is the default.

Both buttons lock once pressed, so that nobody approves twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QCheckBox

from lester_gui.errors import UserError
from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.rows import RowsSheet
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import card, col, label, row, rule
from lester_gui.ui.screens import case_outcome
from lester_gui.ui.widgets import Banner, Button, Field, Icon
from lester_gui.ui.words import listed, number, seconds


class ApprovalSheet(Sheet):
    """Approves a plan and lets it be applied.

    Parameters
    ----------
    case
        As ``Session.case`` returns it, with a plan.
    approved
        Called after the approval was recorded.
    """

    def __init__(self, desk: Desk, case: dict[str, Any], approved: Callable[[], None]) -> None:
        right = states.right_name(case["right"]).lower()
        title = self.tr("Approve the %1 %2?").replace("%1", right).replace("%2", case["case"])
        super().__init__(title)
        self._desk, self._case, self._approved = desk, case, approved
        tr, plan = self.tr, case["plan"]
        erases = case["right"] == "erasure"
        icon = Icon(states.RIGHT_ICONS.get(case["right"], "check"), "danger" if erases else "accent", 22)
        warning = tr("Once applied this cannot be undone: rows leave the source files, old model files are destroyed.")
        if not erases:
            warning = tr("Once applied this cannot be undone: values change in the source files, old model files are destroyed.")
        read = tr("I have read the rows that leave the source files")
        if not erases:
            read = tr("I have read the rows that change in the source files")
        if plan.get("keep_sources"):
            warning = tr("Once applied this cannot be undone in Lester’s copy. The source files stay as they are.")
            read = tr("I know that the source files still hold this person, and that this is no complete erasure")
        self.reason = Field(tr("Reason, kept in the journal"), tr("for example: consent withdrawn, no other ground to keep"))
        self.typed = Field(tr("Type the case number to confirm"), "LR-…")
        mine = desk.user if desk.user != case["by"] else ""
        self.by = Field(tr("You approve as"), tr("name of the second person"), mine)
        self.rows = Button(tr("See the rows…"), icon="eye")
        self.rows.clicked.connect(lambda: self.open_above(RowsSheet(desk, case)))
        self.read = QCheckBox(read)
        self.read.setFont(font())
        self._message = Banner("danger", "")
        self._message.hide()
        self.cancel = Button(tr("Cancel"))
        self.cancel.clicked.connect(self.close_sheet)
        self.go = Button(tr("Approve and apply"), "danger", "erase" if erases else "check")
        self.go.clicked.connect(self._go)
        for field in (self.reason, self.typed, self.by):
            field.edit.textChanged.connect(lambda _t: self._check())
        self.read.toggled.connect(lambda _on: self._check())
        filed = tr("Filed by %1: a second person approves. The name is typed, not authenticated.").replace("%1", case["by"])
        foot = row(Icon("key", "ink3", 14), (label(filed, "small", "2", wrap=True), 1), self.cancel, self.go)
        parts: list[Any] = [
            row(icon, label(title, "title"), None), 4, label(warning, "body", "2", wrap=True), 8, self._counts(plan), 8,
        ]  # fmt: skip
        if case_outcome.not_removed(plan):
            words = tr("Not removed: %1. The certificate says so.").replace(
                "%1", listed(case_outcome.not_removed(plan), 2).rstrip(".")
            )
            parts += [row(Icon("alert", "warn"), (label(words, "body", wrap=True), 1)), 8]
        names = row((col(self.typed, None, gap=0), 1), (col(self.by, None, gap=0), 1), gap=16)
        parts += [self._message, self.reason, 12, names, 12, row((self.read, 1), self.rows), 16, foot]
        self.set_content(col(*parts, gap=4, margins=(24, 20, 24, 20)), self.reason.edit, self.cancel)
        self._check()

    def may_close(self) -> bool:
        return self.cancel.isEnabled()

    def _counts(self, plan: dict[str, Any]) -> Any:
        tr, counts = self.tr, plan["counts"]
        figures = [
            (number(counts["source_rows"]), tr("source rows", "", counts["source_rows"])),
            (number(counts["views"]), tr("views", "", counts["views"])),
            (number(len(plan["models"])), tr("models", "", len(plan["models"]))),
            (number(counts["files"]), tr("written files", "", counts["files"])),
            (seconds(plan.get("apply_seconds", plan["seconds"])), tr("about, with checks")),
        ]
        items: list[Any] = []
        for i, (value, words) in enumerate(figures):
            if i:
                items.append(rule(vertical=True))
            items.append((col(label(value, "figure"), label(words, "small", "3"), gap=0), 1))
        return card(row(*items, gap=12, margins=(16, 10, 16, 10)), kind="sunken")

    def missing(self) -> str:
        """What is still missing before the approval may be given; empty when nothing is."""
        tr = self.tr
        if not self.reason.text():
            return tr("Give a reason first")
        if self.typed.text() != self._case["case"]:
            return tr("Type the case number %1").replace("%1", self._case["case"])
        if not self.by.text():
            return tr("Say who approves")
        if self.by.text().casefold() == self._case["by"].casefold():
            return tr("The case was filed by the same person: somebody else approves")
        if not self.read.isChecked():
            return tr("Look at the rows that leave or change first")
        return ""

    def _check(self) -> None:
        missing = self.missing()
        if missing:
            self.go.set_off(missing)
        else:
            self.go.set_on()
        typed = self.typed.text()
        wrong = bool(typed) and not self._case["case"].startswith(typed)
        self.typed.set_error(
            self.tr("This is not the case number on this page: %1.").replace("%1", self._case["case"]) if wrong else ""
        )
        same = self.by.text().casefold() == self._case["by"].casefold() and bool(self.by.text())
        self.by.set_error(self.tr("They filed the case: somebody else approves.") if same else "")
        self.relayout()

    def _go(self) -> None:
        session, case = self._desk.session, self._case["case"]
        by, reason, typed = self.by.text(), self.reason.text(), self.typed.text()
        self.go.set_off(self.tr("Already pressed"))
        self.cancel.set_off(self.tr("The approval is being recorded"))
        self._desk.ask(
            lambda _ctx: session.approve(case, by, reason=reason, typed=typed), self._done, self._fail, keeps_result=True
        )

    def _done(self, _approval: dict[str, Any]) -> None:
        self.close_sheet()
        self._approved()

    def _fail(self, error: UserError) -> None:
        self.cancel.set_on()
        self._message.set_words(error.message, error.hint)
        self._message.show()
        self._check()
