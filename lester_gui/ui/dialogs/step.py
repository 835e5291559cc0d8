"""Sheets of the rewrite review: why a step is rejected, and what the language model was asked and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon
from lester_gui.ui.words import seconds


class RejectSheet(Sheet):
    """A rejection needs a reason, kept with the step."""

    width_wanted = 520

    def __init__(self, number: int, reject: Callable[[str], None]) -> None:
        title = self.tr("Reject step %1?").replace("%1", str(number))
        super().__init__(title)
        self._reject = reject
        self._reason = Field(self.tr("Reason, kept in the journal"), self.tr("What is wrong with this step?"))
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        go = Button(self.tr("Reject step"), "danger", "hand")
        go.clicked.connect(self._go)
        body = self.tr("A rejected step is not run. Edit the plan, or have the pipeline rewritten again.")
        self.set_content(
            col(
                row(Icon("hand", "danger", 20), label(title, "title"), None), 4, label(body, "body", "2", wrap=True), 8,
                    self._reason,
                16, row(None, cancel, go), gap=4, margins=(24, 20, 24, 20),
            ),
            self._reason.edit,
            cancel,
        )  # fmt: skip

    def _go(self) -> None:
        if not self._reason.text():
            self._reason.set_error(self.tr("Give a reason: whoever reads the journal needs it."))
            self.relayout()
            return
        self._reject(self._reason.text())
        self.close_sheet()


class AttemptsSheet(Sheet):
    """The conversation with the language model. Prompts hold a schema and look-alike rows, no personal values."""

    width_wanted = 820

    def __init__(self, attempts: list[dict[str, Any]]) -> None:
        super().__init__(self.tr("What the model was asked"))
        parts = []
        for attempt in attempts:
            words = self.tr("Attempt %1, %2, %3: %4")
            values = (attempt["number"], attempt["model"], seconds(attempt["seconds"]), attempt["outcome"])
            for i, value in enumerate(values, 1):
                words = words.replace(f"%{i}", str(value))
            parts.append(f"── {words} " + "─" * 12)
            parts += [f"{message['role']}:\n{message['content']}\n" for message in attempt["messages"]]
        text = QPlainTextEdit("\n".join(parts))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFont(font("code"))
        text.setProperty("kind", "field")
        text.setAccessibleName(self.tr("Conversation with the model"))
        text.setFixedHeight(460)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        self.set_content(
            col(
                row(Icon("bulb", "accent", 20), label(self.tr("What the model was asked"), "title"), None), 4,
                label(self.tr("It sees the schema and made-up rows, never the values of persons."), "body", "2"), 8, text, 12,
                row(None, close), gap=4, margins=(24, 20, 24, 20),
            ),
            text,
            close,
        )  # fmt: skip
