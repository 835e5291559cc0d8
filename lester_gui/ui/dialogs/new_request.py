"""A new case: which right, which person, what to correct, and when the request was received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit

from lester_gui.errors import UserError
from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, holder, label, row
from lester_gui.ui.widgets import Banner, Button, Field, Icon


class NewRequestSheet(Sheet):
    """Files a case.

    Parameters
    ----------
    token
        Token of the person, when the case is filed from their screen.
    filed
        Called with the case.
    """

    width_wanted = 600

    def __init__(self, desk: Desk, token: str, filed: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(self.tr("New request"))
        self._desk, self._filed = desk, filed
        tr = self.tr
        self.right = QComboBox()
        self.right.setFont(font())
        self.right.setAccessibleName(tr("Right"))
        for right in states.RIGHTS:
            self.right.addItem(states.right_name(right), right)
        self.right.currentIndexChanged.connect(self._right_changed)
        self.received = QDateEdit(QDate.currentDate())
        self.received.setFont(font())
        self.received.setDisplayFormat("d MMMM yyyy")
        self.received.setCalendarPopup(True)
        self.received.setMaximumDate(QDate.currentDate())
        self.received.setAccessibleName(tr("Received on"))
        self.subject = Field(tr("Person"), tr("an exact value that names them, or a token such as P-7F3K"), token)
        if not token:
            self.subject.edit.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.values = Field(tr("Values to set"), tr("patients.income=42000; one per source and column, separated by ;"))
        self._values_part = holder(
            col(self.values, label(tr("SOURCE.COLUMN=VALUE, with @ROW when the person has several rows"), "small", "3"), gap=4)
        )
        self._values_part.hide()
        self.reason = Field(tr("What the person asked for (optional)"))
        self.by = Field(tr("Filed by"), "", desk.user)
        self._message = Banner("danger", "")
        self._message.hide()
        cancel = Button(tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        self.file = Button(tr("File the case"), "primary", "plus")
        self.file.clicked.connect(self._go)
        rights = col(label(tr("Right"), "smallstrong", "2"), self.right, None, gap=4)
        received = col(label(tr("Received on"), "smallstrong", "2"), self.received, None, gap=4)
        self.set_content(
            col(
                row(Icon("requests", "accent", 20), label(tr("New request"), "title"), None), 8, self._message,
                row((rights, 1), (received, 1), gap=16), 8, self.subject, 8, self._values_part, self.reason, 8, self.by, 8,
                label(tr("The clock runs from the day of "
                    "receipt: one calendar month."), "small", "3"), 12, row(None, cancel, self.file),
                gap=4, margins=(24, 20, 24, 20),
            ),
            self.subject.edit,
            self.file,
        )  # fmt: skip

    def _right_changed(self) -> None:
        self._values_part.setVisible(self.right.currentData() == "rectification")
        self.relayout()

    def _go(self) -> None:
        tr = self.tr
        rectifies = self.right.currentData() == "rectification"
        values = [v.strip() for v in self.values.text().split(";") if v.strip()] if rectifies else []
        if not self.subject.text():
            self.subject.set_error(tr("Say whom the request is about."))
        elif rectifies and not (values and all("=" in v and "." in v.split("=")[0] for v in values)):
            self.values.set_error(tr("Write each as SOURCE.COLUMN=VALUE."))
        elif not self.by.text():
            self.by.set_error(tr("A case needs the name of the person who files it."))
        else:
            self._file(values)
        self.relayout()

    def _file(self, values: list[str]) -> None:
        session, right, subject = self._desk.session, self.right.currentData(), self.subject.text()
        by, reason = self.by.text(), self.reason.text()
        received = self.received.date().toString("yyyy-MM-dd")
        self.file.set_off(self.tr("The case is being filed"))
        self._desk.ask(
            lambda _ctx: session.request(right, subject, set=values, by=by, received=received, reason=reason),
            self._done,
            self._fail,
        )

    def _done(self, case: dict[str, Any]) -> None:
        self.close_sheet()
        self._filed(case)

    def _fail(self, error: UserError) -> None:
        self.file.set_on()
        self._message.set_words(error.message, error.hint)
        self._message.show()
        self.relayout()
