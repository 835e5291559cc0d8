"""Invented rows that look like a table's: same kinds of values, same gaps and repetitions, nothing of the values themselves."""

from __future__ import annotations

import datetime
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
class _Column:
    """What is known of a column."""

    type: Type
    shape: Shape
    width: int
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
        shapes = Counter(s for s in map(shape_of, texts) if s is not Shape.EMPTY)
        shape = shapes.most_common(1)[0][0] if shapes else _guess(field.name)
        widths = [len(t.strip()) for t in texts if shape_of(t) is shape]
        widths += [len(str(abs(v))) for v in real if type(v) is int]
        written = {(type(x.value), x.value) for x in literals}
        constants = dict.fromkeys(v for v in real if isinstance(v, str | int) and v != "" and (type(v), v) in written)
        known = [repr(v) for v in real if v is not None]
        return cls(
            type=field.type,
            shape=shape,
            width=max(widths, default=1),
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
            return invented_text(self.shape, self.first + n, self.width, day)
        return {
            Type.BOOL: n % 2 == 0,
            Type.INT: 10 ** max(0, self.width - 1) + 3 * n + 1,
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
