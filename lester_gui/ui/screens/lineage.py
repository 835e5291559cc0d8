"""Lineage of one person: the graph, and its twin as a table that says the same in words."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QLineEdit, QStackedWidget, QWidget

from lester_gui.ui import theme
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.origin import OriginSheet
from lester_gui.ui.layout import card, col, holder, label, row, rule
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screen import Screen
from lester_gui.ui.views.graph import LineageGraph
from lester_gui.ui.views.graph_overlays import Overlays
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Chip, Empty, Icon, MenuButton, QuickField, Segmented
from lester_gui.ui.words import number


class LineageScreen(Screen):
    """Graph and table of one person's lineage."""

    name = "person"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Lineage")
        self.token = ""
        self._pipeline = ""
        self._graph_document: dict[str, Any] = {"lanes": [], "nodes": [], "edges": []}
        back = Button(self.tr("Back to person"))
        back.clicked.connect(lambda: desk.go("person", token=self.token))
        self.buttons = [back]
        self._build()
        desk.opened.connect(self._reset)
        desk.changed.connect(lambda what: self._forget() if what in ("runs", "cases") else None)

    def enter(self, token: str = "", node: str = "", **_target: Any) -> None:
        if token and (token != self.token or not self._graph_document["nodes"]):
            self.token = token
            self._load()
        if node:
            self.graph.set_current(node)
            self._light(node)

    def panes(self) -> list[QWidget]:
        return [self.graph, self.table]

    def find_field(self) -> QLineEdit:
        return self._find

    def go_back(self) -> bool:
        if self._path_card.isVisible():
            self._clear_path()
        else:
            self.desk.go("person", token=self.token)
        return True

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self._mode = Segmented([(tr("Graph"), "graph"), (tr("Table"), "table")], 0, tr("Graph or table"))
        self._mode.chosen.connect(self._set_mode)
        self._person = Chip("", "person", "person")
        self._choice = MenuButton(tr("All pipelines"), icon="filter")
        self._choice.drop_down().aboutToShow.connect(self._fill_choice)
        self._whole = Button(tr("Whole project"), "quiet")
        self._whole.setCheckable(True)
        self._whole.set_tip(tr("Also show what this person never reached"))
        self._whole.toggled.connect(self._set_whole)
        self._find = QuickField(tr("Find in the graph"), width=190)
        self._find.returnPressed.connect(self._find_node)
        export = Button(tr("Export…"), icon="export")
        export.clicked.connect(self._ask_export)
        bar = row(self._mode, 4, self._person, self._choice, self._whole, None, self._find, export)
        self._sentence = label("", "body", "person_ink", wrap=True)
        clear = Button(tr("Clear path"), "link")
        clear.clicked.connect(self._clear_path)
        line = row(Icon("graph", "person_ink"), (self._sentence, 1), clear, label("Esc", "caption", "3"), margins=(12, 7, 12, 7))
        self._path_card = card(line, tone="person")
        self._path_card.hide()
        self.graph = LineageGraph()
        self.graph.lit.connect(self._light)
        self.graph.opened.connect(self._open)
        self._overlays = Overlays(self.graph)
        columns = [Column(tr("From"), 200), Column(tr("Rows or columns"), 180), Column(tr("Kind"), 130), Column(tr("To"), 220),
                   Column(tr("Rows or columns")), Column(tr("Reached"), 110)]  # fmt: skip
        self.table = RecordTable(RecordModel(columns), 34, says=tr("Links of the lineage"))
        self.table.lit.connect(lambda key: self._light(key[1]))
        self.table.opened.connect(lambda key: self._open(self._node(key[1])))
        self._count = label("", "small", "3")
        foot = row(
            self._count, None, label(tr("Space lights the path of a row, Enter opens it."), "small", "3"), margins=(12, 8, 12, 8)
        )
        twin = holder(col((card(col((self.table, 1), rule(), foot, gap=0, margins=(1, 2, 1, 1))), 1), margins=(24, 0, 24, 16)))
        self._views = QStackedWidget()
        self._views.addWidget(holder(col(rule(), (self.graph, 1), gap=0)))
        self._views.addWidget(twin)
        page = holder(col(holder(col(bar, self._path_card, gap=12, margins=(24, 16, 24, 12))), (self._views, 1), gap=0))
        go = Button(tr("Search a person"), "primary", "search")
        go.clicked.connect(lambda: self.desk.go("person"))
        self._pages = QStackedWidget()
        self._pages.addWidget(
            Empty("graph", tr("No person chosen"), tr("The graph shows how one person reached models and predictions."), go)
        )
        self._pages.addWidget(page)
        self.setLayout(col((self._pages, 1), gap=0))

    # loading --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self.token, self._pipeline = "", ""
        self._choice.set_text(self.tr("All pipelines"))
        self._whole.setChecked(False)
        self._mode.set_index(0)
        self._set_mode(0)
        self._forget()

    def _forget(self) -> None:
        self._graph_document = {"lanes": [], "nodes": [], "edges": []}
        self._pages.setCurrentIndex(0)

    def _load(self) -> None:
        session, token, pipeline = self.desk.session, self.token, self._pipeline or None
        self.set_fact(self.tr("Person %1").replace("%1", token))
        self._person.set_state(self.tr("Person %1").replace("%1", token), "person", "person")
        self._clear_path()
        self.ask("graph", lambda _ctx: session.graph(token, pipeline), self._take, name=self.tr("Drawing the lineage"))

    def _take(self, graph: dict[str, Any]) -> None:
        self._graph_document = graph
        self._pages.setCurrentIndex(1)
        self.graph.show_graph(graph)
        self._fill_table()
        self._overlays.minimap.update()
        self.ready.emit()

    def _node(self, key: str) -> dict[str, Any]:
        return next(n for n in self._graph_document["nodes"] if n["id"] == key)

    # path -----------------------------------------------------------------------------------------------------------
    def _light(self, node: str) -> None:
        session, token = self.desk.session, self.token
        self.ask("path", lambda _ctx: session.path(token, node), self._show_path)

    def _show_path(self, path: dict[str, Any]) -> None:
        self._sentence.setText(path["sentence"])
        self._path_card.show()
        self.graph.light(path)
        self._fill_table(path)
        self._overlays.minimap.update()

    def _clear_path(self) -> None:
        self._path_card.hide()
        self.graph.light(None)
        self._fill_table()
        self._overlays.minimap.update()

    # table ----------------------------------------------------------------------------------------------------------
    def _fill_table(self, path: dict[str, Any] | None = None) -> None:
        nodes = {n["id"]: n for n in self._graph_document["nodes"]}
        on_path = {tuple(e) if isinstance(e, (list, tuple)) else (e["from"], e["to"]) for e in path["edges"]} if path else set()
        edges = self._graph_document["edges"]
        if path:
            edges = [e for e in edges if (e["from"], e["to"]) in on_path]
        elif not self._whole.isChecked():
            edges = [e for e in edges if e["touched"]]
        records = []
        for e in edges:
            a, b = nodes[e["from"]], nodes[e["to"]]
            reached = cells.text(self.tr("yes") if e["touched"] else self.tr("no"), "ink2" if e["touched"] else "ink3")
            kind = cells.line(e["kind"]) if e["touched"] else cells.text(e["kind"], "ink3")
            records.append(Record([cells.icon(a["lane"], a["title"]), cells.text(a["fact"], "ink2"), kind,
                                   cells.icon(b["lane"], b["title"]), cells.text(b["fact"], "ink2"), reached], (e["from"],
                                       e["to"])))  # fmt: skip
        self.table.records().set_records(records)
        words = self.tr("%1 of %2 links, the same as in the graph.")
        self._count.setText(words.replace("%1", number(len(records))).replace("%2", number(len(self._graph_document["edges"]))))

    def _open(self, node: dict[str, Any]) -> None:
        if node["lane"] in ("source", "view"):
            self.desk.go("data", view=node["title"])
        elif node["lane"] == "feature":
            pipeline = node.get("pipeline") or self._pipeline or self._only_pipeline()
            self.desk.sheet_wanted.emit(OriginSheet(self.desk, pipeline, node["title"]))
        elif node["lane"] == "model":
            self.desk.go("rewrite", pipeline=node.get("pipeline") or node["title"])
        else:
            self._light(node["id"])

    def _only_pipeline(self) -> str:
        pipelines = self.desk.overview.get("pipelines", [])
        return pipelines[0]["name"] if pipelines else ""

    # choices --------------------------------------------------------------------------------------------------------
    def _find_node(self) -> None:
        self.graph.find_node(self._find.text())

    def show_table(self, table: bool) -> None:
        """Show the table, or the graph again."""
        self._mode.set_index(int(table))
        self._set_mode(int(table))
        (self.table if table else self.graph).setFocus()

    def _set_mode(self, mode: int) -> None:
        self._views.setCurrentIndex(mode)

    def _set_whole(self, whole: bool) -> None:
        self.graph.set_touched_only(not whole)
        self._fill_table()

    def _fill_choice(self) -> None:
        menu = self._choice.drop_down()
        menu.clear()
        menu.addAction(self.tr("All pipelines"), lambda: self._choose(""))
        for p in self.desk.overview.get("pipelines", []):
            menu.addAction(p["name"], lambda name=p["name"]: self._choose(name))

    def _choose(self, pipeline: str) -> None:
        self._pipeline = pipeline
        self._choice.set_text(pipeline or self.tr("All pipelines"))
        self._load()

    # export ---------------------------------------------------------------------------------------------------------
    def _ask_export(self) -> None:
        kinds = "SVG (*.svg);;PNG (*.png);;CSV (*.csv)"
        chosen, _kind = QFileDialog.getSaveFileName(self, self.tr("Export the lineage"), str(Path.home() / "lineage.svg"), kinds)
        if chosen:
            self.export(Path(chosen))

    def export(self, path: Path) -> None:
        """Write what is shown, with its links, as .svg, .png or .csv."""
        area = self.graph.sceneRect()
        if path.suffix == ".csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(column.title for column in self.table.records().columns)
                for i in range(self.table.records().rowCount()):
                    writer.writerow(cell.words() for cell in self.table.records().record(i).cells)
        elif path.suffix == ".svg":
            picture = QSvgGenerator()
            picture.setFileName(str(path))
            picture.setSize(QSize(int(area.width()), int(area.height())))
            picture.setViewBox(QRectF(0, 0, area.width(), area.height()))
            painter = QPainter(picture)
            self.graph.scene().render(painter, QRectF(0, 0, area.width(), area.height()), area)
            painter.end()
        else:
            image = QImage(int(area.width() * 2), int(area.height() * 2), QImage.Format.Format_RGB32)
            image.fill(theme.qcolour("window"))
            painter = QPainter(image)
            self.graph.scene().render(painter, QRectF(image.rect()), area)
            painter.end()
            image.save(str(path))
        self.desk.messages.say("ok", self.tr("The lineage was exported"), path.name)
