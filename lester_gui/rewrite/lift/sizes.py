"""Sizes that are computed from the number of rows: where a table is cut in two."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal, walk
from lester_gui.ir.nodes import Node, Sort
from lester_gui.rewrite.lift.domain import Cell, Const, Leaf, Part, Value
from lester_gui.rewrite.lift.splits import rows_of
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def share_of(lift: Lifter, size: Value, node: Node, part: Part | None) -> dict[str, float | int | str]:
    """Return where `size` cuts the rows of a table or of a side of it, as the fields of a split: how many come first, or last.

    ``int(0.8 * n)`` is a share of the first, ``n - int(0.2 * n)`` one of the last; a constant is a number of rows.
    ``round(0.8 * n)`` has a method of its own.

    Raises
    ------
    Stopped
        If it is computed in a way that the plan cannot repeat to the row.
    """
    content = lift.content(size)
    if isinstance(content, Cell):
        _require_own(lift, content.expr, node, part)
    if isinstance(content, Const) and isinstance(content.value, int) and not isinstance(content.value, bool):
        return {"train_size": content.value}
    if isinstance(content, Const) and isinstance(content.value, float) and 0 < content.value < 1:
        return {"train_size": content.value}
    if isinstance(content, Cell):
        share = _share(content.expr)
        if share is not None:
            return {"train_size": share}
        nearest = _rounded(content.expr)
        if nearest is not None:
            return {"train_size": nearest, "method": "rounded"}
        expr = content.expr
        if isinstance(expr, Apply) and expr.operator == "sub" and _is_count(expr.arguments[0]):
            last = expr.arguments[1]
            share = _share(last)
            if share is None and isinstance(last, Literal) and isinstance(last.value, int) and last.value > 0:
                return {"train_size": -last.value}
            if share is not None:
                return {"test_size": share}
    raise no_rule("a cut at this place of a table")


def _as_many(lift: Lifter, a: Node, b: Node) -> bool:
    """Whether two tables have the same rows, in whatever order a sort left them."""
    roots = []
    for node in (a, b):
        root = lift.align.root(node)
        while isinstance(root, Sort):
            root = lift.align.root(root.parent)
        roots.append(root)
    return roots[0] is roots[1]


def _require_own(lift: Lifter, size: Expr, node: Node, part: Part | None) -> None:
    """Raise where a size is computed from the number of other rows than those that are cut."""
    rows = rows_of(lift.learner.splits, part)
    for leaf in walk(size):
        if isinstance(leaf, Leaf) and leaf.kind == "count":
            counted, side = lift.counted[leaf.ident]
            if rows_of(lift.learner.splits, side) != rows or not _as_many(lift, counted, node):
                raise no_rule("a cut at a place that the number of other rows tells")


def is_inside(size: Cell) -> bool:
    """Whether a size is never negative, as ``len(rows) // 2`` is."""
    share = _share(size.expr)
    return share is not None and 0 <= share <= 1


def _is_count(expr: Expr) -> bool:
    return isinstance(expr, Leaf) and expr.kind in ("count", "width")


def _rounded(expr: Expr) -> float | None:
    """The share of ``round(0.8 * n)``: rounded as Python does, half to even."""
    inner = expr.arguments[0] if isinstance(expr, Apply) and expr.operator == "to_int" else None
    if isinstance(inner, Apply) and inner.operator == "py_round" and inner.arguments[1] == Literal(0):
        return _product(inner.arguments[0])
    return None


def _product(expr: Expr) -> float | None:
    """The share in ``0.8 * n``."""
    if isinstance(expr, Apply) and expr.operator == "mul":
        for a, b in (expr.arguments, expr.arguments[::-1]):
            if _is_count(a) and isinstance(b, Literal) and isinstance(b.value, float):
                return b.value
    return None


def _share(expr: Expr) -> float | None:
    if isinstance(expr, Apply) and expr.operator == "to_int":
        return _product(expr.arguments[0])
    if isinstance(expr, Apply) and expr.operator == "py_floordiv" and isinstance(expr.arguments[1], Literal):
        top, bottom = expr.arguments[0], expr.arguments[1].value
        factor: object = 1
        if isinstance(top, Apply) and top.operator == "mul":
            for a, b in (top.arguments, top.arguments[::-1]):
                if _is_count(a) and isinstance(b, Literal):
                    top, factor = a, b.value
        if _is_count(top) and isinstance(factor, int) and isinstance(bottom, int) and 0 < factor <= bottom:
            return _as_share(factor, bottom)
    return None


def _as_share(numerator: int, denominator: int) -> float | None:
    """The float with which ``int(n * share)`` is ``n * numerator // denominator`` for every n below 2**50, if it is sure to be.

    Where the quotient is whole, the product must not fall short of it: it does not where the share is not too small, or too small
    by no more than half of what rounding mends: at just half, only a power of two has a neighbour that is as near, and is even.
    """
    share, exact = Fraction(numerator / denominator), Fraction(numerator, denominator)
    return numerator / denominator if share >= exact or (exact - share) / exact <= Fraction(1, 2**54) else None
