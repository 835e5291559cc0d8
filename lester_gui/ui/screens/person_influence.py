"""What leaving a person out changes: two plots and the numbers; while it is computed, how far; on failure, why."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QStackedWidget, QWidget

from lester_gui.ui.layout import card, clear, col, holder, label, row, rule
from lester_gui.ui.screens.person_stages import is_followed
from lester_gui.ui.views.plots import InfluencePlot
from lester_gui.ui.widgets import Button, Icon, ProgressRow, Segmented
from lester_gui.ui.words import number, signed

HEIGHT = 290


class InfluencePart(QWidget):
    """Plots and numbers.

    Signals
    -------
    stop_asked
        The computation should stop.
    again_asked
        Compute it; True asks the original script.
    graph_asked
        Open the lineage graph.
    """

    stop_asked = Signal()
    again_asked = Signal(bool)
    graph_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pipelines: list[dict[str, Any]] = []
        self._title = label(self.tr("Influence"), "heading")
        self._choice = Segmented([], 0, self.tr("Pipeline"))
        self._choice.chosen.connect(self._choose)
        self._plot = InfluencePlot()
        self._progress = ProgressRow(self.tr("Leaving this person out"), can_cancel=True)
        self._progress.cancel_asked.connect(self.stop_asked)
        self._why = label("", "body", "2", wrap=True)
        again = Button(self.tr("Compute the influence"))
        again.clicked.connect(lambda: self.again_asked.emit(False))
        waiting = holder(col(None, self._progress, None, margins=(24, 0, 24, 0)))
        nothing = holder(col(None, self._why, row(again, None), None, gap=12, margins=(24, 0, 24, 0)))
        self._pages = QStackedWidget()
        self._quiet = label("", "body", "2", wrap=True)
        quiet = holder(col(None, row(Icon("check-circle", "ink3"), (self._quiet, 1), gap=10), None, margins=(24, 0, 24, 0)))
        for page in (waiting, nothing, holder(col(self._plot, None, gap=0)), quiet):
            self._pages.addWidget(page)
        head = row(self._title, None, self._choice, margins=(16, 12, 12, 4))
        plots = card(col(head, (self._pages, 1), gap=0, margins=(0, 0, 8, 8)))
        self._numbers = col(gap=8, margins=(16, 16, 16, 16))
        self._side: QFrame = card(self._numbers)
        self._side.setFixedWidth(304)
        self.setLayout(row((plots, 1), self._side, gap=12))
        self.setFixedHeight(HEIGHT)

    def set_running(self) -> None:
        """It is being computed."""
        self._pages.setCurrentIndex(0)
        self._progress.set_cancellable(True)
        self._progress.set_state("runs", self.tr("begins"), 0.0)
        self._fill_numbers(None)

    def set_progress(self, words: str, fraction: float | None) -> None:
        self._progress.set_state("runs", words, fraction or 0.0)

    def set_nothing(self, why: str) -> None:
        """There is no influence to show, and this is why."""
        self._pages.setCurrentIndex(1)
        self._why.setText(why)
        self._choice.setVisible(False)
        self._fill_numbers(None)

    def show_trace(self, trace: dict[str, Any]) -> None:
        """Show the influence that a trace holds."""
        self._pipelines = [p for p in trace["pipelines"] if p["influence"]]
        if not self._pipelines and not is_followed(trace):
            self.set_nothing(self.tr("Not known yet: run the pipeline, or ask the script."))
            return
        if not self._pipelines:
            self.set_nothing(self.tr("This person reached no model: nothing changes when they are left out."))
            return
        names = [(p["pipeline"], "") for p in self._pipelines]
        self._choice.setVisible(len(names) > 1)
        if len(names) > 1:
            self._choice.set_options(names)
        self._choose(0)

    def _choose(self, index: int) -> None:
        chosen = self._pipelines[index]
        self._title.setText(self.tr("Influence on %1").replace("%1", chosen["pipeline"]))
        self._plot.show_influence(chosen["influence"])
        self._pages.setCurrentIndex(2)
        if moves_nothing(chosen["influence"]):
            words = self.tr("No test prediction and no coefficient moves when this person is left out of %1.")
            self._quiet.setText(words.replace("%1", chosen["pipeline"]))
            self._pages.setCurrentIndex(3)
        self._fill_numbers(chosen["influence"], chosen.get("model_class", ""))

    def _fill_numbers(self, influence: dict[str, Any] | None, model_class: str = "") -> None:
        tr, lay = self.tr, self._numbers
        clear(lay)
        if influence is None:
            lay.addWidget(label(tr("If left out"), "heading"))
            lay.addWidget(label(tr("Numbers appear when the influence is known."), "body", "3", wrap=True))
        else:
            lay.addLayout(
                row(
                    label(tr("If left out"), "heading"),
                    None,
                    _right(tr("now"), "3", "small"),
                    _right(tr("change"), "3", "small"),
                    gap=0,
                )
            )
            lay.addSpacing(4)
            accuracy = influence["accuracy"]
            change = accuracy[
                "change"
            ]  # on the rows that stay, as the interval: that their own rows leave is no change of the model
            metric = influence["metric_name"]
            lay.addLayout(
                row(
                    label(metric, "body", "2"),
                    None,
                    _right(number(accuracy["now"], 4), "2"),
                    _right(signed(change), "", "strong"),
                    gap=0,
                )
            )
            lay.addWidget(label(self._interval(accuracy), "small", "3", wrap=True))
            lay.addSpacing(2)
            lay.addWidget(rule())
            lay.addSpacing(2)
            others = (
                tr("%1 of %2").replace("%1", number(influence["changed_decisions"])).replace("%2", number(influence["test_rows"]))
            )
            facts = [(tr("Decisions of others that change"), others)]
            if influence["coefficients"]:
                facts.append((tr("Largest coefficient move"), signed(influence["max_coefficient_change"]).lstrip("+")))
            for key, value in facts:
                lay.addLayout(row(label(key, "body", "2"), None, label(value, "strong")))
            lay.addWidget(label(tr("Method: %1.").replace("%1", influence["method"]), "small", "3", wrap=True))
            if influence["changed_decisions"] and draws_at_random(model_class):
                words = tr("Trained again, this model draws its random samples anew: not every change is this person’s doing.")
                lay.addWidget(label(words, "small", "3", wrap=True))
        lay.addStretch(1)
        graph = Button(tr("Lineage graph"), icon="graph")
        graph.clicked.connect(self.graph_asked)
        ask = Button(tr("Ask the script"), "quiet")
        ask.set_tip(tr("Run the original with and without this person and compare"))
        ask.clicked.connect(lambda: self.again_asked.emit(True))
        lay.addLayout(row(graph, ask, None, gap=4))

    def _interval(self, accuracy: dict[str, Any]) -> str:
        low, high = accuracy["low"], accuracy["high"]
        if low is None or high is None:
            return self.tr("No interval: too few test rows.")
        if low == high == 0:
            return self.tr("No other test decision changes, so it stays as it is.")
        words = self.tr("95 % interval %1 to %2.").replace("%1", signed(low)).replace("%2", signed(high))
        if low <= 0 <= high:
            words += " " + self.tr("Not distinguishable from no change.")
        return words


def draws_at_random(model_class: str) -> bool:
    """Whether training such a model again draws rows, columns or starting weights anew."""
    return any(word in model_class for word in ("Forest", "ExtraTree", "Bagging", "MLP", "SGD", "GradientBoosting"))


def moves_nothing(influence: dict[str, Any]) -> bool:
    """Whether leaving the person out moves neither a prediction nor a coefficient."""
    shift = influence["probability_shift"]
    middle = [i for i, (a, b) in enumerate(itertools.pairwise(shift["edges"])) if a <= 0 <= b]
    still = all(count == 0 or i in middle for i, count in enumerate(shift["counts"]))
    return still and not influence["changed_decisions"] and not influence["max_coefficient_change"]


def _right(words: str, ink: str = "", role: str = "body") -> QLabel:
    made = label(words, role, ink)
    made.setFixedWidth(64)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
