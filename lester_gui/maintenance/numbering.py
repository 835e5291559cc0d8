"""Give rows numbers in an order without renumbering those that have one.

Row numbers are order keys with gaps. A row that comes between two others takes a number from their gap; only where a gap is
used up, or kept rows changed places, others get new numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from lester_gui.runtime.provenance import STEP


def place(numbers: Sequence[int | None]) -> list[int]:
    """Return increasing numbers for rows in order.

    Parameters
    ----------
    numbers : sequence of int or None
        The number that each row has so far; None for a new row.

    Returns
    -------
    list of int
        As many rows as possible keep theirs. If a gap is too small, all are numbered afresh.

    Examples
    --------
    >>> place([1024, None, 2048, 3072])
    [1024, 1536, 2048, 3072]
    >>> place([None, 2048, 1024])
    [341, 682, 1024]
    """
    kept = _longest_increasing(numbers)
    out: list[int] = [0] * len(numbers)
    start, low = 0, 0
    for position in [*kept, len(numbers)]:
        waiting = position - start
        high = numbers[position] if position < len(numbers) else low + STEP * (waiting + 1)
        assert high is not None
        if waiting and high - low <= waiting:
            return [STEP * (i + 1) for i in range(len(numbers))]
        for i in range(waiting):
            out[start + i] = low + (high - low) * (i + 1) // (waiting + 1)
        if position < len(numbers):
            out[position] = high
        start, low = position + 1, high
    return out


def _longest_increasing(numbers: Sequence[int | None]) -> list[int]:
    """Return the positions of a longest increasing run of positive numbers (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int | None] = [None] * len(numbers)
    for i, number in enumerate(numbers):
        if number is None or number <= 0:
            continue
        pile = bisect_left(tops, number)
        before[i] = piles[pile - 1] if pile else None
        if pile == len(tops):
            tops.append(number)
            piles.append(i)
        else:
            tops[pile] = number
            piles[pile] = i
    out = []
    at: int | None = piles[-1] if piles else None
    while at is not None:
        out.append(at)
        at = before[at]
    return out[::-1]
