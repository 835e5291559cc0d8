"""Fields with a label, and an error that is an icon and a sentence beneath, never a colour alone."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from lester_gui.ui import icons, theme
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, restyle, row
from lester_gui.ui.widgets.chips import Icon


class Field(QWidget):
    """Labelled line of text with room for an error.

    Attributes
    ----------
    edit
        The line edit; its label is its buddy.
    """

    def __init__(self, caption: str, placeholder: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit(text)
        self.edit.setFont(font())
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(caption)
        name = label(caption, "smallstrong", "2")
        name.setBuddy(self.edit)
        self._error = label("", "small", "danger", wrap=True)
        self._note = QWidget()
        self._note.setLayout(row(Icon("alert", "danger", 14), (self._error, 1), gap=6))
        self._note.hide()
        self.setLayout(col(name, self.edit, self._note, gap=4))
        self.edit.textEdited.connect(lambda _text: self.set_error(""))

    def text(self) -> str:
        """What was typed, without spaces around it."""
        return self.edit.text().strip()

    def set_error(self, sentence: str) -> None:
        """Show an error, or take it away when the sentence is empty."""
        self._error.setText(sentence)
        self._note.setVisible(bool(sentence))
        self.edit.setAccessibleDescription(sentence)
        restyle(self.edit, "state", "error" if sentence else "")

    def error(self) -> str:
        """The error that is shown, or an empty text."""
        return self._error.text()


class QuickField(QLineEdit):
    """Search field without a label: its placeholder is its accessible name."""

    def __init__(self, placeholder: str, icon: str = "search", width: int = 0, quiet: bool = True) -> None:
        super().__init__()
        self._icon = icon
        self.setFont(font())
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self._mark = QAction(self)
        self.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        if quiet:
            self.setProperty("kind", "quiet")
        if width:
            self.setFixedWidth(width)
        self._tint()
        theme.follow(self, "_tint")

    def _tint(self) -> None:
        self._mark.setIcon(icons.icon(self._icon, theme.colour("ink3")))
