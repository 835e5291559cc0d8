"""Operators on what is a column only together with something else: arrays without some rows, totals of one side of a split."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Cell, Value

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def combined(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Value | None:
    """Return an operator applied to such values; None where neither is one."""
    from lester_gui.rewrite.lift.library import numpy_later, pandas_side_formulas

    for rule in (numpy_later.arithmetic, pandas_side_formulas.arithmetic):
        made = rule(lift, a, b, apply)
        if made is not None:
            return made
    return None
