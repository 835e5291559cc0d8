"""A place with nothing in it says what would be here and how to get it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets.chips import Icon


class Empty(QWidget):
    """Icon, heading, one sentence and the next step, in the middle of the free space."""

    def __init__(self, icon: str, title: str, body: str, *buttons: QPushButton) -> None:
        super().__init__()
        heading = label(title, "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence = label(body, "body", "2", wrap=True)
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence.setMinimumWidth(420)
        self.setLayout(
            col(
                None,
                row(None, Icon(icon, "ink3", 28), None),
                heading,
                row(None, (sentence, 2), None),
                row(None, *buttons, None),
                None,
                gap=10,
                margins=(24, 24, 24, 24),
            )
        )
        self.setAccessibleName(f"{title}. {body}")
