"""Invented rows that look like a table's: same kinds of values, same gaps and repetitions, nothing of the values themselves."""

from __future__ import annotations

import datetime
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.rewrite.ollama.shapes import FIRST_DAY, Shape, day_of, invented_text, invented_word, shape_of

ROWS = 4

_NAMES = {
    Shape.MAIL: ("mail",),
    Shape.DATE: ("date", "day", "sent", "born", "when", "since", "until"),
    Shape.DIGITS: ("id", "number", "zip", "phone"),
    Shape.TEXT: ("text", "body", "note", "comment", "title", "message", "address"),
}
Row = tuple[object, ...]


def look_alikes(schema: Schema, literals: Iterable[Literal], sample: Sequence[Sequence[object]] = ()) -> tuple[Row, ...]:
    """Return a few invented rows.

    Parameters
    ----------
    schema : Schema
        The columns.
    literals : iterable of Literal
        The script's constants: where a column really holds one, so does the invented one, for the code looks at it.
    sample : sequence of rows
        Real rows in the order of the columns. Only kinds, widths, gaps and whether values repeat are taken from them.
    """
    columns = [_Column.of(f, [row[i] for row in sample if i < len(row)], tuple(literals)) for i, f in enumerate(schema)]
    return tuple(tuple(c.value(i) for c in columns) for i in range(ROWS))


@dataclass(frozen=True, slots=True)
class _Form:
    """What the texts of a column look like: of one kind, or pieces with a separator of the script between them."""

    shape: Shape
    width: int = 1
    separator: str = ""
    pieces: tuple[_Form, ...] = ()
    constants: tuple[str, ...] = ()

    def text(self, n: int, day: datetime.date) -> str:
        """Return the `n`-th invented text of this form; dates take `day`."""
        if self.pieces:
            return self.separator.join(piece.text(n + 5 * i, day) for i, piece in enumerate(self.pieces))
        if self.constants and n % 2 == 0:
            return self.constants[n // 2 % len(self.constants)]
        return invented_text(self.shape, n, self.width, day)


def _form(texts: Sequence[str], written: Sequence[str], otherwise: Shape) -> _Form:
    """Return the form of many of `texts`. `written` are texts of the script: what it takes a text apart by must be in it."""
    filled = [t for t in texts if t.strip()]
    shapes = Counter(map(shape_of, filled))
    shape = shapes.most_common(1)[0][0] if shapes else otherwise
    for separator in sorted({w for w in written if w and not any(c.isalnum() for c in w)}, key=lambda w: (-len(w), w)):
        parts = [t.split(separator) for t in filled if separator in t.strip()]
        if 4 * len(parts) > len(filled) and shape in (Shape.TEXT, Shape.WORD, Shape.DECIMAL):
            number = Counter(map(len, parts)).most_common(1)[0][0]
            of = [p for p in parts if len(p) == number]
            return _Form(shape, 1, separator, tuple(_form(column, written, Shape.EMPTY) for column in zip(*of, strict=True)))
    constants = tuple(dict.fromkeys(t for t in filled if t in written))[:3]
    return _Form(shape, max((len(t.strip()) for t in filled if shape_of(t) is shape), default=1), constants=constants)


@dataclass(frozen=True, slots=True)
class _Column:
    """What is known of a column."""

    type: Type
    form: _Form
    gap: object
    has_gap: bool
    constants: tuple[object, ...]
    repeats: bool
    first: int
    around: tuple[datetime.date, ...]

    @classmethod
    def of(cls, field: Field, real: list[object], literals: tuple[Literal, ...]) -> _Column:
        texts = [v for v in real if isinstance(v, str)]
        gap: object = "" if any(not t.strip() for t in texts) else None
        form = _form(texts, tuple(x.value for x in literals if isinstance(x.value, str)), _guess(field.name))
        widths = [len(str(abs(v))) for v in real if type(v) is int]
        written = {(type(x.value), x.value) for x in literals}
        constants = dict.fromkeys(v for v in real if isinstance(v, str | int) and v != "" and (type(v), v) in written)
        known = [repr(v) for v in real if v is not None]
        return cls(
            type=field.type,
            form=replace(form, width=max(widths)) if widths else form,
            gap=gap,
            has_gap=gap == "" or (field.nullable and (not real or any(v is None for v in real))),
            constants=tuple(constants)[:3],
            repeats=len(set(known)) < len(known),
            first=zlib.crc32(field.name.encode()) % 40,  # columns of one name match across tables, others do not
            around=tuple(sorted(d for d in (day_of(x.value) for x in literals) if d is not None)),
        )

    def value(self, row: int) -> object:
        if self.has_gap and row == ROWS - 1:
            return self.gap
        if self.constants and row % 2 == 0:
            return self.constants[row // 2 % len(self.constants)]
        return self._invented(row // 2 if self.repeats else row)

    def _invented(self, n: int) -> object:
        day = self._day_near(n)
        if self.type is Type.STR:
            return self.form.text(self.first + n, day)
        return {
            Type.BOOL: n % 2 == 0,
            Type.INT: 10 ** max(0, self.form.width - 1) + 3 * n + 1,
            Type.FLOAT: 3 * n + 1.5,
            Type.DATE: day.isoformat(),
            Type.TIMESTAMP: f"{day.isoformat()} 08:30:00",
            Type.FLOATS: [round(0.1 * (n + 1), 1), 0.5],
            Type.STRS: [invented_word(2 * n), invented_word(2 * n + 1)],
        }[self.type]

    def _day_near(self, n: int) -> datetime.date:
        """Return a day; where the script compares with days, on both sides of one of them."""
        if not self.around:
            return FIRST_DAY + datetime.timedelta(days=3 * n)
        day = self.around[n // 2 % len(self.around)]
        return day + datetime.timedelta(days=n + 1) * (1 if n % 2 else -1)


def _guess(name: str) -> Shape:
    """Return what a column holds by its name, where there is nothing to look at."""
    for shape, words in _NAMES.items():
        if any(word in name.lower() for word in words):
            return shape
    return Shape.WORD
