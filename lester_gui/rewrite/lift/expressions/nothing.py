"""Comparisons with None: whether a value is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells, missing, paths, several_kinds
from lester_gui.rewrite.lift.domain import Cell, Const, Maybe, Value
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def compared_with_none(lift: Lifter, op: str, value: Value) -> Value:
    """Return ``value is None`` or ``value is not None``, also spelled with ``==`` and ``!=``."""
    from lester_gui.rewrite.lift.expressions.operators import of_condition

    if isinstance(value, Maybe):
        return of_condition(paths.negated(value.found) if op in ("Is", "Eq") else value.found)
    if isinstance(value, Json | JsonList | Several):
        none = several_kinds.is_none(value) if isinstance(value, Several) else missing.is_none(value)
        return of_condition(none if op in ("Is", "Eq") else paths.negated(none))
    if isinstance(value, Lazy):
        from lester_gui.rewrite.lift import computed

        return computed.of_lazy(lift, value, "{} is None" if op in ("Is", "Eq") else "{} is not None")
    if isinstance(value, Cell) and missing.is_nan(lift, value):
        return Const(op in ("IsNot", "NotEq"))  # NaN is not None
    if isinstance(value, Cell):
        test = "is_null" if op in ("Is", "Eq") else "not_null"
        return cells.make(test, value) if value.nullable else Const(op in ("IsNot", "NotEq"))
    if isinstance(value, Const):
        return Const((value.value is None) == (op in ("Is", "Eq")))
    return Const(op in ("IsNot", "NotEq"))
