"""Which expressions are only asked whether they are true: ``if tags and "vip" in tags`` does not use what ``and`` gives."""

from __future__ import annotations

import ast


def mark_test(node: ast.expr) -> None:
    """Note that only the truth of an expression matters, and of the parts that it consists of."""
    if isinstance(node, ast.BoolOp):
        node.only_asked = True  # type: ignore[attr-defined]
        for part in node.values:
            mark_test(part)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        mark_test(node.operand)


def is_test(node: ast.BoolOp) -> bool:
    """Whether only the truth of an expression matters."""
    return getattr(node, "only_asked", False)
