"""A case that ends or is prolonged without changing data: a decision, a refusal or a longer deadline, always with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon

SHORTEST_REASON = 3


class AnswerSheet(Sheet):
    """Asks for a reason and one of a few answers.

    Parameters
    ----------
    body
        What follows from the answer, and what does not.
    answers
        (words, kind of button, value) from left to right; Enter presses the last one.
    done
        Called with the value and the reason.
    """

    width_wanted = 560

    def __init__(
        self, title: str, icon: str, body: str, answers: Sequence[tuple[str, str, str]], done: Callable[[str, str], None]
    ) -> None:
        super().__init__(title)
        self._done = done
        self.reason = Field(self.tr("Reason, kept in the journal; no personal values"))
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        buttons = []
        for words, kind, value in answers:
            button = Button(words, kind)
            button.clicked.connect(lambda _on=False, v=value: self._go(v))
            buttons.append(button)
        self.set_content(
            col(
                row(Icon(icon, "accent", 20), (label(title, "title", wrap=True), 1)), 4, label(body, "body", "2", wrap=True), 8,
                self.reason, 16, row(None, cancel, *buttons), gap=4, margins=(24, 20, 24, 20),
            ),
            self.reason.edit,
            buttons[-1],
        )  # fmt: skip

    def _go(self, value: str) -> None:
        if len(self.reason.text()) < SHORTEST_REASON:
            self.reason.set_error(self.tr("Give a reason: whoever reads the journal needs it."))
            self.relayout()
            return
        self._done(value, self.reason.text())
        self.close_sheet()
