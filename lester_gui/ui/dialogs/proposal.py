"""The lester.toml that the scan proposes: shown, and written only when accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Icon


class ProposalSheet(Sheet):
    """Proposal with two answers."""

    def __init__(self, scan: dict[str, Any], accept: Callable[[], None]) -> None:
        super().__init__(self.tr("Proposed lester.toml"))
        text = QPlainTextEdit(scan["proposal"])
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFont(font("code"))
        text.setProperty("kind", "field")
        text.setAccessibleName(self.tr("Proposed lester.toml"))
        text.setFixedHeight(320)
        later = Button(self.tr("Not now"))
        later.clicked.connect(self.close_sheet)
        write = Button(self.tr("Write lester.toml"), "primary", "check")
        write.clicked.connect(accept)
        write.clicked.connect(self.close_sheet)
        body = self.tr("Check which columns name a person. You can edit the file later; everything in it is optional.")
        self.set_content(
            col(
                row(Icon("file", "accent", 20), label(self.tr("Proposed lester.toml"), "title"), None), 4,
                label(body, "body", "2", wrap=True), 8, text, 12, row(None, later, write), gap=4, margins=(24, 20, 24, 20),
            ),
            write,
            write,
        )  # fmt: skip
