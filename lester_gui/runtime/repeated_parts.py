"""Parts that stand several times in long expressions, such as the number of an interval under each of its labels.

DuckDB plans each of them as often as it is written: tens of thousands of characters take it seconds, however few the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from lester_gui.ir.expressions import Apply, Expr, walk
from lester_gui.runtime.raising import can_raise

LONG: Final = 250
"""Operators and operands of expressions that are looked through."""
PART: Final = 12
"""Those of a part that is worth a column of its own."""


def repeated_parts(expressions: Iterable[Expr]) -> list[Expr]:
    """Return the largest parts that stand more than once in some expressions, if these are long.

    A part that may stop a query is among them only if it is computed for every row anyway.
    """
    every = list(expressions)
    if len(list(islice((part for e in every for part in walk(e)), LONG))) < LONG:
        return []
    times = Counter(part for e in every for part in walk(e) if isinstance(part, Apply))
    always = {part for e in every for part in _always_reached(e)}
    out: dict[Expr, None] = {}
    waiting = every[::-1]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Apply):
            continue
        if times[part] > 1 and _is_large(part) and (part in always or not can_raise(part)):
            out[part] = None
        else:
            waiting.extend(reversed(part.arguments))
    return list(out)


def _is_large(expr: Expr) -> bool:
    return len(list(islice(walk(expr), PART))) == PART


def _always_reached(expr: Expr) -> Iterator[Expr]:
    """Yield parts that are computed for every row: no operator leaves out its first argument."""
    part: Expr | None = expr
    while isinstance(part, Apply):
        yield part
        part = part.arguments[0] if part.arguments else None
