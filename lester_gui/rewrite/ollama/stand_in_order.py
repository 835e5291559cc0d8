"""Stand-ins for days and numbers: in the same order, and on the same side of the days and numbers that the script names."""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import TypeVar

from lester_gui.rewrite.ollama.shapes import FIRST_DAY

T = TypeVar("T", float, datetime.date)

_DAY = datetime.timedelta(days=1)


def name_days(days: Iterable[datetime.date], fixed: list[datetime.date]) -> dict[datetime.date, datetime.date]:
    """Return a stand-in for each day; days of the script, `fixed` and sorted, stay."""
    return _between(set(days), fixed, _day_in)


def name_moments(moments: Iterable[datetime.datetime], fixed: list[datetime.date]) -> dict[datetime.datetime, datetime.datetime]:
    """Return a stand-in for each moment: its day's stand-in, and minutes that keep the order."""
    several = sorted(set(moments), key=lambda m: m.isoformat())
    days = name_days((m.date() for m in several), fixed)
    times = [datetime.time(8 + i // 60 % 12, i % 60) for i in range(len(several))]
    return {m: datetime.datetime.combine(days[m.date()], t, m.tzinfo) for m, t in zip(several, times, strict=True)}


def name_numbers(numbers: Iterable[float], fixed: set[float]) -> dict[float, float]:
    """Return a stand-in for each number, whole for whole ones; numbers of the script and infinities stay."""
    infinite = {n for n in numbers if math.isinf(n)}
    finite = set(numbers) - infinite
    return {n: n for n in infinite} | _between(finite, sorted(fixed), _number_in)


def _between(values: set[T], fixed: list[T], place_in: Callable[[T, int, int, int, list[T]], T]) -> dict[T, T]:
    """Name the values of each gap between fixed ones with `place_in(value, gap, rank, count, fixed)`."""
    names = {v: v for v in values if v in fixed}
    gaps: dict[int, list[T]] = {}
    for v in sorted(values - set(names)):
        gaps.setdefault(bisect_left(fixed, v), []).append(v)
    for gap, members in gaps.items():
        names |= {v: place_in(v, gap, rank, len(members), fixed) for rank, v in enumerate(members)}
    return names


def _day_in(_: datetime.date, gap: int, rank: int, count: int, fixed: list[datetime.date]) -> datetime.date:
    if not fixed:
        return FIRST_DAY + rank * _DAY
    if gap == 0:
        return fixed[0] - (count - rank) * _DAY
    if gap == len(fixed):
        return fixed[-1] + (rank + 1) * _DAY
    room = (fixed[gap] - fixed[gap - 1]).days
    return fixed[gap - 1] + max(1, (rank + 1) * room // (count + 1)) * _DAY


def _number_in(value: float, gap: int, rank: int, count: int, fixed: list[float]) -> float:
    whole = float(value).is_integer()
    part = 0.0 if whole else 0.5
    if gap == 0:
        return fixed[0] - 2 * (count - rank) + part
    if gap == len(fixed):
        return fixed[-1] + 2 * (rank + 1) + part
    low, high = fixed[gap - 1], fixed[gap]
    inside = low + (high - low) * (rank + 1) / (count + 1)
    return round(inside) if whole and low < round(inside) < high else round(inside, 4)
