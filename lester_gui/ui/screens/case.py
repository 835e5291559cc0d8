"""One case: facts, tabs, one sentence, and on the plan three panes and the order in which it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from lester_gui.errors import UserError
from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.approval import ApprovalSheet
from lester_gui.ui.dialogs.hold import HoldSheet
from lester_gui.ui.dialogs.lines import LinesSheet
from lester_gui.ui.dialogs.rows import RowsSheet
from lester_gui.ui.layout import clear, col, holder, label, row, rule, scroll
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens import case_outcome
from lester_gui.ui.screens.case_answer import PLANNED, Answers
from lester_gui.ui.screens.case_evidence import EvidenceTab
from lester_gui.ui.screens.case_execution import ExecutionTab
from lester_gui.ui.screens.case_plan import PlanTab
from lester_gui.ui.screens.case_tabs import ApprovalTab, RequestTab, TimelineTab
from lester_gui.ui.widgets import Button, Chip, MaskedValue, MenuButton, Tabs
from lester_gui.ui.words import day
from lester_gui.workers import Task

TABS = ("request", "plan", "approval", "execution", "evidence", "timeline")


class CaseScreen(Screen):
    """One case."""

    name = "requests"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.case: dict[str, Any] = {}
        self.number = ""
        self._work: Task | None = None
        self._buttons()
        self._build()
        desk.opened.connect(self._reset)

    def enter(self, case: str = "", tab: str = "", **_target: Any) -> None:
        if case and case != self.number:
            self._reset()
            self.number = case
            self.title = case
        if tab:
            self.tabs.setCurrentIndex(TABS.index(tab))
        self.load(follow=not tab)

    def panes(self) -> list[QWidget]:
        return [self.tabs, self._pages]

    def go_back(self) -> bool:
        self.desk.go("requests")
        return True

    def load(self, follow: bool = False) -> None:
        """Read the case again; `follow` goes to the tab where something is to be done."""
        session, number = self.desk.session, self.number
        self.ask("case", lambda _ctx: session.case(number), lambda case: self._show(case, follow))

    # building -------------------------------------------------------------------------------------------------------
    def _buttons(self) -> None:
        tr = self.tr
        self._back = Button(tr("All cases"))
        self._back.clicked.connect(lambda: self.desk.go("requests"))
        self._hold = Button(tr("Hold…"), icon="pause")
        self._hold.clicked.connect(self._ask_hold)
        self._answers = Answers(self.desk, self.ask, self)
        self._answers.changed.connect(self._changed)
        self._more = MenuButton(tr("More"))
        menu = self._more.drop_down()
        self._extend = QAction(tr("Extend the deadline…"), self)
        self._extend.triggered.connect(lambda: self._answers.extend(self.case))
        self._refuse = QAction(tr("Refuse and close…"), self)
        self._refuse.triggered.connect(lambda: self._answers.refuse(self.case))
        self._copy_only = QAction(tr("Plan for Lester’s copy only"), self)
        self._copy_only.triggered.connect(lambda: self.make_plan(keep_sources=True))
        menu.addActions([self._extend, self._refuse, self._copy_only])
        self._copy_only.setToolTip(tr("The source files stay as they are; the certificate calls the erasure incomplete"))
        menu.setToolTipsVisible(True)
        self._plan = Button(tr("Make the plan"), icon="refresh")
        self._plan.clicked.connect(lambda: self.make_plan())
        self._do = Button(tr("Approve…"), "primary", "check")
        self._do.clicked.connect(self._do_next)
        self.buttons = [self._back, self._more, self._hold, self._plan, self._do]

    def _build(self) -> None:
        tr = self.tr
        self._facts = row(margins=(24, 12, 24, 0))
        names = [tr("Request"), tr("Plan"), tr("Approval"), tr("Execution"), tr("Evidence"), tr("Timeline")]
        self.tabs = Tabs(names, tr("Parts of the case"))
        self.tabs.currentChanged.connect(self._change_tab)
        self.plan_tab = PlanTab()
        self.plan_tab.lines_asked.connect(self.show_rows)
        self.plan_tab.plan_asked.connect(lambda: self.make_plan())
        self.execution_tab = ExecutionTab()
        self.execution_tab.stop_asked.connect(self._stop)
        self.evidence_tab = EvidenceTab()
        self.evidence_tab.certificate_asked.connect(self.export_certificate)
        self.evidence_tab.report_asked.connect(self._ask_report)
        self.evidence_tab.replay_asked.connect(lambda: self._check_again("replay"))
        self.evidence_tab.ask_asked.connect(lambda: self._check_again("ask_original"))
        self.request_tab, self.approval_tab, self.timeline_tab = RequestTab(), ApprovalTab(), TimelineTab()
        self.approval_tab.rows_asked.connect(self.show_rows)
        self._pages = QStackedWidget()
        parts = (self.request_tab, self.plan_tab, self.approval_tab, self.execution_tab, self.evidence_tab, self.timeline_tab)
        for part in parts:  # a stack scrolls its own pages: Qt gives it the greatest height of them all
            self._pages.addWidget(part if part in (self.plan_tab, self.execution_tab) else scroll(part))
        head = holder(col(self._facts, row((self.tabs, 1), margins=(24, 4, 24, 0)), gap=4))
        self.setLayout(col(head, rule(), (self._pages, 1), gap=0))

    def _change_tab(self, index: int) -> None:
        self._pages.setCurrentIndex(index)

    # showing --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self.case, self.number = {}, ""
        clear(self._facts)
        self.plan_tab.show_plan(None)
        self.execution_tab.reset()

    def _show(self, case: dict[str, Any], follow: bool = False) -> None:
        self.case = case
        self.set_fact(states.right_name(case["right"]), case["case"])
        self._show_facts(case)
        self._show_buttons(case)
        self.request_tab.show_case(case)
        self.plan_tab.show_plan(case["plan"], self._test_rows(case["plan"]))
        self.approval_tab.show_case(case)
        self.execution_tab.show_case(case)
        self.evidence_tab.show_case(case)
        self.timeline_tab.show_case(case)
        done = (
            True,
            case["plan"] is not None,
            case["approval"] is not None,
            case["execution"] is not None,
            bool(case["certificate"]),
        )
        for i, finished in enumerate(done):
            self.tabs.set_sign(i, "check" if finished else "", "ok", self.tr("done") if finished else "")
        self.ready.emit()
        if follow and case["right"] not in PLANNED:
            self.tabs.setCurrentIndex(0)
        elif follow:
            at = next((i for i, finished in enumerate(done) if not finished), 4)
            self.tabs.setCurrentIndex(1 if at == 2 else at)

    def _test_rows(self, plan: dict[str, Any] | None) -> int:
        """How many test decisions the pipelines of a plan make."""
        concerned = {m["pipeline"] for m in (plan or {}).get("models", [])}
        rows = [p["test_rows"] or 0 for p in self.desk.overview.get("pipelines", []) if p["name"] in concerned]
        return sum(rows)

    def _show_facts(self, case: dict[str, Any]) -> None:
        tr = self.tr
        clear(self._facts)
        words, tone, icon = states.case_state(case["status"], case["status_text"])
        self._facts.addWidget(Chip(words, tone, icon))
        if case["group"] not in ("done", "stopped"):
            left, ink, clock = states.days_left(case["days_left"], case["group"])
            tone = {"danger": "danger", "warn": "warn"}.get(ink, "neutral")
            due = tr("%1, due %2").replace("%1", left).replace("%2", day(case["due"]))
            self._facts.addWidget(Chip(due, tone, clock))
        self._facts.addSpacing(4)
        self._facts.addWidget(label(tr("Person"), "body", "3"))
        self._facts.addWidget(label(case["subject"] or "–", "strong"))
        self._facts.addWidget(MaskedValue(tr("Identifier of the person")))
        for name, value in ((tr("Filed by"), case["by"]), (tr("Received"), day(case["received"]))):
            self._facts.addSpacing(8)
            self._facts.addWidget(label(name, "body", "3"))
            self._facts.addWidget(label(value))
        self._facts.addStretch(1)

    def _show_buttons(self, case: dict[str, Any]) -> None:
        tr = self.tr
        finished = case["group"] == "done"
        held = case["group"] == "stopped"
        self._hold.set_wanted(not finished)
        self._hold.set_text(tr("Release hold") if held else tr("Hold…"))
        planned = case["right"] in PLANNED
        before = not finished and case["execution"] is None
        self._more.set_wanted(before)
        self._extend.setEnabled(not case["extended"])
        self._copy_only.setVisible(case["right"] == "erasure" and not held)
        self._plan.set_wanted(before and planned)
        self._do.set_wanted(planned or not finished)
        for i in (1, 2, 3, 4):
            self.tabs.setTabVisible(i, planned)
        self._plan.set_text(tr("Plan again") if case["plan"] else tr("Make the plan"))
        if held:
            self._plan.set_off(tr("The case is on hold"))
        else:
            self._plan.set_on()
        answer = self._answers.next_words(case)
        if answer:
            self._do.set_text(answer)
            if held:
                self._do.set_off(tr("The case is on hold"))
            else:
                self._do.set_on()
        elif case["execution"] is not None:
            pending = case_outcome.is_purge_pending(case)
            self._do.set_text(tr("Finish purge") if pending else tr("Export certificate…"))
            self._do.set_on()
        elif case["approval"] is not None:
            self._do.set_text(tr("Apply"))
            self._do.set_on()
        else:
            self._do.set_text(tr("Approve…"))
            why = (
                tr("Make the plan first")
                if case["plan"] is None
                else tr("The plan is stale: plan again")
                if case["plan"]["stale"]
                else ""
            )
            if why or held:
                self._do.set_off(why or tr("The case is on hold"))
            else:
                self._do.set_on()

    # acting ---------------------------------------------------------------------------------------------------------
    def make_plan(self, keep_sources: bool = False) -> None:
        """Make the plan, or make it again; `keep_sources` leaves the source files as they are. Nothing is written."""
        session, number = self.desk.session, self.number
        self.tabs.setCurrentIndex(1)
        self.plan_tab.set_running(True)
        task = self.ask(
            "plan",
            lambda ctx: session.plan(number, keep_sources=keep_sources, ctx=ctx),
            lambda _plan: self._changed(),
            name=self.tr("Planning %1").replace("%1", number),
        )
        task.progressed.connect(lambda step: self.plan_tab.set_progress(step.label, step.fraction))
        task.over.connect(lambda: self.plan_tab.set_running(False))

    def show_rows(self) -> None:
        """Show the rows that the case touches; once it is applied, the lines that the purge takes out."""
        decided = self.case["execution"] is not None
        self.desk.sheet_wanted.emit(LinesSheet(self.desk, self.number) if decided else RowsSheet(self.desk, self.case))

    def approve(self) -> None:
        """Ask a second person for approval."""
        self.desk.sheet_wanted.emit(ApprovalSheet(self.desk, self.case, self.apply))

    def apply(self) -> None:
        """Apply an approved plan; past the commit it can no longer be cancelled."""
        session, number = self.desk.session, self.number
        self.tabs.setCurrentIndex(3)
        self.execution_tab.begin()
        self._run(lambda ctx: session.apply(number, ctx=ctx), self.tr("Applying %1").replace("%1", number))

    def finish_purge(self) -> None:
        """Finish a purge that was interrupted or held up by a changed file."""
        session = self.desk.session
        self.tabs.setCurrentIndex(3)
        self.execution_tab.begin()
        self._run(lambda ctx: session.purge(ctx=ctx), self.tr("Purging"))

    def export_certificate(self) -> None:
        """Ask where the certificate goes and write it."""
        chosen, _kind = QFileDialog.getSaveFileName(
            self, self.tr("Export the certificate"), str(Path.home() / f"{self.number}-certificate.json"), "*.json"
        )
        if chosen:
            self.write_certificate(Path(chosen))

    def write_certificate(self, path: Path) -> None:
        """Write the certificate to a file."""
        session, number = self.desk.session, self.number
        self.ask(
            "certificate",
            lambda _ctx: session.certificate(number, path),
            lambda _done: self._written(path),
            name=self.tr("Writing the certificate"),
        )

    def _do_next(self) -> None:
        if self.case["right"] not in PLANNED:
            self._answers.do_next(self.case)
        elif self.case["execution"] is not None:
            pending = case_outcome.is_purge_pending(self.case)
            (self.finish_purge if pending else self.export_certificate)()
        elif self.case["approval"] is not None:
            self.apply()
        else:
            self.approve()

    def _run(self, work: Any, name: str) -> None:
        self._do.set_off(self.tr("The case is being applied"))
        self._work = self.ask("apply", work, self._applied, self._apply_failed, name=name, keeps_result=True)
        self._work.progressed.connect(lambda step: self.execution_tab.set_progress(step.label, step.fraction))
        self._work.over.connect(self._run_over)

    def _run_over(self) -> None:
        if self._work is not None and self._work.state.value == "cancelled":
            self.execution_tab.stopped()
            self._changed()
        self._work = None

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _applied(self, outcome: dict[str, Any]) -> None:
        tone = "warn" if str(outcome["status"]) in ("applied", "purge-pending", "pending") else "ok"
        words = self.tr("%1 is applied") if tone == "ok" else self.tr("%1 is applied, the purge is not finished")
        self.desk.messages.say(tone, words.replace("%1", self.number))
        self._changed(follow=False)

    def _apply_failed(self, error: UserError) -> None:
        self.desk.messages.error(error)
        self._changed()

    def _changed(self, follow: bool = False) -> None:
        self.desk.changed.emit("cases")
        self.load(follow)

    def _written(self, path: Path) -> None:
        self.desk.messages.say("ok", self.tr("The certificate was written"), path.name)
        self.load()

    def _ask_report(self) -> None:
        session, number = self.desk.session, self.number
        chosen, _kind = QFileDialog.getSaveFileName(
            self, self.tr("Save the evidence report"), str(Path.home() / f"{number}-evidence.html"), "*.html"
        )
        if chosen:
            self.ask(
                "report",
                lambda _ctx: session.evidence(number, Path(chosen)),
                lambda _done: self._written(Path(chosen)),
                name=self.tr("Writing the report"),
            )

    def _check_again(self, check: str) -> None:
        session = self.desk.session
        pipelines = [m["pipeline"] for m in (self.case["plan"] or {}).get("models", [])] or [
            p["name"] for p in self.desk.overview["pipelines"]
        ]
        self.evidence_tab.set_running(check, True)

        def work(ctx: Any) -> list[tuple[str, dict[str, Any]]]:
            return [(pipeline, getattr(session, check)(pipeline, ctx=ctx)) for pipeline in pipelines]

        task = self.ask(
            check,
            work,
            lambda found: self.evidence_tab.show_check(check, found),
            name=self.tr("Checking %1").replace("%1", self.number),
        )
        task.progressed.connect(lambda step: self.evidence_tab.set_progress(check, step.label, step.fraction))
        task.over.connect(lambda: self.evidence_tab.set_running(check, False))

    def _ask_hold(self) -> None:
        session, number, user = self.desk.session, self.number, self.desk.user
        if self.case["group"] == "stopped":
            self.ask("hold", lambda _ctx: session.release(number, user), lambda _case: self._changed())
            return
        self.desk.sheet_wanted.emit(
            HoldSheet(
                number,
                lambda reason: self.ask("hold", lambda _ctx: session.hold(number, reason, user), lambda _c: self._changed()),
            )
        )
