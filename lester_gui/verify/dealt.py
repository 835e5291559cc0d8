"""The sides to which the calls of `train_test_split` in a script deal the prepared rows, taken together, and back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lester_gui.ir.learning import TEST, TRAIN, VALIDATION, Split
from lester_gui.sandbox import Positions, SplitCall

SKLEARN = "sklearn"


def calls_of(split: Split, calls: Sequence[SplitCall], rows: int | None = None) -> tuple[SplitCall, ...] | None:
    """Return the calls that make a split, one for each of `Split.chain`; None where there are none such.

    Of several that fit, the last ones count.

    Parameters
    ----------
    calls
        Of a run of the script, in order.
    rows
        How many prepared rows there are, where that is known. A single call of a script that deals other rows counts as well.
    """
    if split.again is None:
        fitting = [c for c in calls if rows is None or c.rows == rows] or list(calls)
        return (fitting[-1],) if fitting else None
    if any(s.method != SKLEARN for s in split.chain):
        return None
    for i in range(len(calls) - 1, -1, -1):
        if rows is not None and calls[i].rows != rows:
            continue
        wanted = len(calls[i].train if split.of == TRAIN else calls[i].test)
        later = calls_of(split.again, [c for c in calls[i + 1 :] if c.rows == wanted], wanted)
        if later is not None:
            return (calls[i], *later)
    return None


def composed(split: Split, calls: Sequence[SplitCall]) -> Positions:
    """Return the sides of the prepared rows to which the calls of `calls_of` deal them."""
    sides = {TRAIN: [int(i) for i in calls[0].train], TEST: [int(i) for i in calls[0].test]}
    if split.again is not None:
        dealt = sides.pop(split.of)
        first, second = split.parts_again
        inner = calls[1]
        sides |= {first: [dealt[i] for i in inner.train], second: [dealt[i] for i in inner.test]}
    return Positions(tuple(sides[TRAIN]), tuple(sides[TEST]), tuple(sides.get(VALIDATION, ())))


def imposable(split: Split) -> bool:
    """Whether the script deals by calls of `train_test_split` alone, on which sides can be imposed."""
    return split.is_recorded and all(s.method == SKLEARN for s in split.chain)


def for_calls(split: Split, sides: Mapping[str, Sequence[int]]) -> tuple[Positions, ...]:
    """Return what to impose on the script's calls, in their order, so that they amount to some sides; see `imposable`."""
    if split.again is None:
        return (Positions(tuple(sides[TRAIN]), tuple(sides[TEST])),)
    first, second = split.parts_again
    dealt, cut = (*sides[first], *sides[second]), len(sides[first])
    outer = {split.of: dealt} | {side: tuple(sides[side]) for side in (TRAIN, TEST) if side != split.of}
    return Positions(outer[TRAIN], outer[TEST]), Positions(tuple(range(cut)), tuple(range(cut, len(dealt))))
