"""Revealing a value: one field, a reason, 30 seconds; the journal keeps who, which field and why, never the value."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon


class RevealSheet(Sheet):
    """Asks which field and why."""

    width_wanted = 500

    def __init__(self, fields: list[str], first: str, reveal: Callable[[str, str], None]) -> None:
        super().__init__(self.tr("Reveal a value?"))
        self._reveal = reveal
        self.field = QComboBox()
        self.field.setFont(font())
        self.field.addItems(fields)
        self.field.setCurrentText(first)
        self.field.setAccessibleName(self.tr("Field"))
        self.reason = Field(self.tr("Reason, kept in the journal"), self.tr("for example: compare with the signed request"))
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        self.go = Button(self.tr("Reveal for 30 seconds"), "primary", "eye")
        self.go.clicked.connect(self._go)
        body = self.tr(
            "The value is shown for 30 seconds, or until the window loses focus. The "
            "journal keeps your name, the field and the reason, not the value."
        )
        self.set_content(
            col(
                row(Icon("eye", "warn", 20), label(self.tr("Reveal a value?"), "title"), None), 4, label(body, "body", "2",
                    wrap=True), 8,
                label(self.tr("Field"), "smallstrong", "2"), self.field, 8, self.reason, 16, row(None, cancel, self.go),
                gap=4, margins=(24, 20, 24, 20),
            ),
            self.reason.edit,
            self.go,
        )  # fmt: skip

    def _go(self) -> None:
        if not self.reason.text():
            self.reason.set_error(self.tr("Give a reason: a value is revealed for a purpose."))
            self.relayout()
            return
        self._reveal(self.field.currentText(), self.reason.text())
        self.close_sheet()
