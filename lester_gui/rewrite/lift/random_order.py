"""Rows in a seeded random order, which a plan keeps where they are."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.rewrite.lift.domain import Order, Value


@dataclass(frozen=True, slots=True)
class Shuffled(Value):
    """A list or array in a seeded random order of its rows: only a cut through it, or another list of the same rows, is known.

    A plan keeps the rows where they are and records which side of the cut each is on.
    """

    inner: Value
    order: Order
