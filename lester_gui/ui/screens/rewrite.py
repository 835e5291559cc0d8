"""Rewrite review: the original beside its plan, step by step, with what speaks for each step beneath."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from lester_gui.errors import UserError
from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.finding import FindingSheet, FindingsSheet
from lester_gui.ui.dialogs.step import AttemptsSheet, RejectSheet
from lester_gui.ui.layout import col, holder, label, row, rule
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens.rewrite_bars import DifferenceBar, EditBar
from lester_gui.ui.screens.rewrite_evidence import EvidenceStrip, StagesBar
from lester_gui.ui.screens.rewrite_start import StartPage
from lester_gui.ui.screens.rewrite_stops import StopsPage
from lester_gui.ui.views.code import CodePane
from lester_gui.ui.views.ribbons import GUTTER, SideBySide
from lester_gui.ui.widgets import Button, Icon, MenuButton, Segmented


class RewriteScreen(Screen):
    """Review of one pipeline's rewrite."""

    name = "rewrite"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Rewrite")
        self.pipeline = ""
        self.review: dict[str, Any] = {}
        self.selected = 0
        self._wanted_line: int | None = None
        self._switch = MenuButton(self.tr("Pipelines"))
        self._switch.drop_down().aboutToShow.connect(self._fill_switch)
        self._again = MenuButton(self.tr("Check again"), icon="refresh")
        again = self._again.drop_down()
        again.addAction(self.tr("Check the plan on the data again"), self.check_again)
        again.addAction(self.tr("Rewrite with rules only"), lambda: self.rewrite("rules"))
        again.addAction(self.tr("Rewrite with the language model"), lambda: self.rewrite("ollama"))
        self._findings = Button(self.tr("Findings"), icon="alert")
        self._findings.clicked.connect(self.show_findings)
        self._all = Button(self.tr("Accept all"), "primary", "check")
        self._all.clicked.connect(self.accept_all)
        self.buttons = [self._switch, self._findings, self._again, self._all]
        self._build()
        desk.opened.connect(self._reset)

    def enter(self, pipeline: str = "", line: int | None = None, **_target: Any) -> None:
        self._wanted_line = line
        known = [p["name"] for p in self.desk.overview.get("pipelines", [])]
        pipeline = pipeline or self.pipeline or (known[0] if known else "")
        if pipeline and pipeline != self.pipeline:
            self._load(pipeline)
        elif self.review:
            self._go_to_line()
        elif pipeline:
            self._load(pipeline)

    def panes(self) -> list[QWidget]:
        if self._pages.currentWidget() is self._start:
            return [self._start]
        if self._pages.currentWidget() is self._stops_page:
            return self._stops_page.panes()
        return [self.both.gutter, self.both.plan, self.both.original]

    def go_back(self) -> bool:
        if self.is_editing():
            self._stop_editing()
            return True
        return False

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self._stages = StagesBar()
        self._mode = Segmented([(tr("Side by side"), ""), (tr("Plan only"), ""), (tr("SQL"), "")], 0, tr("What is shown"))
        self._mode.chosen.connect(self._set_mode)
        bar = row((self._stages, 1), self._mode, margins=(24, 6, 24, 6))
        self._script = label("", "strong")
        self._plan_title = label(tr("Plan"), "strong")
        self._plan_fact = label("", "small", "3")
        self._left_head = holder(
            row(
                Icon("file", "ink3"),
                self._script,
                label(tr("the original, never changed"), "small", "3"),
                None,
                margins=(16, 0, 8, 0),
            )
        )
        right = holder(row(Icon("rewrite", "ink3"), self._plan_title, self._plan_fact, None, margins=(16, 0, 8, 0)))
        self._head_gap = QWidget()
        self._head_gap.setFixedWidth(GUTTER)
        heads = holder(row((self._left_head, 1), self._head_gap, (right, 1), gap=0), "surface")
        heads.setFixedHeight(34)
        self.both = SideBySide()
        self.both.chosen.connect(self.select)
        self.sql = CodePane(tr("The SQL that the plan runs"), "sql")
        self._views = QStackedWidget()
        self._views.addWidget(self.both)
        self._views.addWidget(self.sql)
        self.edit_bar = EditBar()
        self.edit_bar.keep_asked.connect(self._keep_edit)
        self.edit_bar.drop_asked.connect(self._drop_edit)
        self.evidence = EvidenceStrip(self.desk)
        self.evidence.accept_asked.connect(self.accept_step)
        self.evidence.reject_asked.connect(self._ask_reject)
        self.evidence.edit_asked.connect(self._start_editing)
        self.evidence.opinion_asked.connect(self._ask_opinion)
        self.evidence.attempts_asked.connect(lambda: self.desk.sheet_wanted.emit(AttemptsSheet(self.review["attempts"])))
        self.evidence.finding_asked.connect(self.ask_finding)
        self.difference = DifferenceBar()
        page = col(bar, rule(), self.difference, heads, rule(), self.edit_bar, (self._views, 1), rule(), self.evidence, gap=0)
        self._start = StartPage()
        self._start.rewrite_asked.connect(self.rewrite)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._start)
        self._pages.addWidget(holder(page))
        self._stops_page = StopsPage()
        self._stops_page.rewrite_asked.connect(self.rewrite)
        self._stops_page.person_asked.connect(lambda: self.desk.go("person"))
        self._pages.addWidget(self._stops_page)
        self.setLayout(col((self._pages, 1), gap=0))

    # loading --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self.pipeline, self.review, self.selected = "", {}, 0
        self._start.reset()
        self._mode.set_index(0)
        self._set_mode(0)
        self.both.plan.setReadOnly(True)
        self.edit_bar.hide()
        self._pages.setCurrentIndex(0)

    def _load(self, pipeline: str) -> None:
        self.pipeline, self.review, self.selected = pipeline, {}, 0
        self.set_fact(pipeline)
        known = states.find(self.desk.overview.get("pipelines", []), pipeline)
        if known is not None and known["status"] == "not-rewritten":
            self._show_start(known)
            return
        session = self.desk.session
        self.ask("review", lambda _ctx: session.review(pipeline), self._take, self._no_review)

    def _show_start(self, pipeline: dict[str, Any] | None) -> None:
        self._pages.setCurrentIndex(0)
        self._start.show_pipeline(pipeline or {"name": self.pipeline, "script": ""})
        for button in (self._again, self._all):
            button.set_off(self.tr("Nothing is rewritten yet"))
        self._findings.set_wanted(False)
        session = self.desk.session
        self.ask("models", lambda _ctx: session.models(), self._start.show_models)

    def _no_review(self, error: UserError) -> None:
        self._show_start(states.find(self.desk.overview.get("pipelines", []), self.pipeline))
        self._start.say(error.message, error.hint)

    def rewrite(self, method: str) -> None:
        """Rewrite the pipeline: ``rules``, ``ollama`` or ``auto``."""
        session, pipeline = self.desk.session, self.pipeline
        model = self.desk.settings.ollama_model or None
        self._work(
            lambda ctx: session.rewrite(pipeline, with_=method, model=model, ctx=ctx), self._rewritten,
            self.tr("Rewriting %1").replace("%1", pipeline),
        )  # fmt: skip

    def check_again(self) -> None:
        """Verify the plan once more; what a person edited stays."""
        session, pipeline = self.desk.session, self.pipeline
        self._work(
            lambda ctx: session.check_again(pipeline, ctx=ctx), self._checked, self.tr("Checking %1").replace("%1", pipeline)
        )

    def _work(self, work: Any, done: Any, name: str) -> None:
        """Show progress with a way to stop while a rewrite or a check is under way."""
        if self.is_editing():
            self._stop_editing()
        self._pages.setCurrentIndex(0)
        self._start.set_running(True)
        task = self.ask("rewrite", work, done, self._rewrite_failed, name=name)
        task.progressed.connect(lambda step: self._start.set_progress(step.label, step.fraction))
        task.over.connect(lambda: self._rewrite_over(task))
        self._start.stop_asked.connect(task.cancel)

    def _rewrite_over(self, task: Any) -> None:
        self._start.set_running(False)
        if task.state.value == "cancelled" and self.review:
            self._pages.setCurrentIndex(1 if self.review["plan"] else 2)

    def _checked(self, review: dict[str, Any]) -> None:
        self.desk.changed.emit("pipelines")
        words, tone, _icon = states.rewrite_state(review["status"], review["inputs"])
        self.desk.messages.say("accent" if tone == "neutral" else tone, words)
        self._take(review)

    def _rewritten(self, outcome: dict[str, Any]) -> None:
        self.desk.changed.emit("pipelines")
        words, tone, _icon = states.rewrite_state(outcome["status"], outcome["inputs"])
        self.desk.messages.say("accent" if tone == "neutral" else tone, words, self._stops(outcome))
        session, pipeline = self.desk.session, self.pipeline
        self.ask("review", lambda _ctx: session.review(pipeline), self._take, self._no_review)

    def _rewrite_failed(self, error: UserError) -> None:
        self._start.say(error.message, error.hint)
        if self.review:
            self._pages.setCurrentIndex(1 if self.review["plan"] else 2)
            self.desk.messages.error(error)

    def _stops(self, outcome: dict[str, Any]) -> str:
        """What was not understood and matters to the plan; figures and reports that it does not need are no news."""
        stops = [s for s in outcome.get("stops") or [] if not s.get("beside")]
        return "; ".join(self.tr("line %1: %2").replace("%1", str(s["line"])).replace("%2", s["why"]) for s in stops[:2])

    # showing --------------------------------------------------------------------------------------------------------
    def _take(self, review: dict[str, Any]) -> None:
        if review["pipeline"] != self.pipeline:
            return
        first_time = not self.review
        self.review = review
        if not review["plan"]:
            self._show_stops(review)
            return
        self._pages.setCurrentIndex(1)
        self.difference.show_review(review)
        self._script.setText(review["script"])
        self._show_plan_fact()
        self._stages.show_stages(review["stages"])
        self._show_steps()
        self.sql.set_code(review["sql"])
        self._show_head()
        numbers = [s["number"] for s in review["steps"]]
        if first_time or self.selected not in numbers:
            odd = next((s["number"] for s in review["steps"] if s["findings"] or s["evidence"].get("equal") is False), None)
            self.select(odd or (numbers[0] if numbers else 0))
        else:
            self.select(self.selected)
        self._go_to_line()
        if first_time:
            self.ready.emit()

    def _show_stops(self, review: dict[str, Any]) -> None:
        """There is no plan: what stopped it, and what can be done."""
        self._stops_page.show_review(review)
        self._pages.setCurrentWidget(self._stops_page)
        self.buttons = [self._switch] if len(self.desk.overview.get("pipelines", [])) > 1 else []
        self.set_fact(self.tr("%1, no plan").replace("%1", self.pipeline))
        if self._wanted_line:
            self._stops_page.go_to_line(self._wanted_line)
            self._wanted_line = None
        session = self.desk.session
        self.ask("models", lambda _ctx: session.models(), self._stops_page.show_models)
        self.ready.emit()

    def _show_steps(self) -> None:
        self.both.show_review(self.review, {s["number"]: self._sign(s) for s in self.review["steps"]})

    def _show_plan_fact(self) -> None:
        steps = self.tr("%Ln steps, you can edit it", "", len(self.review.get("steps", [])))
        self._plan_fact.setText(self.tr("what the database runs") if self._mode.index() == 2 else steps)

    def _show_head(self) -> None:
        steps, accepted = self.review["steps"], self.review["accepted"]
        words = self.tr("%1, %2 of %3 steps accepted")
        for i, value in enumerate((self.pipeline, accepted, len(steps)), 1):
            words = words.replace(f"%{i}", str(value))
        self._all.set_text(self.tr("Accept all %1").replace("%1", str(len(steps))))
        self._again.set_on()
        if accepted == len(steps):
            self._all.set_off(self.tr("All steps are accepted"))
        elif any(s["evidence"].get("equal") is False for s in steps):
            self._all.set_off(self.tr("A step differs from the original: accept the others one by one"))
        elif self.review["undecided"]:
            self._all.set_off(self.tr("Decide on the findings first"))
        else:
            self._all.set_on()
        many = len(self.desk.overview.get("pipelines", [])) > 1
        findings, waiting = self.review["findings"], self.review["undecided"]
        text = self.tr("%Ln to decide", "", waiting) if waiting else self.tr("%Ln findings", "", len(findings))
        self._findings.set_text(text)
        self._findings.set_tip(self.tr("What the script does and its author may not have meant"))
        self._findings.set_wanted(bool(findings))
        shown = [self._findings] if findings else []
        self.buttons = [*([self._switch] if many else []), *shown, self._again, self._all]
        self.set_fact(words)

    def select(self, number: int) -> None:
        """Light a step on both sides and show its evidence."""
        step = next((s for s in self.review.get("steps", []) if s["number"] == number), None)
        if step is None:
            return
        self.selected = number
        self.both.select(number)
        self.evidence.show_step(step, self.review)

    def _go_to_line(self) -> None:
        line, self._wanted_line = self._wanted_line, None
        number = self.both.step_at(line) if line else None
        if number is not None:
            self.select(number)

    def _sign(self, step: dict[str, Any]) -> tuple[str, str]:
        equal = step["evidence"].get("equal")
        if equal is False or step["decision"] == "rejected":
            return "differs", "danger"
        if step["findings"]:
            return "alert", "warn"
        return ("check-circle", "ok") if equal else ("partial", "warn")

    def _set_mode(self, mode: int) -> None:
        self._views.setCurrentIndex(1 if mode == 2 else 0)
        self.both.set_plan_only(mode == 1)
        self._left_head.setVisible(mode == 0)
        self._head_gap.setVisible(mode == 0)
        self._plan_title.setText(self.tr("SQL") if mode == 2 else self.tr("Plan"))
        self._show_plan_fact()

    # deciding -------------------------------------------------------------------------------------------------------
    def accept_step(self) -> None:
        """Accept the step that is lit and go to the next open one."""
        if self.selected and not self.is_editing() and self.evidence.may_accept():
            self._decide([self.selected], "accepted")

    def accept_all(self) -> None:
        """Accept every step that is still open."""
        self._decide([s["number"] for s in self.review["steps"] if s["decision"] != "accepted"], "accepted")

    def _ask_reject(self) -> None:
        number = self.selected
        self.desk.sheet_wanted.emit(RejectSheet(number, lambda reason: self._decide([number], "rejected", reason)))

    def _decide(self, numbers: list[int], decision: str, reason: str = "") -> None:
        session, pipeline, user = self.desk.session, self.pipeline, self.desk.user
        if not numbers:
            return

        def work(_ctx: Any) -> dict[str, Any]:
            review: dict[str, Any] = {}
            for number in numbers:
                review = session.decide_step(pipeline, number, decision, reason=reason, by=user)
            return review

        def done(review: dict[str, Any]) -> None:
            self._take(review)
            following = [s["number"] for s in review["steps"] if s["decision"] is None and s["number"] > numbers[-1]]
            if following and decision == "accepted":
                self.select(following[0])
            self.desk.changed.emit("pipelines")

        self.ask("decide", work, done)

    def show_findings(self) -> None:
        """Show what the script does that its author may not have meant."""
        self.desk.sheet_wanted.emit(FindingsSheet(self.review["findings"], self.ask_finding))

    def ask_finding(self, number: int) -> None:
        """Ask for a decision about a finding, or show the one that was made."""
        finding = next((f for f in self.review.get("findings", []) if f["number"] == number), None)
        if finding is None:
            return
        if finding["step"]:
            self.select(finding["step"])
        self.desk.sheet_wanted.emit(FindingSheet(finding, lambda d, reason: self._decide_finding(number, d, reason)))

    def _decide_finding(self, number: int, decision: str, reason: str) -> None:
        session, pipeline, user = self.desk.session, self.pipeline, self.desk.user

        def work(ctx: Any) -> Any:
            return session.decide_finding(pipeline, number, decision, reason, by=user, ctx=ctx)

        if decision == "deviates":
            self._work(work, self._checked, self.tr("Checking the other reading"))
        else:
            self.ask("decide", work, self._take)

    def _ask_opinion(self) -> None:
        session, pipeline, number = self.desk.session, self.pipeline, self.selected
        model = self.desk.settings.ollama_model or None
        self.evidence.set_asking(True)
        task = self.ask(
            "opinion", lambda ctx: session.second_opinion(pipeline, number, model=model, ctx=ctx), self._take,
            name=self.tr("Asking the model about step %1").replace("%1", str(number)),
        )  # fmt: skip
        task.over.connect(lambda: self.evidence.set_asking(False))

    # editing --------------------------------------------------------------------------------------------------------
    def is_editing(self) -> bool:
        return not self.both.plan.isReadOnly()

    def _start_editing(self) -> None:
        self._mode.set_index(0)
        self._set_mode(0)
        self.edit_bar.begin()
        self.both.plan.setReadOnly(False)
        self.both.plan.set_bands([], {})  # lines move while somebody types
        self.both.gutter.update()
        self.both.plan.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop_edit(self) -> None:
        """Discard what was typed; while it is being checked, stop the check and go on editing."""
        task = self._tasks.get("edit")
        if task is not None:
            task.cancel()
        else:
            self._stop_editing()

    def _stop_editing(self) -> None:
        self.both.plan.setReadOnly(True)
        self.both.plan.set_fault(None)
        self.both.plan.set_code(self.review["plan"])
        self.edit_bar.hide()
        self._show_steps()
        self.select(self.selected)

    def _keep_edit(self) -> None:
        session, pipeline, text = self.desk.session, self.pipeline, self.both.plan.toPlainText()
        self.both.plan.set_fault(None)
        self.edit_bar.set_checking()

        def done(review: dict[str, Any]) -> None:
            self.both.plan.setReadOnly(True)
            self.edit_bar.hide()
            self.both.plan.set_code(review["plan"])  # as it is written, whatever was typed or pasted
            self._take(review)
            self.desk.changed.emit("pipelines")

        def failed(error: UserError) -> None:
            self.edit_bar.refuse(error)
            self.both.plan.set_fault(getattr(error, "plan_line", None), error.message)

        def over() -> None:
            self.edit_bar.set_checked()
            if task.state.value == "cancelled":
                self.edit_bar.begin()

        task = self.ask(
            "edit", lambda ctx: session.edit_plan(pipeline, text, ctx=ctx), done, failed, name=self.tr("Checking the edited plan")
        )
        task.progressed.connect(lambda step: self.edit_bar.set_checking(step.label))
        task.over.connect(over)

    def _fill_switch(self) -> None:
        menu = self._switch.drop_down()
        menu.clear()
        for p in self.desk.overview.get("pipelines", []):
            menu.addAction(p["name"], lambda name=p["name"]: self._load(name))
