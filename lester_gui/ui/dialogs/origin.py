"""A feature followed back, step by step, to the cell of the source file it was made from."""

from __future__ import annotations

from typing import Any

from lester_gui.errors import UserError
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import card, col, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.states import ARTEFACT_ICONS
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Icon
from lester_gui.ui.words import number, row_label


class OriginSheet(Sheet):
    """Chain from a feature to its source cells; values stay masked, Enter opens the row."""

    width_wanted = 760

    def __init__(self, desk: Desk, pipeline: str, feature: str, row_no: int | None = None) -> None:
        super().__init__(self.tr("Where %1 comes from").replace("%1", feature))
        self._desk, self._pipeline = desk, pipeline
        columns = [Column(self.tr("Step"), 130), Column(self.tr("Where")), Column(self.tr("Column"), 190),
            Column(self.tr("Row"), 100, True),
                   Column(self.tr("Value"), 120)]  # fmt: skip
        self.table = RecordTable(RecordModel(columns), 34, says=self.tr("Steps back to the source"))
        self.table.setFixedHeight(34 * 8 + 30)
        self.table.opened.connect(self._open)
        self._note = label(self.tr("Reading the chain"), "small", "3", wrap=True)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        self.set_content(
            col(
                row(Icon("feature", "person", 20), label(self.accessibleName(), "title"), None), 8, card(col(self.table,
                    margins=(1, 2, 1, 1))),
                8, row((self._note, 1), close), gap=4, margins=(24, 20, 24, 20),
            ),
            self.table,
            close,
        )  # fmt: skip
        self._feature, self._row_no = feature, row_no
        self._load()

    def _load(self) -> None:
        session, pipeline, feature, row_no = self._desk.session, self._pipeline, self._feature, self._row_no
        self._desk.ask(lambda _ctx: session.feature_origin(pipeline, feature, row_no), self._show, self._fail)

    def _row(self, link: dict[str, Any]) -> str:
        if link["row"] is None:
            return self.tr("all rows")
        return number(link["row"]) if link["kind"] == "source" else row_label(link["row"])

    def _show(self, origin: dict[str, Any]) -> None:
        names = {"feature": self.tr("Feature"), "view": self.tr("View"), "source": self.tr("Source cell")}
        records = []
        for link in origin["chain"]:
            value = (
                cells.MASK
                if link["value"] and "•" in str(link["value"])
                else cells.text(str(link["value"] if link["value"] is not None else "–"))
            )
            shown = self._row(link)
            sign = cells.icon(ARTEFACT_ICONS[link["kind"]], names[link["kind"]], icon_ink="person")
            row_ = [sign, cells.text(link["name"]), cells.mono(link["column"]), cells.num(shown), value]
            records.append(Record(row_, (link["kind"], link["name"], link["row"]), marked=link["kind"] == "source"))
        self.table.records().set_records(records)
        if records:
            self.table.selectRow(len(records) - 1)
        self._note.setText(self.tr("Enter opens a row in Data, where a value can be revealed with a reason."))

    def _fail(self, error: UserError) -> None:
        if self._row_no is not None:  # the row is not a prepared one: name the columns at least
            self._row_no = None
            self._load()
            return
        self._note.setText(f"{error.message} {error.hint}".strip())

    def _open(self, key: tuple[str, str, int | None]) -> None:
        kind, name, row_no = key
        if kind != "feature":
            self.close_sheet()
            self._desk.go("data", view=name, pipeline=self._pipeline if kind == "view" else "", row_no=row_no)
