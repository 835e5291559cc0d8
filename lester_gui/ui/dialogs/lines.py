"""Every line that leaves the source files, masked, and what happens to the other files, before anything is done."""

from __future__ import annotations

from typing import Any

from lester_gui.errors import UserError
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import card, col, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel, group_record
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Icon
from lester_gui.ui.words import number


class LinesSheet(Sheet):
    """Preview of a purge."""

    width_wanted = 820

    def __init__(self, desk: Desk, case: str) -> None:
        super().__init__(self.tr("Lines that leave the source files"))
        columns = [Column(self.tr("Line"), 90, True), Column(self.tr("What it holds, masked"))]
        self.table = RecordTable(RecordModel(columns), 28, says=self.accessibleName())
        self.table.setFixedHeight(400)
        self._note = label(self.tr("Reading the files"), "small", "3", wrap=True)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        self.set_content(
            col(
                row(Icon("file", "accent", 20), label(self.accessibleName(), "title"), None), 4,
                label(self.tr("All other bytes of these files stay as they are."), "body", "2"), 8, card(col(self.table,
                    margins=(1, 2, 1, 1))),
                8, row((self._note, 1), close), gap=4, margins=(24, 20, 24, 20),
            ),
            self.table,
            close,
        )  # fmt: skip
        session = desk.session
        desk.ask(lambda _ctx: session.purge_preview(case), self._show, self._fail)

    def _show(self, preview: dict[str, Any]) -> None:
        records, total = [], 0
        for file in preview["files"]:
            records.append(group_record(cells.group(_heading(file))))
            for line in file["lines"]:
                total += 1
                records.append(
                    Record(
                        [cells.num(number(line["number"]), "ink2"), cells.mono(line["masked"])], (file["path"], line["number"])
                    )
                )
        for file in preview["other_files"]:
            records.append(group_record(cells.group(_heading(file))))
        self.table.records().set_records(records)
        self.table.choose_first()
        words = self.tr("%1 in %2").replace("%1", self.tr("%Ln lines", "", total))
        self._note.setText(words.replace("%2", self.tr("%Ln files", "", len(preview["files"]))))

    def _fail(self, error: UserError) -> None:
        self._note.setText(f"{error.message} {error.hint}".strip())


def _heading(file: dict[str, Any]) -> str:
    """Path of a file and what happens to it."""
    action = file.get("action") or ", ".join(sorted({line["action"] for line in file.get("lines", []) if line.get("action")}))
    return f"{file['path']}: {action}" if action else str(file["path"])
