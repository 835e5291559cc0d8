"""Header above and status bar below every screen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.actions import Actions
from lester_gui.ui.layout import label, row
from lester_gui.ui.screen import Screen
from lester_gui.ui.widgets import Button, Icon
from lester_gui.ui.words import number

HEADER, STATUS = 60, 28


class FindEverything(QAbstractButton):
    """The field-like button that opens the palette."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._key = actions.key("palette")
        self.setText(actions["palette"].text())
        self.setAccessibleName(actions["palette"].text())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(QSize(240, 30))
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.clicked.connect(actions["palette"].trigger)
        theme.follow(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, focus = QRectF(self.rect()), self.hasFocus()
        painter.setPen(QPen(theme.qcolour("focus" if focus else "line"), 2 if focus else 1))
        painter.setBrush(theme.qcolour("surface"))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 6, 6)
        painting.icon(painter, "search", 9, rect.center().y(), 15, "ink3")
        painting.text(painter, rect.adjusted(32, 0, 0, 0), self.text(), ink="ink3")
        painting.text(painter, rect.adjusted(0, 0, -10, 0), self._key, "caption", "ink3", right=True)
        painter.end()


class Header(QWidget):
    """Title, one fact, the palette and the actions of the screen that is shown."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setProperty("bg", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEADER)
        self._title = label("", "title")
        self._fact = label("", "body", "3")
        self._fact.setContentsMargins(0, 4, 0, 0)
        self._fact.setMinimumWidth(0)
        self._buttons: list[Button] = []
        self._screen: Screen | None = None
        self._row = row(self._title, (self._fact, 1), FindEverything(actions), gap=12, margins=(24, 0, 24, 0))
        self.setLayout(self._row)

    def show_screen(self, screen: Screen) -> None:
        """Take over words and actions of a screen."""
        self._title.setText(screen.title)
        self._fact.setText(screen.fact)
        self.setAccessibleName(f"{screen.title} {screen.fact}".strip())
        if screen.buttons == self._buttons:
            return
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.setProperty("in_header", False)
            button.setParent(self._screen)
        self._buttons, self._screen = list(screen.buttons), screen
        for button in self._buttons:
            self._row.addWidget(button)
            button.setProperty("in_header", True)
            button.setVisible(button.wanted)

    def title(self) -> str:
        return self._title.text()


class StatusBar(QWidget):
    """What is being done, how scripts are isolated, which model server answers, and whether the journal is intact."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bg", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(STATUS)
        self._icons = {
            name: Icon(icon, ink, 14)
            for name, icon, ink in (
                ("state", "check-circle", "ok"),
                ("isolation", "cpu", "ink3"),
                ("server", "bulb", "ink3"),
                ("audit", "audit", "ok"),
            )
        }
        self._words = {name: label("", "small", "2") for name in self._icons}
        self._full = dict.fromkeys(self._icons, "")
        self._short = dict.fromkeys(self._icons, "")
        self._narrow = False
        parts = {name: row(self._icons[name], self._words[name], gap=6) for name in self._icons}
        self.setLayout(
            row(parts["state"], None, parts["isolation"], parts["server"], parts["audit"], gap=24, margins=(24, 0, 24, 0))
        )
        self.set_busy([])
        self.show_project({})

    def set_busy(self, names: list[str]) -> None:
        """Say what is being worked on, or that nothing is."""
        self._icons["state"].set_icon("refresh" if names else "check-circle", "accent" if names else "ok")
        words = self.tr("Ready")
        if names:
            words = (
                names[0]
                if len(names) == 1
                else self.tr("%1, and %2 more").replace("%1", names[0]).replace("%2", str(len(names) - 1))
            )
        self._set("state", words, words)

    def set_progress(self, label_: str, fraction: float | None) -> None:
        """Say how far the work is."""
        words = label_ if fraction is None else f"{label_}, {fraction:.0%}"
        self._set("state", words, words)

    def show_project(self, overview: dict[str, Any]) -> None:
        """Facts about the open project; empty before one is open."""
        for name in ("isolation", "server", "audit"):
            shown = bool(overview)
            self._icons[name].setVisible(shown)
            self._words[name].setVisible(shown)
        if not overview:
            return
        level = overview.get("isolation_level", "none")
        self._icons["isolation"].set_icon("cpu", "warn" if level == "none" else "ink3")
        shorts = {"full": self.tr("Isolated"), "partial": self.tr("Partly isolated"), "none": self.tr("Not isolated")}
        self._set("isolation", overview.get("isolation", ""), shorts.get(level, level))
        self._set("server", overview.get("model_server", ""), self.tr("Ollama"))
        audit = overview.get("audit") or {"entries": 0, "intact": True}
        intact = audit["intact"]
        self._icons["audit"].set_icon("audit" if intact else "alert", "ok" if intact else "danger")
        state = self.tr("Audit intact") if intact else self.tr("Audit broken")
        entries = self.tr("%Ln entries", "", audit["entries"])
        self._set("audit", f"{state}, {entries}", self.tr("Intact") if intact else self.tr("Broken"))

    def set_narrow(self, narrow: bool) -> None:
        """One word each instead of a phrase."""
        self._narrow = narrow
        for name in self._words:
            self._words[name].setText(self._short[name] if narrow else self._full[name])

    def words(self, name: str) -> str:
        return self._full[name]

    def _set(self, name: str, full: str, short: str) -> None:
        self._full[name], self._short[name] = full, short
        self._words[name].setText(short if self._narrow else full)
        self._words[name].setToolTip(full)
        self._words[name].setAccessibleName(full)


def count_text(value: int) -> str:
    """Count for the rail; nothing when there is nothing."""
    return number(value) if value else ""
