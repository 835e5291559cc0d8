"""The other parts of a case: what was asked, who approved, what proves it, and what happened when."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QWidget

from lester_gui.ui import states
from lester_gui.ui.layout import card, clear, col, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, ProgressRow
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
        for change in case.get("set") or []:
            facts.append((tr("Value to set"), _masked_change(change)))
        if case.get("reason"):
            facts.append((tr("Asked for"), case["reason"]))
        self._lay.addWidget(card(col(*[_fact(name, value) for name, value in facts], gap=8, margins=(16, 16, 16, 16))))
        if case["right"] not in ("erasure", "rectification"):
            words = tr("Plans for this right are not supported yet: the case keeps its deadline and its timeline.")
            self._lay.addWidget(Banner("warn", states.right_name(case["right"]), words, "alert"))
        self._lay.addStretch(1)


class ApprovalTab(QWidget):
    """Who approved, when and why."""

    def __init__(self) -> None:
        super().__init__()
        self._lay = col(gap=12, margins=MARGINS)
        self.setLayout(self._lay)

    def show_case(self, case: dict[str, Any]) -> None:
        tr, approval = self.tr, case["approval"]
        clear(self._lay)
        if approval is None:
            words = tr("A plan is approved by a second person, who gives a reason and types the case number.")
            self._lay.addWidget(Empty("key", tr("Not approved yet"), words), 1)
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


class EvidenceTab(QWidget):
    """Replay, the answer of the original script, and the certificate.

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
        self._lay = col(gap=12, margins=MARGINS)
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
        equal = all(answer["equal"] for _name, answer in found)
        merged: dict[str, Any] = {"equal": equal, "now": True}
        if check == "replay":
            merged["artefacts"] = [a for _name, answer in found for a in answer["artefacts"]]
        else:
            merged["stages"] = {f"{name}: {k}": v for name, answer in found for k, v in answer["stages"].items()}
            merged["not_compared"] = [n for _name, answer in found for n in answer["not_compared"]]
        self._again[check] = merged
        self._show()

    def set_running(self, check: str, running: bool) -> None:
        """A check runs."""
        progress = self._progress.get(check)
        if progress is not None and running:
            progress.setVisible(True)
            progress.set_state("runs", self.tr("runs"), 0.4)
        elif progress is not None:
            progress.setVisible(False)

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
        replay = self._again.get("replay") or case["replay"]
        asked = self._again.get("ask_original") or case["ask_original"]
        replay_part = self._check(
            "replay", tr("Replay from an empty database"), replay, self._replay_rows(replay), self.replay_asked
        )
        ask_part = self._check("ask_original", tr("Ask the original script"), asked, self._stage_rows(asked), self.ask_asked)
        self._lay.addLayout(row((replay_part, 1), (ask_part, 1), gap=12))
        self._lay.addStretch(1)

    def _certificate(self, certificate: dict[str, Any] | None) -> Banner:
        tr = self.tr
        if certificate is None:
            banner = Banner(
                "accent",
                tr("No certificate yet"),
                tr("It says what was removed, how it was checked, and what was not removed."),
                "audit",
                large=True,
            )
        elif certificate["valid"]:
            banner = Banner(
                "ok",
                tr("The certificate is valid"),
                tr("Anybody can check it with lester check-certificate."),
                "audit",
                large=True,
            )
        else:
            banner = Banner(
                "danger", tr("The certificate does not hold"), tr("Check replay and the original again."), "alert", large=True
            )
        report = Button(tr("Evidence report…"), icon="file")
        report.clicked.connect(self.report_asked)
        export = Button(tr("Export certificate…"), icon="export")
        export.clicked.connect(self.certificate_asked)
        return banner.add(report, export)

    def _check(self, key: str, title: str, found: dict[str, Any] | None, table: RecordTable | None, signal: Any) -> QWidget:
        tr = self.tr
        again = Button(tr("Run again") if found else tr("Run"), icon="refresh")
        again.setAccessibleName(f"{title}: {again.text().strip()}")
        again.clicked.connect(signal)
        if found is None:
            answer = row(Icon("dot", "ink3"), label(tr("not run yet"), "body", "3"), None)
        elif found["equal"]:
            words = tr("Equal, just now") if found.get("now") else tr("Equal")
            answer = row(Icon("check-circle", "ok"), label(words, "strong", "ok"), None)
        else:
            answer = row(Icon("differs", "danger"), label(tr("Differs"), "strong", "danger"), None)
        progress = ProgressRow(title)
        progress.hide()
        self._progress[key] = progress
        parts: list[Any] = [row(label(title, "heading"), None, again), answer, progress]
        if table is not None:
            parts.append(table)
        if found and found.get("not_compared"):
            parts.append(
                label(tr("Not compared: %1").replace("%1", "; ".join(map(str, found["not_compared"]))), "small", "2", wrap=True)
            )
        return card(col(*parts, None, gap=8, margins=(16, 14, 16, 14)))

    def _replay_rows(self, found: dict[str, Any] | None) -> RecordTable | None:
        if not found or not found.get("artefacts"):
            return None
        columns = [Column(self.tr("Artefact")), Column(self.tr("Class"), 150), Column(self.tr("Largest difference"), 130, True)]
        records = [
            Record(
                [cells.text(a["name"]), states.chip_cell(states.guarantee(a["class"])), cells.num(_small(a["max_difference"]))],
                a["name"],
            )
            for a in found["artefacts"][:14]
        ]
        return RecordTable(RecordModel(columns, records), 32, fit=True, says=self.tr("Replayed artefacts"), pad=0)

    def _stage_rows(self, found: dict[str, Any] | None) -> RecordTable | None:
        if not found or not found.get("stages"):
            return None
        columns = [Column(self.tr("Stage")), Column(self.tr("Answer"), 220)]
        records = []
        for name, answer in found["stages"].items():
            words = answer if isinstance(answer, str) else str(answer.get("status", answer.get("equal", answer)))
            good = words in ("equal", "True", "verified")
            records.append(
                Record(
                    [
                        cells.text(name),
                        cells.icon("check-circle" if good else "dot", words, "ok" if good else "ink2", "ok" if good else "ink3"),
                    ],
                    name,
                )
            )
        return RecordTable(RecordModel(columns, records), 32, fit=True, says=self.tr("Stages of the original"), pad=0)


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


def _masked_change(change: str) -> str:
    """Which value is set, without the value."""
    return f"{change.split('=', 1)[0]} = ••••••"


def _small(value: float | None) -> str:
    if value is None:
        return "–"
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−")
