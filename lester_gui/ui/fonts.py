"""The three embedded families (SIL Open Font License 1.1), so that text looks the same on every system."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from lester_gui import resources
from lester_gui.ui import tokens

FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "InterDisplay-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
)


def paths() -> list[Path]:
    """Font files, for Qt and for matplotlib."""
    return [resources.resource("fonts", name) for name in FILES]


def register() -> list[str]:
    """Add the embedded fonts to this application; return the family names that Qt found in them.

    Raises
    ------
    RuntimeError
        When a font file is missing or cannot be read: without fonts every text is a row of boxes.
    """
    families: list[str] = []
    for path in paths():
        number = QFontDatabase.addApplicationFont(str(path))
        if number < 0:
            raise RuntimeError(f"font cannot be loaded: {path.name}")
        families += QFontDatabase.applicationFontFamilies(number)
    return families


@cache
def font(role: str = "body", weight: int | None = None, figures: bool = False) -> QFont:
    """Font of a type role.

    Parameters
    ----------
    role
        Key of :data:`tokens.TYPE`.
    weight
        Overrides the role's weight.
    figures
        Tabular digits. For tables only: in a sentence they leave a hole around each 1.
    """
    size, usual, family = tokens.TYPE[role]
    made = QFont(tokens.FAMILY[family])
    made.setPixelSize(size)
    made.setWeight(QFont.Weight(weight or usual))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    if family == "mono":
        made.setFeature(QFont.Tag("calt"), 0)  # no ligatures: != must read as typed
        return made
    if figures:
        made.setFeature(QFont.Tag("tnum"), 1)
    if family == "display":
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.2)
    return made
