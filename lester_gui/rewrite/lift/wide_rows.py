"""Rows whose length the data tell: one place for each category, and values beside them."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Value, Vocabulary


@dataclass(frozen=True, slots=True)
class OneHotRow(Value):
    """Zeros, as many as a vocabulary has values, with a one at the number of `value`; without a value they are all zeros.

    `unknown` is ``error`` where a value that is not in the vocabulary ends the script, ``ignore`` where it gives zeros only.
    """

    vocabulary: Vocabulary
    value: Value | None = None
    unknown: str = "error"
    floats: bool = False  # whether a zero or the one is a float


@dataclass(frozen=True, slots=True)
class WideRow(Value):
    """A list, or with `array` a NumPy array, whose length the data tell: single values and `OneHotRow` one after the other."""

    parts: tuple[Value, ...]
    array: bool = False
