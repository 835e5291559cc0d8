"""A script that no rewriter understood: what stopped it, line by line beside the original, and what can be done now."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lester_gui.ui.layout import card, col, holder, label, row, rule, scroll
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.views.code import Band, CodePane
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Icon
from lester_gui.ui.words import number


class StopsPage(QWidget):
    """The original with the lines that stopped the rewrite.

    Signals
    -------
    rewrite_asked
        ``rules`` (after the script was mended) or ``ollama``.
    person_asked
        Go to the Person screen.
    """

    rewrite_asked = Signal(str)
    person_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        tr = self.tr
        self._stops: list[dict[str, Any]] = []
        self._banner = Banner("warn", "", "", "hand", large=True)
        self.code = CodePane(tr("The original script, never changed"))
        self.code.line_clicked.connect(self._line_clicked)
        columns = [Column(tr("Line"), 56, True), Column(tr("What stopped it"))]
        self.table = RecordTable(RecordModel(columns), 40, says=tr("What stopped the rewrite"))
        self.table.chosen.connect(self._choose)
        self._why_title = label("", "strong", wrap=True)
        self._why = label("", "body", "2", wrap=True)
        self._model = Button(tr("Ask the language model"), "primary", "bulb")
        self._model.clicked.connect(lambda: self.rewrite_asked.emit("ollama"))
        self._again = Button(tr("Rewrite again"), icon="refresh")
        self._again.clicked.connect(lambda: self.rewrite_asked.emit("rules"))
        person = Button(tr("Look for a person"), icon="person")
        person.clicked.connect(self.person_asked)
        choices = col(
            label(tr("What you can do now"), "heading"),
            _choice("bulb", tr("Ask the model for what no rule covers; its answer is kept only if it gives the same results."),
                    self._model),
            _choice("pencil", tr("Write these lines in another way in your own editor, and have the script read again."),
                    self._again),
            _choice("person", tr("Go on without a plan: Lester follows a person by running the script, isolated, with "
                                 "and without them."), person),
            gap=10,
        )  # fmt: skip
        self._server = label("", "small", "3", wrap=True)
        side = col(
            card(col(self.table, margins=(1, 2, 1, 1))),
            card(col(self._why_title, self._why, gap=4, margins=(16, 12, 16, 12))),
            card(col(choices, self._server, gap=8, margins=(16, 14, 16, 14))),
            None,
            gap=12,
            margins=(16, 16, 24, 16),
        )
        right = scroll(holder(side))
        right.setMinimumWidth(420)
        head = row((self._banner, 1), margins=(24, 12, 24, 12))
        self.setLayout(
            col(head, rule(), row((self.code, 3), rule(vertical=True), (right, 2), gap=0), gap=0)
        )  # fmt: skip

    def panes(self) -> list[QWidget]:
        """What F6 goes to."""
        return [self.table, self.code]

    def show_review(self, review: dict[str, Any]) -> None:
        """Show another script."""
        tr = self.tr
        self._stops = review["stops"]
        lines = [s["line"] for s in self._stops]
        title = tr("%1 has no plan yet").replace("%1", review["pipeline"])
        body = tr("%Ln places stopped the rules.", "", len(lines)) + " " + tr("The script is as it was.")
        if not lines:
            body = review["message"] or tr("The rewriter said no more than that.")
        self._banner.set_words(title, f"{body} {review['message']}".strip() if lines else body)
        self.code.set_code(review["original"])
        bands = [Band(i, line, line) for i, line in enumerate(lines, 1)]
        self.code.set_bands(bands, dict.fromkeys(lines, ("hand", "warn")))
        records = [Record([cells.num(number(s["line"])), cells.text(s["title"])], i) for i, s in enumerate(self._stops, 1)]
        self.table.records().set_records(records)
        self.table.setFixedHeight(31 + 40 * max(1, min(6, len(records))))
        if records:
            self.table.choose(1)

    def show_models(self, models: dict[str, Any]) -> None:
        """Say whether a language model can be asked."""
        if models["reachable"] and models["models"]:
            self._model.set_on()
            self._server.setText("")
        else:
            self._model.set_off(models["message"])
            self._server.setText(models["message"])

    def go_to_line(self, line: int) -> None:
        """Light the stop of a line, or only bring the line into sight."""
        self._line_clicked(line)
        self.code.scroll_to(line)

    def _choose(self, at: int | None) -> None:
        if at is None:
            return
        stop = self._stops[at - 1]
        self.code.select(at)
        self._why_title.setText(self.tr("Line %1: %2").replace("%1", number(stop["line"])).replace("%2", stop["title"]))
        self._why.setText(stop["why"])

    def _line_clicked(self, line: int) -> None:
        at = next((i for i, s in enumerate(self._stops, 1) if s["line"] == line), None)
        if at is not None:
            self.table.choose(at)


def _choice(icon: str, words: str, button: Button) -> Any:
    return row(Icon(icon, "ink3", 16), (col(label(words, "body", "2", wrap=True), row(button, None), gap=6), 1), gap=10)
