"""What expressions evaluate to, one module per kind. `evaluate` is the way in."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lester_gui.rewrite.lift.domain import Value
from lester_gui.rewrite.lift.missing import narrowed
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

Handler = Callable[["Lifter", Any], Value]
EXPRESSIONS: dict[type[ast.expr], Handler] = {}


def expression(*kinds: type[ast.expr]) -> Callable[[Handler], Handler]:
    """Register what a kind of expression evaluates to."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            EXPRESSIONS[kind] = handler
        return handler

    return register


def evaluate(lift: Lifter, node: ast.expr) -> Value:
    """Return what an expression evaluates to.

    Raises
    ------
    Stopped
        If no rule covers it.
    """
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        raise Stopped(Reason.SYNTAX, f"{type(node).__name__} expressions are not lifted", getattr(node, "lineno", None))
    live = lift.live
    try:
        return narrowed(lift, handler(lift, node))
    except Dead:
        raise
    except Stopped:
        from lester_gui.rewrite.lift.computed import as_function

        lift.live = live
        made = as_function(lift, node)
        if made is None:
            raise
        return made
