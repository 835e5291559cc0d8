"""Data: any view or source, page by page; statistics in the header; where a row came from and went to beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QLineEdit, QStackedWidget, QWidget

from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.filter import FilterSheet, filter_words
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.layout import card, clear, col, holder, label, row, rule, scroll
from lester_gui.ui.models.pages import PagedModel, Query
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens.data_side import RowPanel
from lester_gui.ui.views.data_table import DataTable
from lester_gui.ui.views.side import SideSplit
from lester_gui.ui.widgets import Button, Empty, MenuButton, QuickField
from lester_gui.ui.words import number, row_label, when


class DataScreen(Screen):
    """Rows of one view."""

    name = "data"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Data")
        self._views: list[dict[str, Any]] = []
        self.view: dict[str, Any] = {}
        self._wanted: dict[str, Any] = {}
        self._is_stale = False
        self._build()
        desk.opened.connect(self._reset)
        desk.changed.connect(self._project_changed)

    def enter(self, **target: Any) -> None:
        self._wanted = target
        session = self.desk.session
        self.ask("views", lambda _ctx: session.views(), self._take_views)
        self.window().installEventFilter(self)

    def leave(self) -> None:
        self.model.mask_all()

    def panes(self) -> list[QWidget]:
        return [self.table, self.panel]

    def find_field(self) -> QLineEdit:
        return self._find

    def set_narrow(self, narrow: bool) -> None:
        self._split.set_narrow(narrow)

    def go_back(self) -> bool:
        return self._split.close_drawer()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:  # nobody is looking: mask what was revealed
            self.model.mask_all()
        return False

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self._pick = MenuButton(tr("Views"), icon="view")
        self._pick.drop_down().aboutToShow.connect(self._fill_menu)
        self._chips = row(gap=6)
        add = Button(tr("Add filter"), "quiet", "plus")
        add.clicked.connect(self._ask_filter)
        self._find = QuickField(tr("Find a column"), width=160)
        self._find.returnPressed.connect(self._find_column)
        export = Button(tr("Export view…"), icon="export")
        export.set_tip(tr("The whole view as .csv, .parquet or .npy, with the values of persons"))
        export.clicked.connect(self._export)
        bar = row(self._pick, 4, self._chips, add, None, self._find, export)
        self.model = PagedModel(self._fetch)
        self.model.row_label = self._row_label
        self.table = DataTable(self.model, tr("Rows of the view"))
        self.table.row_chosen.connect(self._choose_row)
        self.table.sort_asked.connect(self._sort)
        self.table.reveal_asked.connect(self._ask_reveal)
        self.table.scrolled.connect(lambda *_span: self._show_foot())
        self.model.counted.connect(self._counted)
        self._foot, self._order = label("", "small", "2"), label("", "small", "3")
        grid = card(
            col((self.table, 1), rule(), row(self._foot, None, self._order, margins=(12, 8, 12, 8)), gap=0, margins=(1, 1, 1, 1))
        )
        body = holder(col(bar, (grid, 1), gap=12, margins=(24, 16, 24, 16)))
        self.panel = RowPanel(self.desk)
        self.panel.reveal_asked.connect(lambda: self._ask_reveal(self.table.currentIndex().row(), None))
        self.panel.closed.connect(self._close_panel)
        self._split = SideSplit(body, scroll(self.panel, "surface"), 316)
        go = Button(tr("Go to the pipelines"), "primary")
        go.clicked.connect(lambda: self.desk.go("project"))
        empty = Empty("data", tr("No rows yet"), tr("Run a pipeline: its sources and every view of its plan are shown here."), go)
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(self._split)
        self.setLayout(col((self._pages, 1), gap=0))

    # loading --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self._views, self.view, self._wanted = [], {}, {}
        self._find.clear()
        self.model.clear()
        self.panel.clear_row()
        self._pages.setCurrentIndex(0)

    def _project_changed(self, what: str) -> None:
        if what in ("runs", "cases"):
            self._is_stale = True

    def _take_views(self, views: list[dict[str, Any]]) -> None:
        self._views = views
        self._pages.setCurrentIndex(1 if views else 0)
        if not views:
            return
        wanted = self._wanted
        pipeline, _slash, name = str(wanted.get("target", "")).partition("/")
        pipeline = wanted.get("pipeline") or pipeline or self.view.get("pipeline", "")
        name = wanted.get("view") or wanted.get("source") or name or self.view.get("name", "")
        if name:
            found = next((v for v in views if v["name"] == name and (not pipeline or v["pipeline"] == pipeline)), None)
            found = found or next((v for v in views if v["name"] == name), None)
        else:
            of_pipeline = [v for v in views if not pipeline or v["pipeline"] == pipeline]
            found = of_pipeline[-1] if of_pipeline else None
        self.show_view(found or views[-1])
        self.ready.emit()
        if wanted.get("row_no") is not None:
            self.panel.load(self.view, int(wanted["row_no"]))

    def show_view(self, view: dict[str, Any]) -> None:
        """Show another view."""
        if view == self.view and not self._is_stale:
            return
        self.view, self._is_stale = view, False
        self._pick.set_text(view["name"])
        ran = (
            self.tr("%1, run %2, %3")
            .replace("%1", view["pipeline"])
            .replace("%2", str(view["run_id"]))
            .replace("%3", when(view["run_at"]))
        )
        self.set_fact(ran if view["pipeline"] else self.tr("source"))
        self.table.header.set_fields(view["columns"])
        self.model.show_view(view["columns"], view["rows"])
        self.panel.clear_row()
        self._show_filters()
        session = self.desk.session
        self.ask(
            "statistics", lambda _ctx: session.column_statistics(view["pipeline"], view["name"]), self.table.header.set_statistics
        )

    def _fetch(self, start: int, count: int, query: Query, deliver: Callable[[dict[str, Any]], None]) -> None:
        session, view = self.desk.session, self.view
        if session is not None:
            arguments = query.as_arguments()
            self.desk.ask(
                lambda _ctx: session.page(view["pipeline"], view["name"], start, count, **arguments), deliver, lane="pages"
            )

    def _row_label(self, row_no: int) -> str:
        return number(row_no) if self.view.get("kind") == "source" else row_label(row_no)

    # showing --------------------------------------------------------------------------------------------------------
    def _counted(self, _total: int, _of: int) -> None:
        self._show_foot()
        if not self.table.currentIndex().isValid() and self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 1))
        elif not self.panel.has_row and self.model.rowCount():
            # the focus made a row current while its page was on the way
            self._choose_row(self.table.currentIndex().row())

    def _show_foot(self) -> None:
        total, of = self.model.rowCount(), self.view.get("rows", 0)
        first = max(0, self.table.rowAt(0)) + 1
        last = self.table.rowAt(self.table.viewport().height() - 1) + 1 or total
        if not total:
            words = self.tr("No row passes the filter, %1 in the view").replace("%1", number(of))
        elif self.model.query.filters:
            words = self.tr("Rows %1 to %2 of %3 shown by the filter, %4 in the view")
        else:
            words = self.tr("Rows %1 to %2 of %3")
        for i, value in enumerate((first, last, total, of), 1):
            words = words.replace(f"%{i}", number(value))
        self._foot.setText(words)
        sort = self.model.query.sort
        order = self.tr("in the order of the script")
        if sort:
            order = (self.tr("sorted by %1, ascending") if sort[0][1] else self.tr("sorted by %1, descending")).replace(
                "%1", sort[0][0]
            )
        self._order.setText(order)

    def _choose_row(self, position: int) -> None:
        row_no = self.model.row_no(position)
        if row_no is not None and self.view:
            self.panel.load(self.view, row_no)
            self._split.set_panel(True)

    def _find_column(self) -> None:
        self.table.find_column(self._find.text())

    def _close_panel(self) -> None:
        if not self._split.close_drawer():
            self._split.set_panel(False)

    def _sort(self, column: int) -> None:
        field = self.model.fields[column]
        if field["personal"]:
            self.desk.messages.say(
                "accent",
                self.tr("%1 is masked").replace("%1", field["name"]),
                self.tr("Sorting by it would tell whose rows come first."),
            )
            return
        now = self.model.query.sort
        new: tuple[tuple[str, bool], ...] = ((field["name"], True),)
        if now and now[0][0] == field["name"]:
            new = ((field["name"], False),) if now[0][1] else ()
        self.table.header.set_sort(new[0] if new else None)
        self.model.set_query(Query(new, self.model.query.filters))

    def _ask_filter(self) -> None:
        fields = [f for f in self.model.fields if not f["personal"]]
        self.desk.sheet_wanted.emit(FilterSheet(fields, self._add_filter))

    def _add_filter(self, column: str, op: str, value: Any) -> None:
        self._set_filters((*self.model.query.filters, (column, op, value)))

    def _set_filters(self, filters: tuple[tuple[str, str, Any], ...]) -> None:
        self.model.set_query(Query(self.model.query.sort, filters))
        self._show_filters()

    def _show_filters(self) -> None:
        clear(self._chips)
        for entry in self.model.query.filters:
            button = Button(filter_words(*entry), "filter", "close")
            button.setAccessibleName(self.tr("Remove filter %1").replace("%1", filter_words(*entry)))
            rest = tuple(other for other in self.model.query.filters if other != entry)
            button.clicked.connect(lambda _on=False, kept=rest: QTimer.singleShot(0, self, lambda: self._set_filters(kept)))
            self._chips.addWidget(button)
        self._show_foot()

    def _ask_reveal(self, position: int, column: int | None) -> None:
        row_no = self.model.row_no(position) if position >= 0 else None
        names = [f["name"] for f in self.model.fields if f["personal"]]
        if row_no is None or not names:
            return
        session, view = self.desk.session, self.view
        first = self.model.fields[column]["name"] if column is not None else names[0]

        def go(name: str, reason: str) -> None:
            self.desk.ask(
                lambda _ctx: session.reveal(view["pipeline"], view["name"], row_no, name, reason),
                lambda found: shown(name, found),
            )

        def shown(name: str, found: dict[str, Any]) -> None:
            self.model.reveal(row_no, name, str(found["value"]))
            QTimer.singleShot(int(found["seconds"]) * 1000, self, lambda: self.model.mask(row_no, name))

        self.desk.sheet_wanted.emit(RevealSheet(names, first, go))

    def _fill_menu(self) -> None:
        menu = self._pick.drop_down()
        menu.clear()
        before = None
        for view in self._views:
            if view["pipeline"] != before:
                menu.addSection(view["pipeline"] or self.tr("Sources"))
                before = view["pipeline"]
            menu.addAction(f"{view['name']}   {number(view['rows'])}", lambda v=view: self.show_view(v))

    def _export(self) -> None:
        session, view = self.desk.session, self.view
        kinds = "CSV (*.csv);;Parquet (*.parquet);;NumPy (*.npy)"
        chosen, _kind = QFileDialog.getSaveFileName(
            self, self.tr("Export the view"), str(Path.home() / f"{view['name']}.csv"), kinds
        )
        if chosen:
            self.desk.ask(
                lambda _ctx: session.export(view["pipeline"], view["name"], Path(chosen)),
                lambda _done: self.desk.messages.say("ok", self.tr("The view was exported"),
                    self.tr("The file holds values of persons: keep it safe.")),
                name=self.tr("Exporting the view"),
            )  # fmt: skip
