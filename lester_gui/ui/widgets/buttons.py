"""Buttons: one primary per screen, then plain, quiet, link and danger; switched off they say why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from lester_gui.ui import icons, theme
from lester_gui.ui.fonts import font

_INKS = {"primary": "on_accent", "danger": "on_accent", "link": "accent"}


class Button(QPushButton):
    """Push button of a kind, with an icon that follows the theme.

    Parameters
    ----------
    text
        What it does, sentence case; "…" only when more is asked.
    kind
        ``primary``, ``quiet``, ``link``, ``danger`` or plain when empty.
    icon
        Name of an icon.
    """

    def __init__(self, text: str, kind: str = "", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._kind = kind
        self._tip = ""
        self.wanted = True
        self.setFont(font("strong" if kind in ("primary", "danger") else "body", 500))
        if kind:
            self.setProperty("kind", kind)
        self.set_text(text)
        self.setIconSize(QSize(16, 16))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self._tint()
        theme.follow(self, "_tint")

    def set_text(self, text: str) -> None:
        """Change the words; Fusion leaves only 2 px after an icon, so a space is put there."""
        self.setText(("\u2002" if self._icon_name and text else "") + text)
        self.setAccessibleName(text)

    def set_off(self, why: str) -> None:
        """Switch off, with the reason as tooltip."""
        self.setEnabled(False)
        self.setToolTip(why)
        self.setAccessibleDescription(why)

    def set_on(self) -> None:
        """Switch on again."""
        self.setEnabled(True)
        self.setToolTip(self._tip)
        self.setAccessibleDescription(self._tip)

    def set_wanted(self, wanted: bool) -> None:
        """Show or hide a button that stands in the header only while its screen is shown."""
        self.wanted = wanted
        if self.parent() is not None and (self.isVisible() or self.property("in_header")):
            self.setVisible(wanted)

    def set_tip(self, tip: str) -> None:
        """Tooltip while the button is on."""
        self._tip = tip
        if self.isEnabled():
            self.set_on()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._tint()

    def _tint(self) -> None:
        if self._icon_name:
            ink = _INKS.get(self._kind, "ink2") if self.isEnabled() else "disabled"
            self.setIcon(icons.icon(self._icon_name, theme.colour(ink)))


class MenuButton(Button):
    """Button that opens a menu; the menu is filled each time it opens."""

    def __init__(self, text: str, kind: str = "", icon: str = "down", parent: QWidget | None = None) -> None:
        super().__init__(text, kind, icon, parent)
        self._menu = QMenu(self)
        self._menu.setFont(font())
        self.setMenu(self._menu)

    def drop_down(self) -> QMenu:
        """The menu, to be filled."""
        return self._menu
