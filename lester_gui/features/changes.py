"""What moved inside an encoder between two states: means, scales, imputed values, categories. For influence and for proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lester_gui.features.imputer import Fill
from lester_gui.features.one_hot import Categories
from lester_gui.features.range_scalers import Range
from lester_gui.features.scaler import Scaling
from lester_gui.features.state import BlockState, EncoderState, fitted_values
from lester_gui.ir.expressions import Scalar


@dataclass(frozen=True, slots=True)
class StateChange:
    """One fitted value that differs.

    Attributes
    ----------
    what : str
        ``mean``, ``scale``, ``fill``, ``range`` (of a scaler by extremes or quantiles), ``category_lost``, ``category_new``,
        ``category_order``, or ``refitted``: what a transformer that is fitted again has learnt.
    before, after : scalar or None
        The values; for categories the category on the side where it exists. May be a personal value: mask it on screens.
    """

    block: str
    column: str
    what: str
    before: Scalar | None
    after: Scalar | None


def state_changes(before: EncoderState, after: EncoderState) -> tuple[StateChange, ...]:
    """Return what differs between two states of the same encode stage."""
    changes: list[StateChange] = []
    for old, new in zip(before.blocks, after.blocks, strict=True):
        if any(s.kind in ("refitted", "beside") for s in old.block.chain) and old.statistics != new.statistics:
            changes.extend(StateChange(old.block.name, c, "refitted", None, None) for c in old.block.columns)
        values = dict(_values(new))
        for key, fitted in _values(old):
            if key in values:
                changes.extend(_compare(old.block.name, key[1], fitted, values[key]))
    return tuple(changes)


def _values(state: BlockState) -> Iterator[tuple[tuple[int, str], Any]]:
    for i, step in enumerate(fitted_values(state)):
        for lane, fitted in step:
            yield (i, lane.name), fitted


def _compare(block: str, column: str, old: Any, new: Any) -> Iterator[StateChange]:
    if isinstance(old, Scaling):
        for what in ("mean", "scale"):
            a, b = getattr(old, what), getattr(new, what)
            if a != b:
                yield StateChange(block, column, what, a, b)
    elif isinstance(old, Range):
        if old != new:
            yield StateChange(block, column, "range", None, None)
    elif isinstance(old, Fill):
        if old != new:
            yield StateChange(block, column, "fill", old.value, new.value)
    elif isinstance(old, Categories):
        lost = [v for v in old.values if v not in new.values]
        found = [v for v in new.values if v not in old.values]
        for v in lost:
            yield StateChange(block, column, "category_lost", old.name(v), None)
        for v in found:
            yield StateChange(block, column, "category_new", None, new.name(v))
        if not lost and not found and old.values != new.values:
            yield StateChange(block, column, "category_order", None, None)
