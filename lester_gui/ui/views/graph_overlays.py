"""What floats over the lineage graph: legend, zoom and minimap, on one bottom line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.layout import card, label, row, rule
from lester_gui.ui.views.graph import LineageGraph
from lester_gui.ui.views.graph_layout import HEIGHT
from lester_gui.ui.widgets import Button, Painted

MARGIN = 24
STRIP = 64  # height kept free below the graph for legend and zoom


class Minimap(QWidget):
    """All nodes small, and what is visible; a click goes there."""

    def __init__(self, graph: LineageGraph) -> None:
        super().__init__(graph)
        self._graph = graph
        self.setFixedSize(202, 122)
        self.setAccessibleName(self.tr("Map of the whole graph"))
        graph.zoomed.connect(lambda _s: self.update())
        graph.horizontalScrollBar().valueChanged.connect(lambda _v: self.update())
        graph.verticalScrollBar().valueChanged.connect(lambda _v: self.update())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.qcolour("line"), 1))
        painter.setBrush(theme.qcolour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        scale = self._scale()
        painter.translate(8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        for item in self._graph.nodes.values():
            painter.setBrush(theme.qcolour("person" if item.lit else "edge"))
            node = item.node
            box = QRectF(node.x * scale, (node.y - 40) * scale, node.width * scale, max(3.0, HEIGHT * scale * 0.8))
            painter.drawRoundedRect(box, 1.5, 1.5)
        seen = self._graph.mapToScene(self._graph.viewport().rect()).boundingRect()
        painter.setPen(QPen(theme.qcolour("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(seen.x() * scale, seen.y() * scale, seen.width() * scale, seen.height() * scale)
        painter.drawRoundedRect(frame.intersected(QRectF(-3, -3, 192, 112)), 4, 4)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        scale = self._scale()
        self._graph.centerOn((event.position().x() - 8) / scale, (event.position().y() - 8) / scale + 40)

    def _scale(self) -> float:
        scene = self._graph.sceneRect()
        return min(186 / max(1.0, scene.width()), 106 / max(1.0, scene.height()))


class Overlays(QObject):
    """Legend, zoom and minimap, kept at the bottom of the graph."""

    def __init__(self, graph: LineageGraph) -> None:
        super().__init__(graph)
        self._graph = graph
        self.minimap = Minimap(graph)
        legend = Painted(
            self._paint_legend, 484, 32, self.tr("Solid lines: data. Dashed: a filter or join. Dotted: an average or weight.")
        )
        self._legend = card(row(legend))
        out, inn = Button("", "quiet", "minus"), Button("", "quiet", "plus")
        fit = Button(self.tr("Fit"), "quiet", "fit")
        out.setAccessibleName(self.tr("Zoom out"))
        inn.setAccessibleName(self.tr("Zoom in"))
        out.setToolTip(self.tr("Zoom out (−)"))
        inn.setToolTip(self.tr("Zoom in (+)"))
        self._scale = label("100 %", "small", "2")
        self._scale.setMinimumWidth(40)
        self._scale.setAlignment(Qt.AlignmentFlag.AlignCenter)
        out.clicked.connect(lambda: graph.scale_to(graph.transform().m11() * 0.8))
        inn.clicked.connect(lambda: graph.scale_to(graph.transform().m11() * 1.25))
        fit.clicked.connect(graph.fit_all)
        graph.zoomed.connect(lambda scale: self._scale.setText(f"{scale:.0%}".replace("%", " %")))
        self._zoom = card(row(out, self._scale, inn, rule(vertical=True), fit, gap=4, margins=(4, 2, 4, 2)))
        for part in (self._legend, self._zoom):
            part.setParent(graph)
        graph.setViewportMargins(0, 0, 0, STRIP)
        graph.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.place()
        return False

    def place(self) -> None:
        """Put the parts where they belong."""
        width, bottom = self._graph.width(), self._graph.height() - 16
        for part in (self._legend, self._zoom):
            part.adjustSize()
        self._legend.move(MARGIN, bottom - self._legend.height())
        self.minimap.move(width - MARGIN - self.minimap.width(), bottom - self.minimap.height())
        self._zoom.move(self.minimap.x() - 12 - self._zoom.width(), bottom - self._zoom.height())
        self._legend.setVisible(self._legend.geometry().right() < self._zoom.x())

    def _paint_legend(self, painter: QPainter, rect: QRectF) -> None:
        x = 12.0
        for kind, words in (
            ("data", self.tr("data")),
            ("control", self.tr("control: a filter or join")),
            ("state", self.tr("state: an average or weight")),
        ):
            painting.kind_line(painter, x, rect.center().y(), kind)
            painting.text(painter, QRectF(x + 34, 0, 200, rect.height()), words, "small", "ink2")
            x += 34 + painting.text_width(words, "small") + 22
