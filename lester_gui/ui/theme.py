"""Tokens become a QPalette and one style sheet; the system's light or dark scheme is followed until one is chosen.

The style sheet names no font, because ``font-size`` in a style sheet beats ``setFont``.
"""

from __future__ import annotations

import re
import weakref

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from lester_gui import resources
from lester_gui.ui import fonts, tokens

CHOICES = ("system", "light", "dark")

_PALETTE = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.Highlight: "accent_fill",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.PlaceholderText: "ink3",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "ink",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "line_control",
}


_followers: list[tuple[weakref.ref[QWidget], str]] = []
_state = {"name": "light", "choice": "system"}


def name() -> str:
    """``light`` or ``dark``."""
    return _state["name"]


def colour(role: str) -> str:
    """Value of a token, ``#RRGGBB`` or ``#RRGGBBAA``."""
    return tokens.THEMES[_state["name"]][role]


def qcolour(role: str) -> QColor:
    """Token as a colour for painting."""
    value = colour(role)
    made = QColor(value[:7])
    if len(value) > 7:
        made.setAlpha(int(value[7:], 16))
    return made


def follow(widget: QWidget, method: str = "update") -> None:
    """Call a method of a widget whenever the colours change, for as long as the widget exists.

    A signal would do, but its connection outlives a widget that Qt deletes before Python does.
    """
    _followers.append((weakref.ref(widget), method))


def start(app: QApplication, choice: str = "system") -> None:
    """Register fonts, choose the theme and follow the system's scheme while `choice` is ``system``."""
    fonts.register()
    app.setStyle("Fusion")
    app.setFont(fonts.font())
    app.styleHints().colorSchemeChanged.connect(_scheme_changed)
    choose(choice)


def choose(choice: str) -> None:
    """Use ``light``, ``dark`` or what the ``system`` says."""
    if choice not in CHOICES:
        raise ValueError(f"unknown theme: {choice}")
    _state["choice"] = choice
    _apply(_system_scheme() if choice == "system" else choice)


def choice() -> str:
    """What was chosen: ``system``, ``light`` or ``dark``."""
    return _state["choice"]


def style_sheet(which: str) -> str:
    """The one style sheet with the tokens of a theme filled in."""
    text = resources.resource("themes", "lester.qss").read_text(encoding="utf-8")
    values = dict(tokens.THEMES[which])
    values["segment_on"] = values["surface" if which == "light" else "band_line"]
    values["tick"] = resources.resource("icons", "check-on-accent.svg").as_posix()
    values["arrow"] = resources.resource("icons", f"arrow-{which}.svg").as_posix()
    return re.sub(r"@(\w+)", lambda match: values[match.group(1)], text)


def palette(which: str) -> QPalette:
    """Palette of a theme, for what the style sheet does not reach."""
    made = QPalette()
    for role, token in _PALETTE.items():
        made.setColor(role, QColor(tokens.THEMES[which][token]))
    off = QColor(tokens.THEMES[which]["disabled"])
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, off)
    return made


def _apply(which: str) -> None:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("a theme needs a running application")
    if which == _state["name"] and app.styleSheet():
        return  # dressing every widget again takes a second
    _state["name"] = which
    app.setPalette(palette(which))
    app.setStyleSheet(style_sheet(which))
    alive = [(widget, method) for reference, method in _followers if (widget := reference()) is not None and isValid(widget)]
    _followers[:] = [(weakref.ref(widget), method) for widget, method in alive]
    for widget, method in alive:
        getattr(widget, method)()


def _system_scheme() -> str:
    hints = QApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def _scheme_changed() -> None:
    if _state["choice"] == "system":
        _apply(_system_scheme())
