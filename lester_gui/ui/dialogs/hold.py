"""A hold stops the clock and the execution of a case, with a ground and an owner."""

from __future__ import annotations

from collections.abc import Callable

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon


class HoldSheet(Sheet):
    """Asks why a case is put on hold."""

    width_wanted = 520

    def __init__(self, case: str, hold: Callable[[str], object]) -> None:
        title = self.tr("Put %1 on hold?").replace("%1", case)
        super().__init__(title)
        self._hold = hold
        self.reason = Field(
            self.tr("Ground for the hold, kept in the journal"), self.tr("for example: legal claim, file 12/2027")
        )
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        go = Button(self.tr("Put on hold"), "primary", "pause")
        go.clicked.connect(self._go)
        body = self.tr("Nothing of this case is applied until the hold is released.")
        self.set_content(
            col(row(Icon("pause", "accent", 20), label(title, "title"), None), 4, label(body, "body", "2", wrap=True), 8,
                self.reason, 16,
                row(None, cancel, go), gap=4, margins=(24, 20, 24, 20)),
            self.reason.edit,
            go,
        )  # fmt: skip

    def _go(self) -> None:
        if not self.reason.text():
            self.reason.set_error(self.tr("A hold needs a ground."))
            self.relayout()
            return
        self._hold(self.reason.text())
        self.close_sheet()
