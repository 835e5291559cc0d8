"""Sizes that are computed from the number of rows: where a table is cut in two."""

from __future__ import annotations

from collections.abc import Callable
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
    factor = _factor(expr, _is_count)
    return factor if isinstance(factor, float) else None


def _factor(expr: Expr, is_size: Callable[[Expr], bool]) -> object:
    """The constant by which a size is multiplied, None in other expressions."""
    if isinstance(expr, Apply) and expr.operator == "mul":
        for a, b in (expr.arguments, expr.arguments[::-1]):
            if is_size(a) and isinstance(b, Literal):
                return b.value
    return None


def place_of(expr: Expr, is_size: Callable[[Expr], bool]) -> tuple[float, int, int, int] | None:
    """Return a place among `n` elements that is computed from their number as in ``n // 2 - 1`` or ``int(0.9 * n)``.

    Parameters
    ----------
    is_size
        Whether an expression is `n`.

    Returns
    -------
    tuple of (float, int, int, int), optional
        The place as ``(int(n * a) + b) // c + d``; None of other computations.
    """
    if is_size(expr):
        return (1, 0, 1, 0)
    if isinstance(expr, Literal) and type(expr.value) is int:
        return (0, 0, 1, expr.value) if expr.value >= 0 else (1, 0, 1, expr.value)
    if not isinstance(expr, Apply):
        return None
    first, *others = expr.arguments
    if expr.operator in ("mul", "to_int"):
        product, kind = (expr, int) if expr.operator == "mul" else (first, float)
        factor = _factor(product, is_size)
        return (factor, 0, 1, 0) if type(factor) is kind and factor > 0 else None
    constant = others[0].value if others and isinstance(others[0], Literal) else None
    inner = place_of(first, is_size)
    if inner is None or type(constant) is not int:
        return None
    if expr.operator in ("add", "sub"):
        return (*inner[:3], inner[3] + (constant if expr.operator == "add" else -constant))
    if expr.operator == "py_floordiv" and constant > 0 and inner[2] == 1 and inner[0] != 0:
        return (inner[0], inner[3], constant, 0)
    return None


def _share(expr: Expr) -> float | None:
    """The share in ``int(0.8 * n)`` or ``n * 4 // 5``."""
    place = place_of(expr, _is_count) if isinstance(expr, Apply) and expr.operator in ("to_int", "py_floordiv") else None
    if place is None or place[1] != 0 or place[3] != 0:
        return None
    factor, _, divisor, _ = place
    if type(factor) is float:
        return factor if divisor == 1 else None
    return _as_share(int(factor), divisor) if factor <= divisor else None


def _as_share(numerator: int, denominator: int) -> float | None:
    """The float with which ``int(n * share)`` is ``n * numerator // denominator`` for every n below 2**50, if it is sure to be.

    Where the quotient is whole, the product must not fall short of it: it does not where the share is not too small, or too small
    by no more than half of what rounding mends: at just half, only a power of two has a neighbour that is as near, and is even.
    """
    share, exact = Fraction(numerator / denominator), Fraction(numerator, denominator)
    return numerator / denominator if share >= exact or (exact - share) / exact <= Fraction(1, 2**54) else None
