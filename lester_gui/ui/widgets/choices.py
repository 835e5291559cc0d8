"""Choosing one of a few: segmented switch and tabs. Both are reached and moved by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QTabBar

from lester_gui.ui import painting, theme
from lester_gui.ui.fonts import font
from lester_gui.ui.widgets.buttons import Button


class Segmented(QFrame):
    """Two to five exclusive choices; left and right move between them.

    Signals
    -------
    chosen
        Index of the choice, when the person makes it.
    """

    chosen = Signal(int)

    def __init__(self, options: list[tuple[str, str]], active: int = 0, says: str = "") -> None:
        super().__init__()
        self.setProperty("segmented", "1")
        self.setAccessibleName(says)
        self._group = QButtonGroup(self)
        self._lay = QHBoxLayout(self)
        self._lay.setContentsMargins(2, 2, 2, 2)
        self._lay.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group.idClicked.connect(self.chosen)
        self.set_options(options, active)

    def set_options(self, options: list[tuple[str, str]], active: int = 0) -> None:
        """Replace the choices, each (words, icon name or empty)."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._lay.removeWidget(button)
            button.deleteLater()
        for i, (words, icon) in enumerate(options):
            button = Button(words, "segment", icon)
            button.setCheckable(True)
            button.setChecked(i == active)
            self._group.addButton(button, i)
            self._lay.addWidget(button)

    def index(self) -> int:
        return self._group.checkedId()

    def set_index(self, index: int) -> None:
        """Show a choice without saying that the person made it."""
        button = self._group.button(index)
        if button is not None:
            button.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        target = self._group.button(self.index() + step)
        if target is not None and target.isEnabled():
            target.setFocus(Qt.FocusReason.TabFocusReason)
            target.click()


class Tabs(QTabBar):
    """Tabs with an underline, and a sign beside those that are finished."""

    def __init__(self, names: list[str], says: str = "") -> None:
        super().__init__()
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setAccessibleName(says)
        self.setFont(font("body", 600))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name in names:
            self.addTab(name)
        theme.follow(self)

    def set_sign(self, index: int, icon: str = "", tone: str = "ok", says: str = "") -> None:
        """Put a sign beside a tab, or take it away."""
        self.setTabData(index, (icon, tone) if icon else None)
        self.setTabToolTip(index, says)
        self.setTabText(index, self.tabText(index))  # has the tabs laid out again, as wide as they are now

    def tabSizeHint(self, index: int) -> QSize:
        width = painting.text_width(self.tabText(index), "body", 600) + (20 if self.tabData(index) else 0) + 24
        return QSize(int(width), 38)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i in range(self.count()):
            rect = QRectF(self.tabRect(i)).adjusted(0, 0, -24, 0)
            on = i == self.currentIndex()
            ink = "ink" if on else "ink2" if self.isTabEnabled(i) else "disabled"
            width = painting.text_width(self.tabText(i), "body", 600)
            words = QRectF(rect.x(), 0, width + 4, rect.height() - 2)
            painting.text(painter, words, self.tabText(i), ink=ink, weight=600 if on else 500)
            sign = self.tabData(i)
            if sign:
                painting.icon(painter, sign[0], rect.x() + width + 6, rect.center().y() - 1, 13, sign[1])
            if on:
                painter.fillRect(QRectF(rect.x(), rect.height() - 2, rect.width(), 2), theme.qcolour("accent"))
                if self.hasFocus():
                    painter.setPen(QPen(theme.qcolour("focus"), 2))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRoundedRect(rect.adjusted(-5, 5, 5, -6), 5, 5)
        painter.end()
