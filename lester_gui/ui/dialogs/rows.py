"""The rows that a case takes out or corrects, for whoever decides on it: masked, a page at a time, one value with a reason."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QComboBox

from lester_gui.errors import UserError
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import card, clear, col, label, row, set_ink
from lester_gui.ui.models import cells
from lester_gui.ui.models.cells import Cell
from lester_gui.ui.models.records import Column, Record, RecordModel, group_record
from lester_gui.ui.views.table import HEADER, RecordTable
from lester_gui.ui.widgets import Button, Icon, Segmented
from lester_gui.ui.words import listed, number

MOST_SEGMENTS = 4  # more sources than that want a list
LEAST_HEIGHT, MOST_HEIGHT = 230, 430

Key = tuple[int, str]
"""A row id and a column."""


class RowsSheet(Sheet):
    """Preview of the rows that a planned case touches.

    Parameters
    ----------
    case
        As ``Session.case`` returns it.
    """

    width_wanted = 880

    def __init__(self, desk: Desk, case: dict[str, Any]) -> None:
        self._desk, self._case = desk, case
        self._corrects = case["right"] != "erasure"
        super().__init__(self._title(case))
        tr = self.tr
        columns = [Column(tr("Column"), 190), Column(tr("Value"), 180), Column(tr("Why it matters"))]
        if self._corrects:
            columns.insert(2, Column(tr("New value"), 180))
        self.table = RecordTable(RecordModel(columns), 28, says=tr("Rows, field by field"))
        self.table.setFixedHeight(LEAST_HEIGHT)
        self.table.opened.connect(lambda _key: self.ask_reveal())
        self._sources = row(gap=0)
        self._where, self._note = label(tr("Reading the rows"), "small", "2"), label("", "small", "3", wrap=True)
        self.before = Button(tr("Earlier rows"), "quiet")
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after = Button(tr("Later rows"), "quiet")
        self.after.clicked.connect(lambda: self._turn(1))
        self.reveal_button = Button(tr("Reveal…"), icon="eye")
        self.reveal_button.clicked.connect(self.ask_reveal)
        close = Button(tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        words = tr("Every value is masked: its first and last character at most. Reveal shows one for 30 seconds; the journal "
                   "keeps who, which field and why, not the value.")  # fmt: skip
        icon = "pencil" if self._corrects else "erase"
        parts: list[Any] = [
            row(Icon(icon, "accent" if self._corrects else "danger", 20), label(self.accessibleName(), "title"), None), 4,
            label(words, "body", "2", wrap=True), 8, row(self._sources, None, self._where, self.before, self.after, gap=8), 4,
            card(col(self.table, margins=(1, 2, 1, 1))), 8,
        ]  # fmt: skip
        files = [a for a in (case["plan"] or {}).get("actions", []) if a["kind"] == "file"]
        if files:
            told = listed([f"{a['artefact']} ({a['method']})" for a in files], 4)
            parts += [row(Icon("file", "ink3", 14), (label(tr("Written files: %1").replace("%1", told), "small", "2"), 1)), 4]
        parts.append(row((self._note, 1), self.reveal_button, close))
        self.set_content(col(*parts, gap=4, margins=(24, 20, 24, 20)), self.table, close)
        self._revealed: dict[Key, dict[str, Any]] = {}
        self._page: dict[str, Any] = {"rows": [], "start": 0, "total": 0, "page": 1, "source": ""}
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.mask_all)
        self.closed.connect(self.mask_all)
        self._show_turning()
        self._load("", 0)

    # loading --------------------------------------------------------------------------------------------------------
    def _load(self, source: str, start: int) -> None:
        session, case = self._desk.session, self._case["case"]
        self._desk.ask(lambda _ctx: session.affected_rows(case, source, start), self._show, self._fail)

    def _show(self, page: dict[str, Any]) -> None:
        first = not self._page["source"]
        self._page = page
        self._revealed.clear()
        self._say(self.tr("No column names a person here: a row is a person.") if page["by_line"] else "")
        if first:
            self._offer(page["sources"], page["source"])
        self._fill()
        self.table.choose_first()
        self._show_turning()
        self.relayout()
        shown, total = len(page["rows"]), page["total"]
        words = self.tr("%Ln rows", "", total)
        if shown < total:
            words = self.tr("Rows %1 to %2 of %3").replace("%1", number(page["start"] + 1))
            words = words.replace("%2", number(page["start"] + shown)).replace("%3", number(total))
        self._where.setText(words)

    def _fail(self, error: UserError) -> None:
        self._where.setText("")
        self._say(f"{error.message}. {error.hint}".strip(), "danger_ink")

    def _offer(self, sources: list[dict[str, Any]], chosen: str) -> None:
        """Let the person choose between the sources that the case touches."""
        names = [s["source"] for s in sources]
        words = [f"{s['path']}  {number(s['rows'])}" for s in sources]
        clear(self._sources)
        if len(names) == 1:
            self._sources.addWidget(label(sources[0]["path"], "code", "2"))
        elif len(names) <= MOST_SEGMENTS:
            few = Segmented([(w, "") for w in words], names.index(chosen), self.tr("Source"))
            few.chosen.connect(lambda i: self._load(names[i], 0))
            self._sources.addWidget(few)
        else:
            many = QComboBox()
            many.setFont(font())
            many.addItems(words)
            many.setAccessibleName(self.tr("Source"))
            many.setCurrentIndex(names.index(chosen))
            many.activated.connect(lambda i: self._load(names[i], 0))
            self._sources.addWidget(many)
        self.relayout()

    def _turn(self, step: int) -> None:
        self._load(self._page["source"], max(0, self._page["start"] + step * self._page["page"]))

    def _show_turning(self) -> None:
        page = self._page
        several = page["total"] > len(page["rows"])
        for button, can, why in (
            (self.before, page["start"] > 0, self.tr("These are the first rows")),
            (self.after, page["start"] + len(page["rows"]) < page["total"], self.tr("These are the last rows")),
        ):
            button.setVisible(several)
            if can:
                button.set_on()
            else:
                button.set_off(why)

    # showing --------------------------------------------------------------------------------------------------------
    def _fill(self) -> None:
        tr, records = self.tr, []
        for found in self._page["rows"]:
            heading = tr("Row %1, line %2 of %3").replace("%1", number(found["row_id"]))
            heading = heading.replace("%2", number(found["line"])).replace("%3", self._page["path"])
            if found["others"]:
                rest = tr("%Ln other fields stay as they are", "", found["others"])
                if not self._corrects:
                    rest = tr("%Ln more fields are not listed", "", found["others"])
                heading = f"{heading}; {rest}"
            records.append(group_record(cells.group(heading)))
            records += [Record(self._cells(found["row_id"], f), (found["row_id"], f["column"])) for f in found["fields"]]
        self.table.records().set_records(records)
        wanted = sum(self.table.rowHeight(i) for i in range(len(records))) + HEADER + 2
        self.table.setFixedHeight(min(max(wanted, LEAST_HEIGHT), MOST_HEIGHT))

    def _cells(self, row_id: int, field: dict[str, Any]) -> list[Cell]:
        known = self._revealed.get((row_id, field["column"]), {})
        made = [cells.mono(field["column"], "ink"), self._value(field["masked"], known.get("value"))]
        if self._corrects:
            changes = field["new_masked"] is not None
            made.append(self._value(field["new_masked"], known.get("new")) if changes else cells.text(self.tr("stays"), "ink3"))
        return [*made, self._why(field)]

    def _value(self, masked: str, shown: str | None) -> Cell:
        if shown is not None:
            return cells.icon("eye", shown or self.tr("empty"), "warn_ink", "warn")
        return cells.icon("lock", masked, "ink2", "ink3") if masked else cells.text(self.tr("empty"), "ink3")

    def _why(self, field: dict[str, Any]) -> Cell:
        tr, role = self.tr, field["role"]
        if role == "key":
            return cells.icon("key", tr("names the person"), icon_ink="person")
        if role == "changes":
            return cells.icon("pencil", tr("is corrected"), icon_ink="accent")
        words = {"data": tr("feeds the model of %1"), "control": tr("chooses rows in %1")}.get(role, "")
        return cells.text(words.replace("%1", listed(field["pipelines"], 2)), "ink2")

    def _title(self, case: dict[str, Any]) -> str:
        if self._corrects:
            return self.tr("Rows that are corrected")
        kept = (case["plan"] or {}).get("keep_sources")
        return self.tr("Rows that Lester’s copy loses") if kept else self.tr("Rows that leave")

    def _say(self, words: str, ink: str = "3") -> None:
        self._note.setText(words)
        set_ink(self._note, ink)
        self.relayout()

    # revealing ------------------------------------------------------------------------------------------------------
    def ask_reveal(self) -> None:
        """Ask which value of the chosen row is shown, and why."""
        key = self.table.key()
        if key is None:
            return
        row_id, column = key
        names = [f["column"] for r in self._page["rows"] if r["row_id"] == row_id for f in r["fields"]]
        session, case, source = self._desk.session, self._case["case"], self._page["source"]

        def go(name: str, reason: str) -> None:
            self._desk.ask(
                lambda _ctx: session.reveal_affected(case, source, row_id, name, reason),
                lambda found: self._reveal(source, (row_id, name), found),
                self._fail_reveal,
            )

        self.open_above(RevealSheet(names, column, go))

    def _reveal(self, source: str, key: Key, found: dict[str, Any]) -> None:
        if not self.isVisible() or source != self._page["source"]:
            return  # nobody looks at this row any more
        self._revealed[key] = found
        self._clock.start(int(found["seconds"]) * 1000)
        self._refill()
        self._say(self.tr("Masked again after 30 seconds, or when the window loses focus."), "warn_ink")

    def _fail_reveal(self, error: UserError) -> None:
        self._say(f"{error.message}. {error.hint}".strip(), "danger_ink")

    def mask_all(self) -> None:
        """Mask what was revealed."""
        if self._revealed:
            self._revealed.clear()
            self._refill()
            self._say("")

    def _refill(self) -> None:
        key, place = self.table.key(), self.table.verticalScrollBar().value()
        self._fill()
        self.table.choose(key)
        self.table.verticalScrollBar().setValue(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:  # nobody is looking: mask what was revealed
            self.mask_all()
        return super().eventFilter(watched, event)
