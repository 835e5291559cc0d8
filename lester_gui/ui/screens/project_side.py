"""One pipeline beside the list: what it does, what may be done with it, what was found, which files it writes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLayout, QWidget

from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.layout import clear, col, label, row, rule
from lester_gui.ui.widgets import Button, Chip, Icon, ProgressRow
from lester_gui.ui.words import number

FINDING_ICONS = {"leak": ("bulb", "accent"), "global-state": ("bulb", "accent"), "shared-persons": ("people", "warn")}
FILE_ICONS = {"model": "model", "predictions": "table", "matrix": "table", "table": "table"}


class PipelinePanel(QWidget):
    """Side panel of the Project screen.

    Signals
    -------
    run_asked
        Name of the pipeline to run.
    stop_asked
        The run that is under way should stop.
    """

    run_asked = Signal(str)
    stop_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._name = ""
        self._progress = ProgressRow(self.tr("Running"), can_cancel=True)
        self._progress.cancel_asked.connect(self.stop_asked)
        self._progress.setContentsMargins(16, 0, 16, 8)
        self._progress.hide()
        self._top = col(gap=0)
        self._rest = col(gap=0)
        self._runs: dict[str, dict[str, Any]] = {}
        self.setLayout(col(self._top, self._progress, rule(), self._rest, None, gap=0))
        self.setAccessibleName(self.tr("Pipeline"))

    def show_pipeline(self, p: dict[str, Any]) -> None:
        """Show another pipeline."""
        tr = self.tr
        self._name = p["name"]
        clear(self._top)
        clear(self._rest)
        icon = "notebook" if p["kind"] == "notebook" else "file"
        chip = Chip(*states.rewrite_state(p["status"], p["inputs"]))
        self._top.addLayout(row(Icon(icon), (label(p["name"], "heading", wrap=True), 1), chip, margins=(16, 16, 16, 8)))
        self._top.addLayout(row((label(p["description"], "body", "2", wrap=True), 1), margins=(16, 0, 16, 8)))
        self._top.addLayout(self._buttons(p))
        self._add_run(self._runs.get(p["name"]))
        found = p["findings"]
        if found:
            self._rest.addLayout(
                row(label(tr("%Ln findings", "", len(found)), "smallstrong", "2"), None, margins=(16, 12, 16, 0))
            )
        for i, finding in enumerate(found):
            if i:
                self._rest.addWidget(rule())
            self._rest.addLayout(self._finding(finding, p["script"]))
        if not found:
            words = tr("No findings so far") if p["status"] == "verified" else tr("Findings appear after the rewrite")
            self._rest.addLayout(row(label(words, "small", "3"), None, margins=(16, 12, 16, 4)))
        if p["files"]:
            self._rest.addWidget(rule())
            self._rest.addLayout(row(label(tr("Files this script writes"), "smallstrong", "2"), None, margins=(16, 12, 16, 0)))
        for file in p["files"]:
            ink = "warn" if "hold" in file["state"] else "3"
            name = label(file["path"], "code", "2", wrap=True)
            sign = Icon(FILE_ICONS.get(file["content"], "file"), "ink3")
            self._rest.addLayout(row(sign, (name, 1), label(file["state"], "small", ink), margins=(16, 4, 16, 0)))

    def show_run(self, run: dict[str, Any]) -> None:
        """Remember what a run yielded and show it if its pipeline is shown."""
        self._runs[run["pipeline"]] = run

    def set_running(self, running: bool) -> None:
        """Show progress instead of leaving the panel as if nothing happened."""
        self._progress.setVisible(running)
        self._progress.set_cancellable(True)
        if running:
            self._progress.set_state("runs", self.tr("begins"), 0.0)

    def set_progress(self, words: str, fraction: float | None) -> None:
        self._progress.set_state("runs", words, fraction or 0.0)

    def _buttons(self, p: dict[str, Any]) -> QLayout:
        run = Button(self.tr("Run"), "primary", "play")
        run.clicked.connect(lambda: self.run_asked.emit(self._name))
        if p["status"] in ("not-rewritten", "differs"):
            run.set_off(self.tr("Rewrite the pipeline first: only a checked plan is run"))
        review = Button(self.tr("Review rewrite") if p["status"] != "not-rewritten" else self.tr("Rewrite"))
        review.clicked.connect(lambda: self._desk.go("rewrite", pipeline=self._name))
        trace = Button(self.tr("Trace a person"))
        trace.clicked.connect(lambda: self._desk.go("person"))
        return row(run, review, trace, None, margins=(16, 0, 16, 12))

    def _add_run(self, run: dict[str, Any] | None) -> None:
        if run is None:
            return
        model, tr = run["model"], self.tr
        self._rest.addLayout(
            row(
                label(tr("Last run here"), "smallstrong", "2"),
                None,
                label(str(model["class"]), "small", "3"),
                margins=(16, 12, 16, 4),
            )
        )
        head = row(label("", "small"), None, _right(tr("script")), _right(tr("canonical")), margins=(16, 0, 16, 0))
        self._rest.addLayout(head)
        for name, value in model["metrics"].items():
            script = model["script_metrics"].get(name)
            cells = (_right(number(script, 4), "2"), _right(number(value, 4), "", "strong"))
            self._rest.addLayout(row(label(name, "body", "2"), None, *cells, margins=(16, 2, 16, 0)))
        distance = model["distance_from_script"]
        words = tr("%1 of %2 test predictions differ from the script’s own model")
        words = words.replace("%1", number(_count(distance["disagreement_on_test"], run["test_rows"]))).replace(
            "%2", number(run["test_rows"])
        )
        self._rest.addLayout(row((label(words, "small", "3", wrap=True), 1), margins=(16, 4, 16, 12)))
        self._rest.addWidget(rule())

    def _finding(self, finding: dict[str, Any], script: str) -> QLayout:
        icon, ink = FINDING_ICONS.get(finding["kind"], ("alert", "warn"))
        show = Button(self.tr("Show"), "link")
        show.setAccessibleName(self.tr("Show %1 in the script").replace("%1", finding["title"]))
        show.clicked.connect(lambda: self._desk.go("rewrite", pipeline=self._name, line=finding["line"]))
        line = finding["line"]
        where = self.tr("%1, line %2").replace("%1", script).replace("%2", str(line)) if line else script
        return col(
            row(Icon(icon, ink), (label(finding["title"], "strong", wrap=True), 1)),
            row(24, (label(finding["text"], "body", "2", wrap=True), 1), gap=0),
            row(24, label(where, "codesmall", "3"), None, show, gap=0),
            gap=4, margins=(16, 12, 16, 12),
        )  # fmt: skip


def _right(words: str, ink: str = "3", role: str = "small") -> QWidget:
    made = label(words, role, ink)
    made.setMinimumWidth(72)
    made.setAlignment(made.alignment() | made.alignment().AlignRight)
    return made


def _count(value: float, of: int) -> int:
    """Number of rows, whether it is given as a number or as a share."""
    return round(value * of) if isinstance(value, float) and value <= 1 else round(value)
