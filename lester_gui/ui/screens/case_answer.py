"""What can be done with a case besides planning it: export the access package, decide, refuse, extend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.answer import AnswerSheet

PLANNED = ("erasure", "rectification")


class Answers(QObject):
    """Answers of one case screen.

    Signals
    -------
    changed
        The case is another one now.
    """

    changed = Signal()

    def __init__(self, desk: Desk, ask: Callable[..., Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._ask, self._window = desk, ask, parent

    def next_words(self, case: dict[str, Any]) -> str:
        """What the primary button says for a right that changes no data; empty where there is a plan to make."""
        if case["right"] in PLANNED:
            return ""
        if case["right"] == "access":
            return self.tr("Export package…") if case["access"] is None else self.tr("Close as answered…")
        return self.tr("Decide…")

    def do_next(self, case: dict[str, Any]) -> None:
        """What the primary button does for such a right."""
        if case["right"] == "access" and case["access"] is None:
            self.export_package(case)
        else:
            self.decide(case)

    def export_package(self, case: dict[str, Any]) -> None:
        """Ask where the package goes and write it."""
        number = case["case"]
        chosen, _kind = QFileDialog.getSaveFileName(
            self._window, self.tr("Export the access package"), str(Path.home() / f"{number}-access.zip"), "*.zip"
        )
        if not chosen:
            return
        session = self._desk.session

        def done(made: dict[str, Any]) -> None:
            hint = ""
            if made["withheld"]:
                hint = self.tr("%1 rows hold data of other persons too and stayed out.").replace("%1", str(made["withheld"]))
            said = self.tr("The access package was written: %1 rows, unmasked. Check it before you send it.")
            self._desk.messages.say("ok", said.replace("%1", f"{made['rows']:,}"), hint)
            self.changed.emit()

        self._ask(
            "access", lambda ctx: session.access_package(number, Path(chosen), ctx=ctx), done,
            name=self.tr("Collecting everything held about the person"),
        )  # fmt: skip

    def decide(self, case: dict[str, Any]) -> None:
        """Grant or refuse, with a reason, and close the case."""
        title = self.tr("Decide on %1 (%2)").replace("%1", case["case"]).replace("%2", states.right_name(case["right"]).lower())
        answers = [(self.tr("Refuse and close"), "", "refused"), (self.tr("Grant and close"), "primary", "granted")]
        self._show(case, title, effect(case["right"]), answers)

    def refuse(self, case: dict[str, Any]) -> None:
        """Refuse, with a reason, and close the case."""
        title = self.tr("Refuse %1 and close it?").replace("%1", case["case"])
        body = self.tr("Nothing changes in the project. The person is told, with the reason, within a month (Art. 12(4)).")
        self._show(case, title, body, [(self.tr("Refuse and close"), "danger", "refused")])

    def extend(self, case: dict[str, Any]) -> None:
        """Two more months, once, with a reason."""
        session, number, user = self._desk.session, case["case"], self._desk.user
        title = self.tr("Extend the deadline of %1 by two months?").replace("%1", number)
        body = self.tr("Only for complex or many requests, and only once. The person is told, with the reason, within the first "
                       "month (Art. 12(3)).")  # fmt: skip

        def go(_value: str, reason: str) -> None:
            self._ask("answer", lambda _ctx: session.extend(number, reason, user), lambda _case: self.changed.emit())

        self._desk.sheet_wanted.emit(
            AnswerSheet(title, "calendar", body, [(self.tr("Extend the deadline"), "primary", "extended")], go)
        )

    def _show(self, case: dict[str, Any], title: str, body: str, answers: list[tuple[str, str, str]]) -> None:
        session, number, user = self._desk.session, case["case"], self._desk.user

        def go(decision: str, reason: str) -> None:
            self._ask("answer", lambda _ctx: session.answer(number, decision, reason, user), lambda _case: self.changed.emit())

        self._desk.sheet_wanted.emit(AnswerSheet(title, states.RIGHT_ICONS.get(case["right"], "check"), body, answers, go))


def _say(text: str) -> str:
    return QCoreApplication.translate("Answers", text)


def effect(right: str) -> str:
    """What granting a right changes here, and what it does not change yet."""
    return {
        "access": _say("The person has the package. Nothing in the project changes."),
        "restriction": _say(
            "The decision is documented. Not supported yet: leaving a restricted person out of runs. The next run still uses "
            "their rows; until then, run none of the pipelines that read them."
        ),
        "objection": _say(
            "The decision is documented. Not supported yet: stopping one purpose for one person. The next run still uses their "
            "rows; file an erasure if no ground to keep them is left."
        ),
    }.get(right, "")
