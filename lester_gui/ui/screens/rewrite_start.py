"""Before a pipeline is rewritten, and while it is: how, how far, and why not."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lester_gui.ui.layout import card, col, label, row
from lester_gui.ui.widgets import Banner, Button, Icon, ProgressRow


class StartPage(QWidget):
    """Choice between rules and model, then progress.

    Signals
    -------
    rewrite_asked
        ``auto``, ``rules`` or ``ollama``.
    stop_asked
        The rewrite that is under way should stop.
    """

    rewrite_asked = Signal(str)
    stop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = label("", "heading")
        self._text = label("", "body", "2", wrap=True)
        self._auto = Button(self.tr("Rewrite"), "primary", "rewrite")
        self._rules = Button(self.tr("With rules only"))
        self._model = Button(self.tr("With the language model"), icon="bulb")
        for button, method in ((self._auto, "auto"), (self._rules, "rules"), (self._model, "ollama")):
            button.clicked.connect(lambda _on=False, m=method: self.rewrite_asked.emit(m))
        self._server = label("", "small", "3", wrap=True)
        self._progress = ProgressRow(self.tr("Rewriting"), can_cancel=True)
        self._progress.cancel_asked.connect(self.stop_asked)
        self._progress.hide()
        self._message = Banner("danger", "")
        self._message.hide()
        inner = card(
            col(
                row(Icon("rewrite", "accent", 20), self._title, None), self._text, 8, self._message, self._progress,
                row(self._auto, self._rules, self._model, None), self._server, gap=8, margins=(24, 20, 24, 20),
            )
        )  # fmt: skip
        inner.setFixedWidth(720)
        self.setLayout(col(None, row(None, inner, None), None, None))
        self.reset()

    def reset(self) -> None:
        """No pipeline yet."""
        self._title.setText(self.tr("No pipeline chosen"))
        self._text.setText(self.tr("Choose a pipeline on the Project screen."))
        self._message.hide()
        self.set_running(False)
        for button in (self._auto, self._rules, self._model):
            button.set_off(self.tr("Choose a pipeline first"))

    def show_pipeline(self, pipeline: dict[str, Any]) -> None:
        """Show what will be rewritten."""
        self._title.setText(self.tr("%1 is not rewritten yet").replace("%1", pipeline["name"]))
        self._text.setText(
            self.tr(
                "Lester reads %1 and writes down declaratively what it does: rules first, a language model on this computer for "
                "what no rule covers. Then the original runs isolated on a copy, and both are compared stage by stage on "
                "the data and on changed data. Your script is never changed."
            ).replace("%1", pipeline["script"])
        )
        self._message.hide()
        for button in (self._auto, self._rules, self._model):
            button.set_on()

    def show_models(self, models: dict[str, Any]) -> None:
        """Say whether a language model can be asked."""
        self._server.setText(models["message"])
        if not models["reachable"] or not models["models"]:
            self._model.set_off(models["message"])

    def say(self, text: str, hint: str) -> None:
        """Say why there is no rewrite."""
        self._message.set_words(text, hint)
        self._message.show()

    def set_running(self, running: bool) -> None:
        """Show progress with a way to stop, or the choices."""
        self._progress.setVisible(running)
        self._progress.set_cancellable(True)
        for button in (self._auto, self._rules, self._model):
            button.setVisible(not running)
        if running:
            self._message.hide()
            self._progress.set_state("runs", self.tr("begins"), 0.0)

    def set_progress(self, words: str, fraction: float | None) -> None:
        self._progress.set_state("runs", words, fraction or 0.0)
