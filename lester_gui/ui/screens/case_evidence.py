"""What proves that a case was carried out: replay, the original's answer, the search, and the certificate."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from lester_gui.ui import states
from lester_gui.ui.layout import card, clear, col, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screens import case_outcome
from lester_gui.ui.screens.case_outcome import Check
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, ProgressRow
from lester_gui.ui.words import number

MOST_ROWS = 14


class EvidenceTab(QWidget):
    """Evidence of a case.

    Signals
    -------
    replay_asked, ask_asked
        Run the check again.
    certificate_asked, report_asked
        Write the certificate, or the report for reading.
    """

    replay_asked = Signal()
    ask_asked = Signal()
    certificate_asked = Signal()
    report_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lay = col(gap=12, margins=(24, 16, 24, 16))
        self.setLayout(self._lay)
        self._case: dict[str, Any] = {}
        self._progress: dict[str, ProgressRow] = {}
        self._again: dict[str, dict[str, Any]] = {}

    def show_case(self, case: dict[str, Any]) -> None:
        if case["case"] != self._case.get("case"):
            self._again = {}
        self._case = case
        self._show()

    def show_check(self, check: str, found: list[tuple[str, dict[str, Any]]]) -> None:
        """Show a check that was just run again, for each pipeline."""
        parts = [answer | {"pipeline": name} for name, answer in found]
        self._again[check] = {"equal": all(part["equal"] for part in parts), "pipelines": parts}
        self._show()

    def set_running(self, check: str, running: bool) -> None:
        """A check runs."""
        progress = self._progress.get(check)
        if progress is not None:
            progress.setVisible(running)
            progress.set_state("runs", self.tr("runs"), 0.0)

    def set_progress(self, check: str, words: str, fraction: float | None) -> None:
        """How far a check is."""
        progress = self._progress.get(check)
        if progress is not None:
            progress.set_state("runs", words, fraction or 0.0)

    def _show(self) -> None:
        tr, case = self.tr, self._case
        clear(self._lay)
        self._progress = {}
        if case["execution"] is None:
            words = tr(
                "After the commit Lester replays on the remaining rows, asks the original script, and writes a certificate."
            )
            self._lay.addWidget(Empty("audit", tr("No evidence yet"), words), 1)
            return
        self._lay.addWidget(self._certificate(case["certificate"]))
        again = self._again
        replay = case_outcome.replayed(again.get("replay") or case["replay"], "replay" in again)
        asked = case_outcome.asked(again.get("ask_original") or case["ask_original"], "ask_original" in again)
        left = self._check("replay", tr("Replay from an empty database"), replay, self._replay_rows(replay), self.replay_asked)
        right = self._check("ask_original", tr("Ask the original script"), asked, self._stage_rows(asked), self.ask_asked)
        purge = self._purge(case.get("purge"))
        self._lay.addLayout(row((left, 1), (holder_of(right, purge), 1), gap=12))
        self._lay.addStretch(1)

    def _certificate(self, certificate: dict[str, Any] | None) -> Banner:
        tr = self.tr
        if certificate is None:
            words = tr("It says what was removed, how it was checked, and what was not removed.")
            banner = Banner("accent", tr("No certificate written yet"), words, "audit", large=True)
        elif certificate.get("complete", certificate.get("valid")):
            words = tr("It calls the erasure complete. Anybody can check it, without the project.")
            banner = Banner("ok", tr("The certificate was written"), words, "audit", large=True)
        else:
            words = tr("It calls the case incomplete and says why.")
            banner = Banner("warn", tr("The certificate was written"), words, "alert", large=True)
        report = Button(tr("Evidence report…"), icon="file")
        report.clicked.connect(self.report_asked)
        export = Button(tr("Export certificate…"), icon="export")
        export.clicked.connect(self.certificate_asked)
        return banner.add(report, export)

    def _check(self, key: str, title: str, found: Check | None, table: RecordTable | None, signal: Any) -> QFrame:
        tr = self.tr
        again = Button(tr("Run again") if found else tr("Run"), icon="refresh")
        again.setAccessibleName(f"{title}: {again.text().strip()}")
        again.clicked.connect(signal)
        if found is None:
            answer = row(Icon("dot", "ink3"), label(tr("not run yet"), "body", "3"), None)
        elif found.equal:
            words = tr("Equal, just now") if found.is_fresh else tr("Equal")
            answer = row(Icon("check-circle", "ok"), label(words, "strong", "ok"), None)
        elif not found.compared:
            answer = row(Icon("alert", "warn"), label(tr("Nothing could be compared"), "strong", "warn_ink"), None)
        else:
            answer = row(Icon("differs", "danger"), label(tr("Differs"), "strong", "danger"), None)
        progress = ProgressRow(title)
        progress.hide()
        self._progress[key] = progress
        parts: list[Any] = [row(label(title, "heading"), None, again), answer, progress]
        if table is not None:
            parts.append(table)
        if found and found.not_compared:
            words = tr("Not compared: %1").replace("%1", "; ".join(found.not_compared))
            parts.append(label(words, "small", "2", wrap=True))
        return card(col(*parts, None, gap=8, margins=(16, 14, 16, 14)))

    def _purge(self, purge: dict[str, Any] | None) -> QFrame:
        tr = self.tr
        parts: list[Any] = [label(tr("Purge and search"), "heading")]
        if purge is None:
            parts.append(
                row(
                    Icon("past", "warn"), (label(tr("not purged yet: old copies and source lines are still there"), wrap=True), 1)
                )
            )
            return card(col(*parts, gap=8, margins=(16, 14, 16, 14)))
        done = purge["status"] == "done"
        words = tr("Old copies destroyed, lines taken out") if done else tr("The purge waits")
        parts.append(
            row(
                Icon("check-circle" if done else "past", "ok" if done else "warn"),
                label(words, "strong", "ok" if done else "warn"),
                None,
            )
        )
        for source in purge.get("sources") or []:
            said = tr("%Ln lines", "", source["lines"]) if isinstance(source["lines"], int) else str(source["lines"])
            parts.append(row(Icon("source", "ink3"), (label(source["path"], "code", "2"), 1), label(said, "small", "2")))
        search = purge.get("search") or {}
        if search:
            hits = len(search.get("hits") or [])
            files, values = tr("%Ln files", "", search.get("files", 0)), tr("%Ln values", "", search.get("values", 0))
            words = tr("%1 searched for %2: found nowhere") if not hits else tr("%1 searched for %2: found %3 times")
            words = words.replace("%1", files).replace("%2", values).replace("%3", number(hits))
            parts.append(row(Icon("search", "danger" if hits else "ok"), (label(words, wrap=True), 1)))
        for entry in purge.get("not_removed") or []:
            parts.append(row(Icon("alert", "warn"), (label(f"{entry['what']}: {entry['why']}", "small", "2", wrap=True), 1)))
        return card(col(*parts, gap=8, margins=(16, 14, 16, 14)))

    def _replay_rows(self, found: Check | None) -> RecordTable | None:
        if found is None or not found.rows:
            return None
        columns = [Column(self.tr("Artefact")), Column(self.tr("Class"), 150), Column(self.tr("Largest difference"), 130, True)]
        records = [
            Record([cells.text(name), states.guarantee_cell(kind), cells.num(_small(difference))], name)
            for name, kind, difference in found.rows[:MOST_ROWS]
        ]
        if len(found.rows) > MOST_ROWS:
            words = self.tr("and %1 more").replace("%1", number(len(found.rows) - MOST_ROWS))
            records.append(Record([cells.text(words, "ink3"), cells.EMPTY, cells.EMPTY]))
        return RecordTable(RecordModel(columns, records), 32, fit=True, says=self.tr("Replayed artefacts"), pad=0)

    def _stage_rows(self, found: Check | None) -> RecordTable | None:
        if found is None or not found.rows:
            return None
        columns = [Column(self.tr("Stage"), 150), Column(self.tr("Answer"))]
        records = []
        for name, words, _none in found.rows:
            good = case_outcome.is_good(words)
            icon = cells.icon("check-circle" if good else "dot", words, "ok" if good else "ink2", "ok" if good else "ink3")
            records.append(Record([cells.text(name), icon], name))
        return RecordTable(RecordModel(columns, records), 32, fit=True, says=self.tr("Stages of the original"), pad=0)


def holder_of(*parts: QWidget) -> QWidget:
    """Cards one above the other."""
    made = QWidget()
    made.setLayout(col(*parts, None, gap=12))
    return made


def _small(value: float | None) -> str:
    if value is None:
        return "–"
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−")
