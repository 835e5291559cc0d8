"""Kinds of text, so that an invented text can take the place of a real one: a date, an address, a number, words."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum

FIRST_DAY = datetime.date(2031, 2, 3)
WORDS = (
    *("alder", "amber", "anvil", "aspen", "badge", "basil", "beech", "birch", "brook", "cabin", "cedar", "chalk", "cliff"),
    *("clove", "coral", "crane", "delta", "ember", "fable", "fern", "field", "flint", "forge", "frost", "glade", "grove"),
    *("hazel", "heath", "holly", "inlet", "ivory", "jetty", "kiosk", "larch", "ledge", "linen", "lotus", "maple", "marsh"),
    *("meadow", "mint", "north", "oasis", "olive", "onyx", "orbit", "otter", "pearl", "petal", "pine", "plaza", "pond"),
    *("poppy", "quail", "quartz", "raven", "reed", "ridge", "river", "robin", "sable", "shale", "slate", "spruce", "stone"),
    *("thyme", "tidal", "topaz", "trail", "tulip", "umber", "vale", "velvet", "willow", "wren", "yarrow", "zephyr"),
)


class Shape(StrEnum):
    """The kinds of text."""

    EMPTY = "empty"
    DATE = "date"
    TIME = "time"
    MAIL = "mail"
    DIGITS = "digits"
    DECIMAL = "decimal"
    WORD = "word"
    TEXT = "text"


_PATTERNS = {
    Shape.DATE: re.compile(r"\d{4}-\d{2}-\d{2}"),
    Shape.TIME: re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"),
    Shape.MAIL: re.compile(r"[^@\s]+@[^@\s]+"),
    Shape.DIGITS: re.compile(r"[0-9]+"),
    Shape.DECIMAL: re.compile(r"[+-]?[0-9]+\.[0-9]+"),
    Shape.WORD: re.compile(r"\w+"),
}


def shape_of(text: str) -> Shape:
    """Return the kind of a text; blanks around it do not count."""
    inner = text.strip()
    if not inner:
        return Shape.EMPTY
    return next((shape for shape, pattern in _PATTERNS.items() if pattern.fullmatch(inner)), Shape.TEXT)


def invented_word(n: int) -> str:
    """Return a word that says nothing; higher numbers sort later."""
    return WORDS[n] if n < len(WORDS) else f"{WORDS[-1]}{n - len(WORDS):04d}"


def invented_text(shape: Shape, n: int, width: int = 1, day: datetime.date = FIRST_DAY) -> str:
    """Return the `n`-th invented text of a kind; dates and times take `day`, digits have at least `width`."""
    if shape is Shape.DATE:
        return day.isoformat()
    if shape is Shape.TIME:
        return f"{day.isoformat()} 08:30:00"
    if shape is Shape.MAIL:
        return f"{invented_word(n)}@example.org"
    if shape is Shape.DIGITS:
        return str(n + 1).zfill(width)
    if shape is Shape.DECIMAL:
        return f"{n + 1}.50"
    if shape is Shape.TEXT:
        return f"{invented_word(n)} {invented_word(n + 7)}"
    return invented_word(n)


def day_of(value: object) -> datetime.date | None:
    """Return the day that a text begins with, if it does."""
    try:
        return datetime.date.fromisoformat(value[:10]) if isinstance(value, str) and len(value) >= 10 else None
    except ValueError:
        return None
