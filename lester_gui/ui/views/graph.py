"""The lineage graph: lanes, one lit path, the rest dimmed; arrows move, Space lights, Enter opens, Esc clears.

The table twin shows the same links for keyboards and screen readers.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.views.graph_layout import HEIGHT, LANE, LANES, LEFT, STEP, TOP, WIDTH, Link, Placed, place
from lester_gui.ui.words import number

HEAD = 44


class NodeItem(QGraphicsItem):
    """One node."""

    def __init__(self, node: Placed) -> None:
        super().__init__()
        self.node = node
        self.lit = node.touched
        self.current = False
        self.setPos(node.x, node.y)
        self.setZValue(2)

    def boundingRect(self) -> QRectF:
        return QRectF(-5, -5, self.node.width + 10, HEIGHT + 10)

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        node = self.node
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(0, 10, node.width, 28) if node.folded else QRectF(0, 0, node.width, HEIGHT)
        radius = 14 if node.folded else 8
        if self.current:
            painter.setPen(QPen(theme.qcolour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), radius + 2, radius + 2)
        painter.setPen(QPen(theme.qcolour("person" if self.lit else "line"), 1.2 if self.lit else 1))
        painter.setBrush(theme.qcolour("person_tint" if self.lit else "window" if node.folded else "surface"))
        painter.drawRoundedRect(rect, radius, radius)
        if node.folded:
            painting.icon(painter, "plus", 9, 24, 12, "ink3")
            words = QCoreApplication.translate("Lineage", "%1 more").replace("%1", number(node.folded))
            painting.text(painter, QRectF(26, 10, node.width - 30, 28), words, "small", "ink3", weight=500)
            return
        painting.icon(
            painter, LANES[node.lane] if node.lane < len(LANES) else "dot", 10, 15.5, 15, "person" if self.lit else "ink3"
        )
        title = QRectF(31, 6, node.width - 38, 19)
        painting.text(painter, title, node.title, "small", "ink" if self.lit else "ink3", weight=600 if self.lit else 500)
        fact = QRectF(10, 27, node.width - 14, 17)
        painting.text(painter, fact, node.fact, "caption", "person_ink" if self.lit else "ink3", weight=500 if self.lit else 400)


class LinkItem(QGraphicsItem):
    """One edge in the style of its kind."""

    def __init__(self, link: Link, start: Placed, end: Placed) -> None:
        super().__init__()
        self.link = link
        self.lit = link.touched
        self._path = _route(start, end)
        self.setZValue(1 if link.touched else 0)

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(painting.kind_pen(self.link.kind) if self.lit else painting.kind_pen(self.link.kind, "band_line", 1.2))
        painter.drawPath(self._path)


class LineageGraph(QGraphicsView):
    """View of the graph.

    Signals
    -------
    lit
        Id of the node whose path should be lit.
    opened
        The node (as the session gave it) that should be opened.
    zoomed
        Scale, 1.0 is 100 %.
    """

    lit = Signal(str)
    opened = Signal(dict)
    zoomed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._scene = QGraphicsScene(self)  # with a parent: a scene that Python frees leaves an empty view
        self.setScene(self._scene)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self._graph: dict[str, Any] = {"lanes": [], "nodes": [], "edges": []}
        self._unfolded: set[str] = set()
        self._touched_only = True
        self.nodes: dict[str, NodeItem] = {}
        self.links: list[LinkItem] = []
        self._current = ""
        self._path: dict[str, Any] | None = None
        self.setAccessibleName(self.tr("Lineage graph; the table shows the same"))
        self.viewport().setAccessibleName(self.accessibleName())
        theme.follow(self, "_repaint")

    # content --------------------------------------------------------------------------------------------------------
    def show_graph(self, graph: dict[str, Any]) -> None:
        """Show another graph."""
        self._graph, self._unfolded, self._path = graph, set(), None
        self._current = ""
        self._rebuild()
        self.fit_width()

    def set_touched_only(self, only: bool) -> None:
        """Fold what the person never reached, or show more of it."""
        self._touched_only = only
        self._rebuild()

    def light(self, path: dict[str, Any] | None) -> None:
        """Light one path and dim the rest; None lights all that the person touched."""
        self._path = path
        nodes = set(path["nodes"]) if path else set()
        links = {tuple(e) if isinstance(e, (list, tuple)) else (e["from"], e["to"]) for e in path["edges"]} if path else set()
        for key, item in self.nodes.items():
            item.lit = key in nodes if path else item.node.touched
        for link in self.links:
            link.lit = (link.link.start, link.link.end) in links if path else link.link.touched
            link.setZValue(1 if link.lit else 0)
        self.viewport().update()

    def find_node(self, wanted: str) -> bool:
        """Make the next node whose title contains `wanted` current."""
        keys = [k for k, item in self.nodes.items() if wanted.lower() in item.node.title.lower()]
        if not wanted or not keys:
            return False
        at = keys.index(self._current) + 1 if self._current in keys else 0
        self.set_current(keys[at % len(keys)])
        return True

    def current(self) -> str:
        return self._current

    def set_current(self, key: str) -> None:
        """Move to a node; the view scrolls only if it is out of sight."""
        for name, item in self.nodes.items():
            item.current = name == key
        self._current = key
        here = self.nodes.get(key)
        if here is not None:
            self.ensureVisible(here, 24, HEAD + 16)
            words = f"{here.node.title}, {here.node.fact}"
            self.setAccessibleDescription(words)
        self.viewport().update()

    def _repaint(self) -> None:
        self.viewport().update()

    def _rebuild(self) -> None:
        placed, links = place(self._graph, self._unfolded, self._touched_only)
        self._scene.clear()
        self.nodes = {key: NodeItem(node) for key, node in placed.items()}
        self.links = [LinkItem(link, placed[link.start], placed[link.end]) for link in links]
        for part in [*self.links, *self.nodes.values()]:
            self._scene.addItem(part)
        lanes = max(1, len(self._graph["lanes"]))
        lowest = max((node.slot for node in placed.values()), default=0)
        self._scene.setSceneRect(0, 0, LEFT + (lanes - 1) * LANE + WIDTH + 24, TOP + (lowest + 1) * STEP + 80)
        self.light(self._path)
        if self._current in self.nodes:
            self.set_current(self._current)

    # zoom -----------------------------------------------------------------------------------------------------------
    def scale_to(self, scale: float) -> None:
        """Zoom; the middle of the view stays where it is."""
        scale = min(2.0, max(0.4, scale))
        middle = self.mapToScene(self.viewport().rect().center())
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(middle)
        self.zoomed.emit(scale)

    def fit_width(self) -> None:
        """Use 100 %, or less if the lanes are wider than the view."""
        self.resetTransform()
        wide = self._scene.sceneRect().width()
        scale = min(1.0, max(0.4, self.viewport().width() / wide)) if wide else 1.0
        self.scale(scale, scale)
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)
        self.zoomed.emit(scale)

    def fit_all(self) -> None:
        """Show the whole graph."""
        scene, view = self._scene.sceneRect(), self.viewport()
        self.scale_to(min(1.0, view.width() / max(1.0, scene.width()), view.height() / max(1.0, scene.height())))
        self.verticalScrollBar().setValue(0)
        self.horizontalScrollBar().setValue(0)

    # Qt -------------------------------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        key = Qt.Key(event.key())
        if key in moves:
            self._move(*moves[key])
        elif key == Qt.Key.Key_Space and self._current:
            self._light_current()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current:
            self._open_current()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.scale_to(self.transform().m11() * (1.25 if key == Qt.Key.Key_Plus else 0.8))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if isinstance(item, NodeItem):
            self.set_current(item.node.id)
            self._light_current()
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if isinstance(self.itemAt(event.position().toPoint()), NodeItem):
            self._open_current()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.scale_to(self.transform().m11() * (1.1 if event.angleDelta().y() > 0 else 0.9))
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self._current and self.nodes:
            self.set_current(next(iter(self.nodes)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.transform().m11() <= 1.0:
            self.fit_width()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, theme.qcolour("window"))
        for i in range(0, max(1, len(self._graph["lanes"])), 2):
            x = LEFT + i * LANE - 22
            start = min(float(rect.left()), 0.0) if i == 0 else x
            painter.fillRect(QRectF(start, rect.top(), x + LANE - start, rect.height()), theme.qcolour("sunken"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = self.viewport().width()
        painter.fillRect(QRectF(0, 0, wide, HEAD), theme.qcolour("window"))
        names = [
            self.tr("Sources"),
            self.tr("Views"),
            self.tr("Train and test"),
            self.tr("Features"),
            self.tr("Models"),
            self.tr("Predictions"),
        ]
        for i, lane in enumerate(lane for lane in LANES if lane in self._graph["lanes"]):
            x = self.mapFromScene(QPointF(LEFT + i * LANE, 0)).x()
            far = self.mapFromScene(QPointF(LEFT + (i + 1) * LANE - 22, 0)).x()
            if i % 2 == 0:
                near = 0 if i == 0 else self.mapFromScene(QPointF(LEFT + i * LANE - 22, 0)).x()
                painter.fillRect(QRectF(near, 0, far - near, HEAD), theme.qcolour("sunken"))
            painting.icon(painter, lane, x, 23.5, 15, "ink3")
            painting.text(painter, QRectF(x + 21, 12, far - x - 50, 23), names[LANES.index(lane)], "smallstrong", "ink2")
            count = number(sum(n["lane"] == lane for n in self._graph["nodes"]))
            painting.text(painter, QRectF(x, 12, far - x - 26, 23), count, "small", "ink3", right=True)
        painter.fillRect(QRectF(0, HEAD, wide, 1), theme.qcolour("line"))
        painter.end()

    def _move(self, lanes: int, slots: int) -> None:
        here = self.nodes.get(self._current)
        if here is None:
            return
        node = here.node
        if slots:
            column = sorted((n.node for n in self.nodes.values() if n.node.lane == node.lane), key=lambda n: n.slot)
            at = min(len(column) - 1, max(0, column.index(node) + slots))
            self.set_current(column[at].id)
            return
        lane = node.lane + lanes
        column = [n.node for n in self.nodes.values() if n.node.lane == lane]
        if column:
            self.set_current(min(column, key=lambda n: abs(n.slot - node.slot)).id)

    def _light_current(self) -> None:
        node = self.nodes[self._current].node
        if node.folded:
            self._open_current()
        else:
            self.lit.emit(node.id)

    def _open_current(self) -> None:
        node = self.nodes[self._current].node
        if node.folded:
            self._unfolded.add(node.document["lane"])
            self._rebuild()  # the camera stays where it is
        else:
            self.opened.emit(node.document)


def _route(start: Placed, end: Placed) -> QPainterPath:
    """Curve from the right of one node to the left of another; within a lane a line down or a bow at the right."""
    out = QPointF(start.x + start.width, start.y + (24 if start.folded else HEIGHT / 2))
    into = QPointF(end.x, end.y + (24 if end.folded else HEIGHT / 2))
    if start.lane != end.lane:
        bend = min(60.0, abs(into.x() - out.x()) * 0.55)
        path = QPainterPath(out)
        path.cubicTo(out + QPointF(bend, 0), into - QPointF(bend, 0), into)
        return path
    if 0 < end.slot - start.slot <= 1.5:
        path = QPainterPath(QPointF(start.x + start.width / 2, start.y + HEIGHT))
        path.lineTo(QPointF(end.x + end.width / 2, end.y))
        return path
    into = QPointF(end.x + end.width, into.y())
    bow = 22 + 5 * abs(end.slot - start.slot)
    path = QPainterPath(out)
    path.cubicTo(out + QPointF(bow, 0), into + QPointF(bow, 0), into)
    return path
