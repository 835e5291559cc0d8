"""Columns that reach X as they are."""

from __future__ import annotations

from lester_gui.features.accumulators import Accumulator
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.ir.learning import Transformer


class Passthrough:
    """Learns nothing and changes nothing."""

    stateful = False
    keeps_open = True

    def check(self, step: Transformer) -> None:
        only(step)

    def measure(self, lane: Lane, step: Transformer) -> Accumulator:
        raise TypeError("passthrough learns nothing")

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> None:
        raise TypeError("passthrough learns nothing")

    def apply(self, lane: Lane, fitted: None, step: Transformer) -> tuple[Lane, ...]:
        return (lane,)
