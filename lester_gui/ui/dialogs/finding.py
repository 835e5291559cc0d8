"""What a script does that its author may not have meant: each finding with its effect, and the decision about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPlainTextEdit

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import card, clear, col, holder, label, row, scroll
from lester_gui.ui.widgets import Button, Chip, Empty, Field, Icon

Finding = dict[str, Any]
CODE_HEIGHT = 150


class FindingSheet(Sheet):
    """One finding: keep what the script does, or adopt the other reading; both with a reason.

    Parameters
    ----------
    decide
        Called with ``kept`` or ``deviates`` and the reason.
    """

    width_wanted = 720

    def __init__(self, finding: Finding, decide: Callable[[str, str], None]) -> None:
        super().__init__(finding["title"])
        self._decide = decide
        tr, other = self.tr, finding["alternative"]
        where = tr("Line %1 of the script").replace("%1", str(finding["line"])) if finding["line"] else tr("The whole script")
        parts: list[Any] = [
            row(Icon("alert", "warn", 20), (label(finding["title"], "title", wrap=True), 1)),
            label(where, "small", "3"), 4, label(finding["text"], "body", wrap=True),
        ]  # fmt: skip
        if finding["effect"]:
            parts += [4, label(finding["effect"], "body", "2", wrap=True)]
        if finding["decision"]:
            parts += [8, row(decision_chip(finding), None), label(finding["reason"], "body", wrap=True)]
        if other:
            text = QPlainTextEdit(other["text"])
            text.setReadOnly(True)
            text.setTabChangesFocus(True)
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            text.setFont(font("code"))
            text.setProperty("kind", "field")
            text.setAccessibleName(tr("The plan with the other reading"))
            text.setFixedHeight(CODE_HEIGHT)
            parts += [
                8, label(tr("The other reading: %1").replace("%1", other["title"]), "smallstrong", "2"),
                label(other["counts"], "body", wrap=True), 4, text,
                label(tr("Adopting it changes the plan, never your script. It is checked again and stored as differing from "
                         "the script, on purpose."), "small", "3", wrap=True),
            ]  # fmt: skip
        self.reason = Field(
            tr("Reason, kept in the journal; no personal values"), tr("for example: agreed with the model’s owner")
        )
        cancel = Button(tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        self.keep = Button(tr("Keep what the script does"), "" if other else "primary", "check")
        self.keep.clicked.connect(lambda: self._go("kept"))
        self.adopt = Button(tr("Adopt the other reading"), "primary", "pencil")
        self.adopt.clicked.connect(lambda: self._go("deviates"))
        self.adopt.setVisible(bool(other))
        parts += [8, self.reason, 16, row(None, cancel, self.keep, self.adopt)]
        self.set_content(col(*parts, gap=4, margins=(24, 20, 24, 20)), self.reason.edit, self.keep)

    def _go(self, decision: str) -> None:
        if len(self.reason.text()) < 3:
            self.reason.set_error(self.tr("Give a reason: whoever reads the journal needs it."))
            self.relayout()
            return
        self._decide(decision, self.reason.text())
        self.close_sheet()


class FindingsSheet(Sheet):
    """All findings of a rewrite; those of the script wait for a decision, the others are remarks.

    Parameters
    ----------
    show
        Called with the number of the finding to decide on.
    """

    width_wanted = 760

    def __init__(self, findings: list[Finding], show: Callable[[int], None]) -> None:
        super().__init__(self.tr("Findings"))
        self._show = show
        tr = self.tr
        self._list = col(gap=8)
        close = Button(tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        body = scroll(holder(self._list), "raised")
        self._fill(findings)
        body.setFixedHeight(min(480, 92 * max(1, len(findings))))
        self.set_content(
            col(
                row(Icon("alert", "warn", 20), label(tr("Findings"), "title"), None), 4,
                label(tr("What the script does and its author may not have meant. The plan does the same until somebody decides "
                         "otherwise."), "body", "2", wrap=True), 8, body, 12, row(None, close), gap=4, margins=(24, 20, 24, 20),
            ),
            close,
            close,
        )  # fmt: skip

    def _fill(self, findings: list[Finding]) -> None:
        clear(self._list)
        if not findings:
            self._list.addWidget(Empty("check-circle", self.tr("No findings"), self.tr("Nothing odd was seen in this script.")))
        for f in findings:
            chip = decision_chip(f) if f["decision"] else None
            if chip is None and f["needs_decision"]:
                chip = Chip(self.tr("Waits for a decision"), "warn", "clock")
            see = Button(self.tr("Decide…") if f["needs_decision"] and not f["decision"] else self.tr("See…"), "link")
            see.setAccessibleName(f"{see.text()} {f['title']}")
            see.clicked.connect(lambda _on=False, n=f["number"]: self._see(n))
            line = self.tr("line %1").replace("%1", str(f["line"])) if f["line"] else ""
            head = row((label(f["title"], "strong", wrap=True), 1), label(line, "small", "3"), *([chip] if chip else []), see)
            self._list.addWidget(card(col(head, label(f["text"], "small", "2", wrap=True), gap=4, margins=(12, 10, 12, 10))))
        self._list.addStretch(1)

    def _see(self, finding: int) -> None:
        self.close_sheet()
        self._show(finding)


def decision_chip(finding: Finding) -> Chip:
    """What was decided about a finding, and by whom."""
    kept = finding["decision"] == "kept"
    words = _say("Kept as the script does, %1") if kept else _say("Deviates on purpose, %1")
    return Chip(words.replace("%1", finding["decided_by"] or ""), "accent" if kept else "warn", "check" if kept else "pencil")


def _say(text: str) -> str:
    return QCoreApplication.translate("Findings", text)
