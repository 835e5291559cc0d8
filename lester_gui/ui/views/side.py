"""Body with a side panel; in a narrow window the panel is a drawer over the body that Esc closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lester_gui.ui.layout import rule


class SideSplit(QWidget):
    """Two parts side by side; the right one has a fixed width."""

    def __init__(self, body: QWidget, side: QWidget, width: int) -> None:
        super().__init__()
        self._side = side
        self._rule = rule(vertical=True)
        self._has_rule = True
        self._narrow = False
        self._open = True
        side.setFixedWidth(width)
        side.setProperty("bg", "surface")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lay = QHBoxLayout(self)
        self._lay.setContentsMargins(0, 0, 0, 0)
        self._lay.setSpacing(0)
        self._lay.addWidget(body, 1)
        self._lay.addWidget(self._rule)
        self._lay.addWidget(side)

    def set_borderless(self) -> None:
        """Leave out the line between the parts, where the side is a card of its own."""
        self._has_rule = False
        self._rule.hide()

    def set_narrow(self, narrow: bool) -> None:
        """Turn the panel into a drawer, closed at first, or back."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        if narrow:
            self._lay.removeWidget(self._rule)
            self._lay.removeWidget(self._side)
            self.close_drawer()
        else:
            self._lay.addWidget(self._rule)
            self._lay.addWidget(self._side)
            self._set_shown(True)

    def open_drawer(self) -> None:
        """Show the panel; does nothing where it is always shown."""
        if self._narrow:
            self._place()
            self._set_shown(True)
            self._rule.raise_()
            self._side.raise_()

    def close_drawer(self) -> bool:
        """Hide the drawer; False when there was none to hide."""
        if not self._narrow or not self._open:
            return False
        self._set_shown(False)
        return True

    def set_panel(self, shown: bool) -> None:
        """Show or hide the panel where it stands beside the body."""
        if not self._narrow:
            self._set_shown(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._narrow:
            self._place()

    def _place(self) -> None:
        left = self.width() - self._side.width()
        self._side.setGeometry(left, 0, self._side.width(), self.height())
        self._rule.setGeometry(left - 1, 0, 1, self.height())

    def _set_shown(self, shown: bool) -> None:
        self._open = shown
        self._side.setVisible(shown)
        self._rule.setVisible(shown and (self._has_rule or self._narrow))
