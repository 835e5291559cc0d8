"""The rail on the left: the project, six screens with counts, help and preferences; icons only when narrow."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.actions import RAIL, TABLE, Actions
from lester_gui.ui.layout import col

WIDE, NARROW = 208, 56


class RailItem(QAbstractButton):
    """Entry of the rail: icon, name, and at the right a count or a key."""

    def __init__(self, icon: str, name: str, side: str = "") -> None:
        super().__init__()
        self._icon, self._side = icon, side
        self.narrow = False
        self.setText(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(34)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.follow(self)

    def set_side(self, side: str, says: str = "") -> None:
        """Show a count, with its meaning for screen readers."""
        self._side = side
        self.setAccessibleDescription(says)
        self.update()

    def side(self) -> str:
        return self._side

    def sizeHint(self) -> QSize:
        return QSize(40 if self.narrow else 184, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, on = QRectF(self.rect()), self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        if on or self.underMouse():
            painter.setBrush(theme.qcolour("pressed" if on else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        if on:
            painter.setBrush(theme.qcolour("accent"))
            painter.drawRoundedRect(QRectF(0, 8, 3, rect.height() - 16), 1.5, 1.5)
        painting.icon(painter, self._icon, 11 if self.narrow else 12, rect.center().y(), 18, "accent" if on else "ink2")
        if not self.narrow:
            words, weight = ("ink", 600) if on else ("ink2", 500)
            painting.text(painter, rect.adjusted(40, 0, -10, 0), self.text(), ink=words, weight=weight)
            painting.text(painter, rect.adjusted(0, 0, -12, 0), self._side, "small", "ink3", right=True)
        _focus_ring(painter, self, rect)
        painter.end()


class ProjectSwitch(QAbstractButton):
    """Lester's mark, the project's name and how many pipelines it has; opens the list of projects."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = False
        self._fact = ""
        self.setFixedHeight(44)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_project("", "")
        theme.follow(self)

    def set_project(self, name: str, fact: str) -> None:
        """Show another project."""
        self.setText(name)
        self._fact = fact
        self.setAccessibleName(self.tr("Project %1: close it or open another").replace("%1", name))
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40 if self.narrow else 184, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rect = QRectF(self.rect())
        if self.underMouse():
            painter.setBrush(theme.qcolour("hover"))
            painter.drawRoundedRect(rect, 6, 6)
        painter.setBrush(theme.qcolour("accent_fill"))
        painter.drawRoundedRect(QRectF(4, 6, 32, 32), 8, 8)
        painting.mark(painter, QRectF(9, 11, 22, 22))
        if not self.narrow:
            painting.text(painter, QRectF(46, 3, 116, 20), self.text(), "strong")
            painting.text(painter, QRectF(46, 22, 116, 16), self._fact, "small", "ink3")
            painting.icon(painter, "down", 164, 22, 12, "ink3")
        _focus_ring(painter, self, rect)
        painter.end()


class Rail(QWidget):
    """The rail.

    Signals
    -------
    chosen
        Name of the screen that was chosen.
    """

    chosen = Signal(str)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setProperty("bg", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        specs = {spec.id: spec for spec in TABLE}
        self.switch = ProjectSwitch()
        self._group = QButtonGroup(self)
        self._items: dict[str, RailItem] = {}
        for name in RAIL:
            item = RailItem(specs[name].icon, actions[name].text())
            item.setCheckable(True)
            item.setToolTip(f"{actions[name].text()} ({actions.key(name)})")
            item.clicked.connect(lambda _on=False, n=name: self.chosen.emit(n))
            self._group.addButton(item)
            self._items[name] = item
        self._help = RailItem("help", actions["help"].text(), actions.key("help"))
        self._help.clicked.connect(actions["help"].trigger)
        self._preferences = RailItem("settings", actions["preferences"].text())
        self._preferences.clicked.connect(actions["preferences"].trigger)
        self._lay = col(self.switch, 12, *self._items.values(), None, self._help, self._preferences, gap=2)
        self.setLayout(self._lay)
        self.set_narrow(False)

    def item(self, name: str) -> RailItem:
        return self._items[name]

    def set_active(self, name: str) -> None:
        """Mark the entry of the screen that is shown."""
        if name in self._items:
            self._items[name].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Icons only, or icons with names."""
        self.setFixedWidth(NARROW if narrow else WIDE)
        self._lay.setContentsMargins(*((8, 12, 8, 12) if narrow else (12, 12, 12, 12)))
        entries: list[RailItem | ProjectSwitch] = [self.switch, *self._items.values(), self._help, self._preferences]
        for item in entries:
            item.narrow = narrow
            item.updateGeometry()
            item.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


def _focus_ring(painter: QPainter, widget: QWidget, rect: QRectF) -> None:
    if widget.hasFocus():
        painter.setPen(QPen(theme.qcolour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
