"""Stand-ins for the values of a counterexample. Equal values stay equal and their order stays, everything else is invented; the
caller then checks that original and plan still differ on the stand-ins.

What is kept as it is: missing values, empty texts, true and false, 0, 1 and -1, and what stands in the script's own text.
"""

from __future__ import annotations

import datetime
import random
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from lester_gui.ir.expressions import Literal
from lester_gui.rewrite.ollama.oracle import Table
from lester_gui.rewrite.ollama.shapes import WORDS, Shape, day_of, invented_text, invented_word, shape_of
from lester_gui.rewrite.ollama.stand_in_order import name_days, name_moments, name_numbers

MAX_SHAPED = 40  # characters; a longer text would be recognisable by the lengths of its words
MAX_LIST = 16
KEPT_TEXTS = frozenset({"True", "False", "None", "nan"})
KEPT_NUMBERS = frozenset({0.0, 1.0, -1.0})


class Style(StrEnum):
    """How much of a text's form its stand-in has."""

    PLAIN = "plain"  # its kind
    RANKED = "ranked"  # its place in the order of all texts, nothing else
    SHAPED = "shaped"  # the places of capitals, digits, blanks and signs, in short texts


def disguise(tables: Mapping[str, Table], literals: Iterable[Literal], style: Style) -> dict[str, Table]:
    """Return the tables with stand-ins for all values that the script does not spell out."""
    names = _Names.of([v for t in tables.values() for row in t.rows for v in row], list(literals), style)
    return {k: Table(t.columns, tuple(tuple(names.stand_in(v) for v in row) for row in t.rows)) for k, t in tables.items()}


def reveals(made: Table, real: Mapping[str, Table], shown: Mapping[str, Table], code: str) -> bool:
    """Whether a real text stands in what a step `made` from the stand-ins `shown`, though neither they nor the code have it."""
    known = _texts_of(shown.values())
    secrets = {s for s in _texts_of(real.values()) if len(s.strip()) > 2 and s not in code and not any(s in k for k in known)}
    return any(secret in text for text in _texts_of([made]) for secret in secrets)


def same_order(real: Mapping[str, Table], shown: Mapping[str, Table]) -> bool:
    """Whether rows that follow each other compare alike, column by column, as earlier steps may have sorted them."""
    return all(
        _compared(a, b) == _compared(c, d)
        for name, table in real.items()
        for above, below, above_shown, below_shown in zip(
            table.rows, table.rows[1:], shown[name].rows, shown[name].rows[1:], strict=False
        )
        for a, b, c, d in zip(above, below, above_shown, below_shown, strict=True)
    )


def _compared(a: Any, b: Any) -> int | None:
    if a is None or b is None or type(a) is not type(b) or isinstance(a, list):
        return None
    return int(a > b) - int(a < b)


def _texts_of(tables: Iterable[Table]) -> set[str]:
    cells = [v for t in tables for row in t.rows for v in row]
    return {v for v in cells if isinstance(v, str)} | {s for v in cells if isinstance(v, list) for s in v if isinstance(s, str)}


@dataclass(frozen=True)
class _Names:
    """One mapping for all tables, so that keys which match go on matching."""

    texts: dict[str, str]
    numbers: dict[float, float]
    days: dict[datetime.date, datetime.date]
    moments: dict[datetime.datetime, datetime.datetime]

    @classmethod
    def of(cls, values: list[object], literals: list[Literal], style: Style) -> _Names:
        written = [x.value for x in literals]
        fixed = sorted({d for d in map(day_of, written) if d is not None})
        texts = _texts_of([Table((), (tuple(values),))])
        return cls(
            texts=_name_texts(texts, {v for v in written if isinstance(v, str)} | KEPT_TEXTS, fixed, style),
            numbers=name_numbers(
                {v for v in values if _is_number(v)}, {float(v) for v in written if _is_number(v)} | KEPT_NUMBERS
            ),
            days=name_days((v for v in values if type(v) is datetime.date), fixed),
            moments=name_moments((v for v in values if isinstance(v, datetime.datetime)), fixed),
        )

    def stand_in(self, value: object) -> object:
        if isinstance(value, str):
            return self.texts[value]
        if isinstance(value, list):
            return [self.texts[v] if isinstance(v, str) else round(0.1 * (i + 1), 1) for i, v in enumerate(value[:MAX_LIST])]
        if isinstance(value, datetime.datetime):
            return self.moments[value]
        if isinstance(value, datetime.date):
            return self.days[value]
        if _is_number(value):
            return type(value)(self.numbers[value])
        if value is None or isinstance(value, bool | float):  # a float that is no number
            return value
        raise TypeError(f"no stand-in for a {type(value).__name__}")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _name_texts(texts: set[str], kept: set[str], fixed: list[datetime.date], style: Style) -> dict[str, str]:
    out = {t: t for t in texts if t in kept or not t.strip()}
    left = sorted(texts - set(out))
    fence = sorted(kept - KEPT_TEXTS)
    if style is Style.RANKED:
        return out | _ranked(left, fence)
    kinds: dict[tuple[Shape, int], list[str]] = {}
    for t in left:
        kind = shape_of(t)
        # Digits keep their length; words stay between the same words of the script, unless their form matters more.
        side = bisect_left(fence, t.strip()) if style is Style.PLAIN else 0
        kinds.setdefault((kind, len(t.strip()) if kind is Shape.DIGITS else side), []).append(t)
    for (kind, width), members in kinds.items():
        days = name_days((d for d in map(day_of, (t.strip() for t in members)) if d), fixed)
        groups = list(dict.fromkeys(t.strip().casefold() for t in members))  # capitals and outer blanks make no new person
        for t in members:
            rank = groups.index(t.strip().casefold())
            if kind in (Shape.DATE, Shape.TIME):
                name = _dated(t.strip(), days, rank)
            elif kind is Shape.DIGITS:
                name = _digits(t.strip(), rank, width)
            elif style is Style.SHAPED:
                name = _shaped(t.strip()[:MAX_SHAPED], rank, _own(t, kept))
            else:
                name = _worded(t.strip(), kind, rank, _own(t, kept), fence)
            head, tail = t[: len(t) - len(t.lstrip())], t[len(t.rstrip()) :]
            while head + name + tail in out.values():
                name += "x"
            out[t] = head + name + tail
    return out


def _ranked(texts: list[str], fence: list[str]) -> dict[str, str]:
    """Return words in the order of the texts, between the same words of the script."""
    sides: dict[int, list[str]] = {}
    for t in texts:
        sides.setdefault(bisect_left(fence, t), []).append(t)
    return {t: _word(rank, fence, side) for side, members in sides.items() for rank, t in enumerate(members)}


def _word(rank: int, fence: list[str], side: int) -> str:
    words = [w for w in WORDS if bisect_left(fence, w) == side]
    words = words or [(fence[side - 1] if side else "!") + w for w in WORDS]
    return words[rank] if rank < len(words) else f"{words[-1]}{rank:04d}"


def _dated(text: str, days: Mapping[datetime.date, datetime.date], rank: int) -> str:
    day = day_of(text)
    if day is None:
        return f"2031-99-{rank + 10}"  # written like a date, but there is no such day
    return days[day].isoformat() + (text[10] + f"08:{rank % 60:02d}:00"[: len(text) - 11] if len(text) > 10 else "")


def _digits(text: str, rank: int, width: int) -> str:
    return invented_text(Shape.DIGITS, rank, width) if text[0] == "0" or width == 1 else str(10 ** (width - 1) + 1 + rank)


def _own(text: str, kept: Iterable[str]) -> list[str]:
    """Return the script's own words that a text has, in any capitals, the longest first."""
    return sorted((k for k in kept if len(k) > 2 and k.casefold() in text.casefold()), key=len, reverse=True)


def _worded(text: str, kind: Shape, rank: int, own: list[str], fence: list[str]) -> str:
    word = _word(rank, fence, bisect_left(fence, text))
    if own:
        return _around(text, word, own)
    if kind is Shape.DECIMAL:
        return invented_text(kind, rank)
    name = {Shape.MAIL: f"{word}@example.org", Shape.TEXT: f"{word} {invented_word(rank + 7)}"}.get(kind, word)
    return name.upper() if text.isupper() else name.title() if text.istitle() and kind is not Shape.MAIL else name


def _split(text: str, own: list[str]) -> list[tuple[str, bool]]:
    """Cut a text into parts, each with whether it is one of the script's own words."""
    parts = re.split(f"({'|'.join(map(re.escape, own))})", text, flags=re.IGNORECASE) if own else [text]
    return [(part, bool(i % 2)) for i, part in enumerate(parts)]


def _around(text: str, word: str, own: list[str]) -> str:
    """Keep the script's own words, and put one invented word for whatever stands before, between and after them."""
    return "".join(
        part if kept or not part.strip() else " " * part.startswith(" ") + word + " " * part.endswith(" ")
        for part, kept in _split(text, own)
    )


def _shaped(text: str, rank: int, own: list[str]) -> str:
    """Put another letter for each letter and another digit for each digit, drawn without regard to what stood there."""
    draw = random.Random(rank)

    def other(sign: str) -> str:
        if sign.isdigit():
            return draw.choice("23456789")
        if not sign.isalpha():
            return sign
        letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
        return letter.upper() if sign.isupper() else letter

    return "".join(part if kept else "".join(map(other, part)) for part, kept in _split(text, own))
