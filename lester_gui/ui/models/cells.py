"""What one cell of a table shows. The delegate draws it; ``words`` is what a screen reader and a test read."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes
    ----------
    kind
        How it is drawn: ``text``, ``num``, ``mono``, ``strong``, ``small``, ``two``, ``chip``, ``mask``, ``icon``,
        ``icon2``, ``line``, ``link``, ``bar`` or ``group``.
    ink
        Token of the text, empty for the usual one of the kind.
    icon_ink
        Token of the icon.
    tip
        The term behind the words, for who looks for it; tooltip.
    """

    kind: str
    text: str = ""
    sub: str = ""
    icon: str = ""
    ink: str = ""
    icon_ink: str = "ink2"
    tone: str = "neutral"
    weight: int | None = None
    share: float = 0.0
    tip: str = ""

    def words(self) -> str:
        """What the cell says, without its looks."""
        if self.kind == "mask":
            return QCoreApplication.translate("Cell", "masked")
        return f"{self.text}, {self.sub}" if self.sub else self.text


EMPTY = Cell("text")
MASK = Cell("mask")


def text(words: str, ink: str = "", weight: int | None = None) -> Cell:
    return Cell("text", words, ink=ink, weight=weight)


def num(words: str, ink: str = "") -> Cell:
    return Cell("num", words, ink=ink)


def mono(words: str, ink: str = "ink2") -> Cell:
    return Cell("mono", words, ink=ink)


def strong(words: str) -> Cell:
    return Cell("strong", words)


def small(words: str, ink: str = "ink2") -> Cell:
    return Cell("small", words, ink=ink)


def link(words: str) -> Cell:
    """Text that opens something when it is clicked; Enter on the row does the same."""
    return Cell("link", words, ink="accent")


def chip(words: str, tone: str = "neutral", icon: str = "", tip: str = "") -> Cell:
    return Cell("chip", words, tone=tone, icon=icon, tip=tip)


def icon(name: str, words: str, ink: str = "", icon_ink: str = "ink2", weight: int | None = None) -> Cell:
    return Cell("icon", words, icon=name, ink=ink, icon_ink=icon_ink, weight=weight)


def icon2(name: str, words: str, sub: str, icon_ink: str = "ink2") -> Cell:
    """Icon with two lines of text."""
    return Cell("icon2", words, sub=sub, icon=name, icon_ink=icon_ink)


def line(kind: str, words: str = "") -> Cell:
    """Line in the style of a kind of influence, with its name."""
    return Cell("line", words or kind, tone=kind)


def bar(share: float, words: str, ink: str = "accent") -> Cell:
    return Cell("bar", words, ink=ink, share=share)


def group(words: str) -> Cell:
    """Heading of a group of rows; spans the table."""
    return Cell("group", words)
