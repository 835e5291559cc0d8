"""A finding at the top of a screen or card: what happened, what to do, and the button that does it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets.chips import Icon

ICONS = {"ok": "check-circle", "accent": "help", "warn": "refresh", "danger": "alert", "person": "person"}


class Banner(QFrame):
    """Panel in a tone with icon, title, one sentence and, if something can be done, buttons."""

    def __init__(self, tone: str, title: str, body: str = "", icon: str = "", large: bool = False) -> None:
        super().__init__()
        self.setProperty("tone", tone)
        self._icon = Icon(icon or ICONS[tone], f"{tone}_ink", 24 if large else 18)
        self._title = label(title, "heading" if large else "strong", f"{tone}_ink", wrap=True)
        self._body = label(body, "body" if large else "small", "2", wrap=True)
        if not body:
            self._body.hide()
        margins = (16, 12, 12, 12) if large else (12, 8, 12, 8)
        self._row: QHBoxLayout = row(
            self._icon, (col(self._title, self._body, gap=2 if large else 1), 1), gap=12 if large else 10, margins=margins
        )
        self.setLayout(self._row)
        self.setAccessibleName(f"{title} {body}".strip())

    def add(self, *buttons: QPushButton) -> Banner:
        """Put buttons at the right edge."""
        for button in buttons:
            self._row.addWidget(button)
        return self

    def add_item(self, item: QWidget) -> None:
        """Put a fact before the buttons."""
        self._row.addWidget(item)

    def set_words(self, title: str, body: str = "") -> None:
        """Change what the banner says."""
        self._title.setText(title)
        self._body.setText(body)
        self._body.setVisible(bool(body))
        self.setAccessibleName(f"{title} {body}".strip())
