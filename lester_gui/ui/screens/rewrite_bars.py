"""Bars above the code: the plan is being edited, and the plan differs from its script."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lester_gui.errors import UserError
from lester_gui.ui.layout import row
from lester_gui.ui.widgets import Banner, Button

MARGINS = (24, 8, 24, 8)


class EditBar(QWidget):
    """While a plan is edited: keep it, or discard what was typed; while it is checked: stop.

    Signals
    -------
    keep_asked
        Parse and check what was typed.
    drop_asked
        Discard it, or stop the check.
    """

    keep_asked = Signal()
    drop_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._banner = Banner("accent", self.tr("You are editing the plan"), "", "pencil")
        self._keep, self._drop = Button(self.tr("Check and keep"), "primary", "check"), Button(self.tr("Discard"))
        self._keep.clicked.connect(self.keep_asked)
        self._drop.clicked.connect(self.drop_asked)
        self._banner.add(self._drop, self._keep)
        self.setLayout(row((self._banner, 1), margins=MARGINS))
        self.hide()

    def words(self) -> str:
        """What the bar says."""
        return self._banner.accessibleName()

    def begin(self) -> None:
        """Editing begins, or goes on after a stopped check."""
        self._banner.set_words(
            self.tr("You are editing the plan"), self.tr("It is parsed and checked again on data before it is kept.")
        )
        self.show()

    def set_checking(self, step: str = "") -> None:
        """The edited plan is being checked; `step` says how far."""
        words = step or self.tr("The original and the edited plan run on the same inputs.")
        self._banner.set_words(self.tr("The plan is being checked"), words)
        self._keep.set_off(self.tr("The plan is being checked"))
        self._drop.set_text(self.tr("Stop"))

    def set_checked(self) -> None:
        """The check is over, however it ended."""
        self._keep.set_on()
        self._drop.set_text(self.tr("Discard"))

    def refuse(self, error: UserError) -> None:
        """The text is no plan: say line and reason."""
        self._banner.set_words(error.message, error.hint)


class DifferenceBar(QWidget):
    """Where a plan differs from its script, on which data, and whether somebody wants it so."""

    def __init__(self) -> None:
        super().__init__()
        self._banner = Banner("danger", "", "", "differs")
        self.setLayout(row((self._banner, 1), margins=MARGINS))
        self.hide()

    def words(self) -> str:
        """What the bar says."""
        return self._banner.accessibleName()

    def show_review(self, review: dict[str, Any]) -> None:
        """Show the first input on which they differ; hidden where they do not."""
        found, meant = review["counterexample"], review["deviations"]
        self.setVisible(review["status"] == "differs")
        title = self.tr("The plan differs from the script")
        parts = [f["text"] for f in review["findings"] if f["kind"] == "plan-stops"]
        if found:
            body = self.tr("On “%1”, %2: %3")
            for i, value in enumerate((found["input"], found["view"] or found["stage"], found["fact"]), 1):
                body = body.replace(f"%{i}", str(value))
            parts = [body]
        if meant:
            title = self.tr("The plan differs from the script on purpose: %1").replace("%1", meant[-1]["title"])
            parts.append(self.tr("Reason: %1").replace("%1", meant[-1]["reason"]))
        self._banner.set_words(title, ". ".join(p.rstrip(".") for p in parts if p))
