"""Sizes that are computed from the number of rows: where a table is cut in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.rewrite.lift.domain import Cell, Const, Leaf, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def share_of(lift: Lifter, size: Value) -> float | int:
    """Return what `size` is of the rows: a share for ``int(0.8 * n)``, a number of rows for a constant.

    Raises
    ------
    Stopped
        If it is computed in a way that the plan cannot repeat to the row.
    """
    content = lift.content(size)
    if isinstance(content, Const) and isinstance(content.value, int) and content.value >= 0:
        return content.value
    if isinstance(content, Cell):
        share = _share(content.expr)
        if share is not None:
            return share
    raise no_rule("a cut at this place of a table")


def _share(expr: Expr) -> float | None:
    if not (isinstance(expr, Apply) and expr.operator == "to_int"):
        return None
    inner = expr.arguments[0]
    if isinstance(inner, Apply) and inner.operator == "mul":
        for a, b in (inner.arguments, inner.arguments[::-1]):
            if isinstance(a, Leaf) and a.kind == "count" and isinstance(b, Literal) and isinstance(b.value, float):
                return b.value
    return None
