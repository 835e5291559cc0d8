"""What statements do to the symbolic state, one module per kind. `block` is the way in."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

Handler = Callable[["Lifter", Any], None]
STATEMENTS: dict[type[ast.stmt], Handler] = {}


def statement(*kinds: type[ast.stmt]) -> Callable[[Handler], Handler]:
    """Register what a kind of statement does."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            STATEMENTS[kind] = handler
        return handler

    return register


def block(lift: Lifter, body: Sequence[ast.stmt]) -> None:
    """Execute statements in order, as long as the path is alive."""
    for node in body:
        if lift.live == FALSE:
            return
        try:
            execute(lift, node)
        except Dead:
            if not (lift.loops or lift.live == FALSE):
                raise
            lift.live = FALSE


def execute(lift: Lifter, node: ast.stmt) -> None:
    """Execute one statement.

    Raises
    ------
    Stopped
        If no rule covers it; the message's line is the statement's.
    """
    handler = STATEMENTS.get(type(node))
    before = lift.line, lift.lines
    lift.line, lift.lines = node.lineno, lines_of(node)
    try:
        if handler is None:
            raise Stopped(Reason.SYNTAX, f"{type(node).__name__} statements are not lifted", node.lineno)
        handler(lift, node)
    except Stopped as stop:
        stop.line = stop.line or node.lineno
        raise
    finally:
        if lift.loops or len(lift.activations) > 1:
            lift.line, lift.lines = before


def lines_of(node: ast.stmt) -> tuple[int, ...]:
    """Return the lines of a simple statement, or of the head of a compound one."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else (node.end_lineno or node.lineno)
    return tuple(range(node.lineno, max(last, node.lineno) + 1))
