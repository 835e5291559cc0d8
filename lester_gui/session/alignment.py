"""Find the rows of one captured table in another that lacks some of them, by content and order.

Columns that shift for everybody (a z-score, a share of the total) cannot tell rows apart; those whose values all occur in the
larger table can. Used to impose one run's split on a run with fewer rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lester_gui.sandbox import MatrixValue, ScriptRun, SplitCall, TableValue, Value
from lester_gui.sandbox.record import cells

MOST_COLUMNS: Final = 64
Columns = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Matched:
    """`place` gives for each row of the larger table its place in the smaller one, None where it is gone.

    `complete` says that every row of the smaller table was found.
    """

    place: tuple[int | None, ...]
    complete: bool

    @property
    def gone(self) -> list[int]:
        return [i for i, p in enumerate(self.place) if p is None]


def at_split(run: ScriptRun, split: SplitCall) -> Columns:
    """Return the columns of all variables that have a split's rows when it is called."""
    latest: dict[str, Value] = {}
    for a in run.assignments:
        if not a.scope and a.line < split.line:
            latest[a.name] = a.value
    out: Columns = {}
    for name, value in latest.items():
        found = columns_of(value)
        if found and len(next(iter(found.values()))) == split.rows:
            out |= {f"{name}.{column}": values for column, values in found.items()}
    return out


def columns_of(value: Value | None) -> Columns:
    """Return the columns of a captured table or matrix; nothing for other values."""
    if isinstance(value, TableValue):
        names = value.table.column_names[:MOST_COLUMNS]
        return {str(n): [_hashable(v) for v in cells(value.table.column(i))] for i, n in enumerate(names)}
    if isinstance(value, MatrixValue) and value.array.ndim in (1, 2):
        dense = value.dense()
        if dense.ndim == 1:
            return {"0": dense.tolist()}
        return {str(j): dense[:, j].tolist() for j in range(min(dense.shape[1], MOST_COLUMNS))}
    return {}


def match(larger: Columns, smaller: Columns) -> Matched | None:
    """Match rows; None if no column can tell them apart.

    The columns with the most different values count first. If all that are stable leave rows over, fewer are tried, each column
    left out in turn before several are: a label that moved for somebody else must not hide their row, nor a z-score whose values
    all occur before by chance.
    """
    stable = _stable(larger, smaller)
    if not stable:
        return None
    best: Matched | None = None
    while stable:
        found = _by(stable, larger, smaller)
        if found.complete:
            return found
        without = (_by([c for c in stable if c != left_out], larger, smaller) for left_out in reversed(stable) if len(stable) > 1)
        complete = next((m for m in without if m.complete), None)
        if complete is not None:
            return complete
        if best is None or len(found.gone) < len(best.gone):
            best = found
        stable = stable[: len(stable) // 2] if len(stable) > 3 else stable[:-1]
    return best


def _by(columns: Sequence[str], larger: Columns, smaller: Columns) -> Matched:
    return _in_order([larger[c] for c in columns], [smaller[c] for c in columns])


def _stable(larger: Columns, smaller: Columns) -> list[str]:
    out = []
    for name in larger.keys() & smaller.keys():
        if not Counter(smaller[name]) - Counter(larger[name]):
            out.append((-len(set(larger[name])), name))
    return [name for _, name in sorted(out)]


def _in_order(larger: Sequence[list[Any]], smaller: Sequence[list[Any]]) -> Matched:
    """Walk both tables side by side; where that fails, go by occurrence."""
    a, b = list(zip(*larger, strict=True)), list(zip(*smaller, strict=True))
    place: list[int | None] = [None] * len(a)
    at = 0
    for i, key in enumerate(a):
        if at < len(b) and b[at] == key:
            place[i] = at
            at += 1
    if at == len(b):
        return Matched(tuple(place), True)
    waiting: Mapping[Any, deque[int]] = defaultdict(deque)
    for j, key in enumerate(b):
        waiting[key].append(j)
    place = [waiting[key].popleft() if waiting[key] else None for key in a]
    return Matched(tuple(place), sum(p is not None for p in place) == len(b))


def _hashable(value: Any) -> Any:
    if isinstance(value, float) and value != value:
        return "NaN"
    return tuple(value) if isinstance(value, list) else value
