"""A sheet over the window that asks one thing. What lies beneath is dimmed and cannot be reached until it is answered.

A sheet is a widget of the window, not a window of its own: it looks alike on every system, and nothing blocks while
it waits.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLayout, QPlainTextEdit, QPushButton, QWidget

from lester_gui.ui import theme
from lester_gui.ui.layout import card, shadow


class Sheet(QWidget):
    """Base of all sheets.

    Signals
    -------
    closed
        The sheet is gone, however it ended.
    """

    closed = Signal()
    width_wanted = 640

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._card = card(kind="raised")
        self._card.setParent(self)
        self._card.setAccessibleName(title)
        self._default: QPushButton | None = None
        self._focus_before: QWidget | None = None
        shadow(self._card)
        theme.follow(self)

    def set_content(self, layout: QLayout, first: QWidget | None = None, default: QPushButton | None = None) -> None:
        """Fill the card; `first` gets the focus, `default` is pressed by Enter."""
        self._card.setLayout(layout)
        self._first = first
        self._default = default

    def open_over(self, window: QWidget) -> None:
        """Show over a window."""
        self._focus_before = window.focusWidget()
        self.setParent(window)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self._place()
        self.show()
        self.raise_()
        (self._first or self._card).setFocus(Qt.FocusReason.OtherFocusReason)

    def open_above(self, sheet: Sheet) -> None:
        """Ask something more on a sheet above this one, which keeps what was entered and gets the focus back."""
        window = self.parentWidget()
        if window is not None:
            self.closed.connect(sheet.close_sheet)
            sheet.open_over(window)

    def close_sheet(self) -> None:
        """Take the sheet away and give the focus back."""
        window = self.parentWidget()
        if window is not None:
            window.removeEventFilter(self)
        self.hide()
        self.closed.emit()
        if self._focus_before is not None and self._focus_before.isVisible():
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()

    def may_close(self) -> bool:
        """Whether Esc may close the sheet now."""
        return True

    def relayout(self) -> None:
        """Size the card again after its content changed."""
        for child in reversed(self._card.findChildren(QWidget)):  # the innermost first: each tells the one around it
            layout = child.layout()
            if layout is not None:
                layout.activate()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        window = self.parentWidget()
        if event.type() == QEvent.Type.Resize and window is not None and watched is window:
            self.setGeometry(window.rect())
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.may_close():
                self.close_sheet()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            target = self.focusWidget()
            if isinstance(target, QPlainTextEdit):
                return
            button = target if isinstance(target, QPushButton) else self._default
            if button is not None and button.isEnabled():
                button.click()
        # nothing else may reach the window beneath

    def focusNextPrevChild(self, forward: bool) -> bool:
        stops = [w for w in self._tab_order() if w.isVisibleTo(self) and w.isEnabled()]
        if not stops:
            return True
        now = self.focusWidget()
        at = stops.index(now) if now in stops else (-1 if forward else 0)
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(reason)
        return True

    def mousePressEvent(self, event: QEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(self.rect()), theme.qcolour("scrim"))
        painter.end()

    def _tab_order(self) -> list[QWidget]:
        found: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            if self.isAncestorOf(widget) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                found.append(widget)
            widget = widget.nextInFocusChain()
        return found

    def _place(self) -> None:
        width = min(self.width_wanted, self.width() - 48)
        self._card.setFixedWidth(width)
        layout = self._card.layout()
        if layout is None:
            return
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        height = min(height, self.height() - 40)
        self._card.setFixedHeight(height)
        self._card.move((self.width() - width) // 2, max(20, (self.height() - height) // 2 - 20))
