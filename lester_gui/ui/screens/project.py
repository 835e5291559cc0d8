"""Project: every pipeline with its state and one next action; findings of the selected one in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.proposal import ProposalSheet
from lester_gui.ui.layout import card, clear, col, holder, label, row, rule, scroll
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens.project_side import PipelinePanel
from lester_gui.ui.views.side import SideSplit
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, ProgressRow
from lester_gui.ui.words import big, listed, number, when


class ProjectScreen(Screen):
    """The first screen of an open project."""

    name = "project"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Project")
        self._scan = Button(self.tr("Scan again"), icon="refresh")
        self._scan.clicked.connect(self.scan)
        new = Button(self.tr("New request"), "primary", "plus")
        new.clicked.connect(lambda: desk.go("requests", new=True))
        self.buttons = [self._scan, new]
        self._has_scanned = False
        self._build()
        desk.overview_changed.connect(self._show)
        desk.opened.connect(self._reset)

    def enter(self, scan: bool = False, **_target: Any) -> None:
        if scan:
            self.scan()
        elif not self.desk.overview:
            self._pages.setCurrentWidget(self._loading)

    def panes(self) -> list[QWidget]:
        return [self.pipelines, self.sources, self.panel]

    def set_narrow(self, narrow: bool) -> None:
        self._split.set_narrow(narrow)

    def go_back(self) -> bool:
        return self._split.close_drawer()

    def scan(self) -> None:
        """Look through the folder again; nothing is run."""
        session = self.desk.session
        self._scan.set_off(self.tr("The folder is being read"))
        task = self.ask("scan", lambda ctx: session.scan(ctx=ctx), self._scanned, name=self.tr("Reading the folder"))
        task.over.connect(self._scan.set_on)

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self._figures = row(gap=16, margins=(16, 12, 16, 12))
        columns = [
            Column(tr("Pipeline")), Column(tr("Rewrite"), 176), Column(tr("Last run"), 112), Column(tr("Training rows"),
                100, True),
            Column(tr("Open cases"), 100), Column(tr("Next"), 120),
        ]  # fmt: skip
        self.pipelines = RecordTable(RecordModel(columns), 48, fit=True, says=tr("Pipelines"))
        self.pipelines.chosen.connect(self._choose)
        self.pipelines.opened.connect(self._open)
        columns = [
            Column(tr("Source")), Column(tr("File"), 190), Column(tr("Rows"), 96, True), Column(tr("Names a person by"), 178),
            Column(tr("Since the last run"), 164),
        ]  # fmt: skip
        self.sources = RecordTable(RecordModel(columns), 34, fit=True, says=tr("Sources"))
        self.sources.opened.connect(lambda source: self.desk.go("data", source=source))
        self._not_understood = label("", "small", "3")
        self._keys = label("", "small", "2", wrap=True)
        self._notices = col(gap=8)
        left = col(
            self._notices,
            card(self._figures),
            card(col(self.pipelines, margins=(1, 4, 1, 1))),
            col(
                row(label(tr("Sources"), "heading"), None, self._not_understood, margins=(0, 8, 0, 0)),
                row(Icon("key", "ink3", 14), (self._keys, 1)),
                gap=4,
            ),
            card(col(self.sources, margins=(1, 4, 1, 1))),
            None,
            gap=12,
            margins=(24, 16, 16, 16),
        )
        self.panel = PipelinePanel(self.desk)
        self.panel.run_asked.connect(self.run)
        self._split = SideSplit(scroll(holder(left)), scroll(self.panel, "surface"), 372)
        progress = ProgressRow(tr("Opening the project"))
        progress.set_state("runs", tr("reading"), 0.3)
        self._loading = holder(col(None, row(None, progress, None), None))
        look = Button(tr("Scan the folder"), "primary", "refresh")
        look.clicked.connect(self.scan)
        text = tr("A pipeline is a .py or .ipynb file that trains a model. Lester reads the files, it does not run them.")
        self._empty = Empty("project", tr("No pipelines found in this folder"), text, look)
        self._pages = QStackedWidget()
        for page in (self._loading, self._empty, self._split):
            self._pages.addWidget(page)
        self.setLayout(col((self._pages, 1), gap=0))

    # showing --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self._has_scanned = False
        clear(self._notices)
        self._pages.setCurrentWidget(self._loading)

    def _show(self, overview: dict[str, Any]) -> None:
        self.set_fact(overview["folder"].replace(str(Path.home()), "~", 1))
        if not overview["pipelines"]:
            if self._has_scanned:
                self._pages.setCurrentWidget(self._empty)
            else:
                self.scan()
            return
        self._pages.setCurrentWidget(self._split)
        self._show_figures(overview["figures"])
        kept = self.pipelines.key()
        self.pipelines.records().set_records([self._pipeline(p) for p in overview["pipelines"]])
        if not self.pipelines.choose(kept):
            self.pipelines.selectRow(0)
        self.sources.records().set_records([self._source(s) for s in overview["sources"]])
        proposed = any(s["suggested"] for s in overview["sources"])
        words = self.tr("Which columns name a person stands in lester.toml: check it, people are found by these columns only.")
        if proposed:
            words = self.tr("Which columns name a person is proposed: check it, people are found by these columns only.")
        self._keys.setText(words)
        unknown = overview["not_understood"]
        words = self.tr("%Ln files are not understood: %1", "", len(unknown)).replace(
            "%1", listed([u["path"] for u in unknown], 2)
        )
        self._not_understood.setText(words if unknown else "")
        self._not_understood.setToolTip("\n".join(f"{u['path']}: {u['reason']}" for u in unknown))
        self.ready.emit()
        if not overview["configured"] and not self._has_scanned:
            self.scan()

    def _show_figures(self, figures: dict[str, Any]) -> None:
        tr = self.tr
        clear(self._figures)
        of = tr("%1 of %2").replace("%1", number(figures["verified"])).replace("%2", number(figures["pipelines"]))
        rows, unit = big(figures["rows"] or 0)
        places = tr("in %1, %2").replace("%1", tr("%Ln sources", "", figures["sources"]))
        known = figures["persons"]
        places = places.replace(
            "%2", tr("persons are counted at the first run") if known is None else tr("%Ln persons", "", known)
        )
        due = figures["next_due"]
        parts = [
            _figure(of, tr("pipelines", "", figures["pipelines"]), tr("verified and up to date")),
            _figure(rows, f"{unit} {tr('rows')}".strip(), places),
            _figure(
                number(figures["models_touched"]),
                tr("models", "", figures["models_touched"]),
                tr("touched by open cases"),
                "person",
            ),
        ]
        if due is None:
            parts.append(_figure("–", "", tr("no case is open")))
        else:
            late = due["days"] < 0
            words = tr("past the deadline of %1") if late else tr("to the next deadline, %1")
            ink = "danger" if late else "warn" if due["days"] <= 7 else ""
            parts.append(
                _figure(number(abs(due["days"])), tr("days", "", abs(due["days"])), words.replace("%1", due["case"]), ink)
            )
        for i, part in enumerate(parts):
            if i:
                self._figures.addWidget(rule(vertical=True))
            self._figures.addLayout(part, 1)

    def _pipeline(self, p: dict[str, Any]) -> Record:
        icon = "notebook" if p["kind"] == "notebook" else "file"
        rows = cells.num(number(p["train_rows"]), "" if p["train_rows"] else "ink3")
        cases = p["open_cases"]
        open_cases = cells.chip(self.tr("%Ln cases", "", cases), "person", "person") if cases else cells.text("–", "ink3")
        return Record(
            [cells.icon2(icon, p["name"], p["script"]), states.chip_cell(states.rewrite_state(p["status"], p["inputs"])),
             cells.text(when(p["last_run"])), rows, open_cases, cells.link(states.next_step(p["next"]))],
            p["name"],
        )  # fmt: skip

    def _source(self, s: dict[str, Any]) -> Record:
        keys = ", ".join(s["subject_keys"])
        named = cells.mono(keys) if keys else cells.text(self.tr("nobody"), "ink3")
        state = states.chip_cell(states.source_state(s["state"], s["note"]))
        return Record(
            [cells.icon("source", s["name"]), cells.mono(s["path"]), cells.num(number(s["rows"])), named, state], s["name"]
        )

    def _choose(self, name: str) -> None:
        pipeline = states.find(self.desk.overview.get("pipelines", []), name)
        if pipeline is not None:
            self.panel.show_pipeline(pipeline)

    def _open(self, name: str) -> None:
        self._split.open_drawer()
        pipeline = states.find(self.desk.overview["pipelines"], name)
        step = pipeline["next"] if pipeline else ""
        if step == "run":
            self.run(name)
        elif step == "open":
            self.desk.go("data", pipeline=name)
        else:
            self.desk.go("rewrite", pipeline=name)

    # work -----------------------------------------------------------------------------------------------------------
    def run(self, pipeline: str) -> None:
        """Run a pipeline."""
        session = self.desk.session
        self.panel.set_running(True)
        task = self.ask(
            "run", lambda ctx: session.run(pipeline, ctx=ctx), self._ran,
            name=self.tr("Running %1").replace("%1", pipeline),
        )  # fmt: skip
        task.progressed.connect(lambda step: self.panel.set_progress(step.label, step.fraction))
        task.over.connect(lambda: self.panel.set_running(False))
        self.panel.stop_asked.connect(task.cancel)

    def _ran(self, run: dict[str, Any]) -> None:
        words = self.tr("%1 ran in %2 s: %3 training rows, %4 test rows, %5 features")
        if run["validation_rows"]:
            words = self.tr("%1 ran in %2 s: %3 training rows, %6 validation rows, %4 test rows, %5 features")
        for i, value in enumerate(
            (
                run["pipeline"],
                f"{run['seconds']:.1f}",
                number(run["train_rows"]),
                number(run["test_rows"]),
                number(run["features"]),
                number(run["validation_rows"]),
            ),
            1,
        ):
            words = words.replace(f"%{i}", value)
        self.panel.show_run(run)
        self.desk.messages.say("ok", words)
        self.desk.changed.emit("runs")

    def _scanned(self, scan: dict[str, Any]) -> None:
        self._has_scanned = True
        clear(self._notices)
        if not scan["configured"]:
            banner = Banner(
                "accent",
                self.tr("This folder has no lester.toml yet"),
                self.tr(
                    "Lester proposes one: which files are sources and which columns "
                    "name a person. Nothing is written until you accept."
                ),
                "bulb",
            )
            see = Button(self.tr("See the proposal…"), "primary")
            see.clicked.connect(lambda: self.desk.sheet_wanted.emit(ProposalSheet(scan, self._accept)))
            self._notices.addWidget(banner.add(see))
        self.desk.refresh()

    def _accept(self) -> None:
        session = self.desk.session
        self.ask("scan", lambda ctx: session.scan(write=True, ctx=ctx), self._scanned, name=self.tr("Writing lester.toml"))


def _figure(value: str, unit: str, sub: str, ink: str = "") -> Any:
    return col(
        row(label(value, "figure", ink), label(unit, "body", "2"), None, gap=6), label(sub, "small", "3", wrap=True), gap=2
    )
