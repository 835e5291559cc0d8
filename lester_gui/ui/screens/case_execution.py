"""Execution of a case: how far it is and whether it can still be cancelled; afterwards what was done, with its class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from lester_gui.ui import states
from lester_gui.ui.layout import card, clear, col, holder, label, row, scroll
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screens import case_outcome
from lester_gui.ui.screens.case_plan import Flow
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Empty, ProgressRow
from lester_gui.ui.words import number, seconds

COMMITTED = 0.4  # share of the work at which the commit is made; the checks take the rest
PAST_CANCEL = ("commit", "replay", "purge", "ask", "original", "certificate")


class ExecutionTab(QWidget):
    """Progress, then the outcome.

    Signals
    -------
    stop_asked
        Cancel, where that is still possible.
    """

    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        tr = self.tr
        self._progress = ProgressRow(tr("Applying"), can_cancel=True)
        self._progress.cancel_asked.connect(self.stop_asked)
        self._steps = label("", "small", "3", wrap=True)
        running = holder(
            col(card(row((Flow(), 1), margins=(16, 4, 16, 4))), card(col(self._progress, self._steps, margins=(16, 16, 16,
                16))), None,
                gap=12, margins=(24, 16, 24, 16))
        )  # fmt: skip
        self._done = col(gap=12, margins=(24, 16, 24, 16))
        self._pages = QStackedWidget()
        self._pages.addWidget(
            Empty(
                "play", tr("Nothing was applied yet"), tr("An approved plan is applied as one commit, then checked and purged.")
            )
        )
        self._pages.addWidget(running)
        self._pages.addWidget(scroll(holder(self._done)))
        self.setLayout(col((self._pages, 1), gap=0))
        self._running = False
        self._seen: list[str] = []

    def reset(self) -> None:
        """Another case is shown."""
        self._running = False
        self._pages.setCurrentIndex(0)

    def begin(self) -> None:
        """The plan is being applied."""
        self._running, self._seen = True, []
        self._pages.setCurrentIndex(1)
        self._steps.setText("")
        self._progress.set_cancellable(True)
        self._progress.set_state("runs", self.tr("begins"), 0.0)

    def set_progress(self, words: str, fraction: float | None) -> None:
        """A step begins; past the commit the button to cancel goes off."""
        self._progress.set_state("runs", words, fraction or 0.0)
        if words not in self._seen:
            self._seen.append(words)
            self._steps.setText(" › ".join(self._seen[-6:]))
        if (fraction or 0.0) >= COMMITTED or any(word in words.lower() for word in PAST_CANCEL):
            self._progress.set_cancellable(False, self.tr("The commit is made: it can no longer be cancelled"))

    def stopped(self) -> None:
        """It was cancelled before the commit: nothing changed."""
        self._running = False
        self._progress.set_state("stopped", self.tr("cancelled, nothing changed"))

    def show_case(self, case: dict[str, Any]) -> None:
        """Show what was done."""
        execution = case["execution"]
        if execution is None:
            if not self._running:
                self._pages.setCurrentIndex(0)
            return
        self._running = False
        tr = self.tr
        clear(self._done)
        pending = case_outcome.is_purge_pending(case)
        title = tr("Applied in %1").replace("%1", seconds(execution["seconds"]))
        body = (
            tr("The purge is not finished: a source file changed meanwhile. Finish it from the header.")
            if pending
            else tr("One commit; the old files were destroyed and the lines left the source files.")
        )
        self._done.addWidget(Banner("warn" if pending else "ok", title, body, "past" if pending else "check-circle", large=True))
        columns = [Column(tr("Artefact")), Column(tr("Kind"), 140), Column(tr("Equal to a rerun"), 170),
            Column(tr("Largest difference"), 150, True),
                   Column(tr("Time"), 90, True)]  # fmt: skip
        records = [
            Record([cells.icon(states.ARTEFACT_ICONS.get(a["kind"], "file"), a["artefact"]), cells.text(a["kind"], "ink2"),
                    states.guarantee_cell(a["class"]), cells.num(_difference(a["difference"])),
                        cells.num(seconds(a["seconds"]), "ink2")],
                   a["artefact"])
            for a in case_outcome.executed(case)
        ]  # fmt: skip
        table = RecordTable(RecordModel(columns, records), 34, fit=True, says=tr("What was done"))
        self._done.addWidget(card(col(table, margins=(1, 2, 1, 1))))
        self._done.addStretch(1)
        self._pages.setCurrentIndex(2)


def _difference(value: float | None) -> str:
    if value is None:
        return "–"
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−") if isinstance(value, float) else number(value)
