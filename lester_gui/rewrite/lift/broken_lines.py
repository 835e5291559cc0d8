"""Lines that are no JSON: a handler that passes over them belongs to how the file is read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Module, Ref, Result
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.line_tests import unchanged
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.stop import Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

COLLECTED = (ast.Name, ast.Constant, ast.Tuple, ast.expr_context)  # what a handler may put into a list of broken lines
CATCHING = {"JSONDecodeError", "ValueError", "Exception", "BaseException"}


def passes_over_broken(lift: Lifter, node: ast.Try, caught: tuple[tuple[str, ...], ...]) -> bool:
    """Recognise and run ``try: raw = json.loads(line)`` with a handler that goes on with the next line.

    The block begins with the reading of the line; what follows in it is tried on its own, since it leads to the same handlers.
    The handler may print, and count or collect what it passed over; nobody may compute with these.
    """
    if not lift.loops or not lift.straight or node.finalbody or not _reads(lift, node.body[0]):
        return False
    handler = next((h for h, kinds in zip(node.handlers, caught, strict=True) if not kinds or set(kinds) & CATCHING), None)
    if handler is None:
        return False
    counts = _counts(lift, handler.body, last=lift.loops[-1].body[-1] is node)
    if counts is None:
        return False
    unchanged(lift)
    before, lift.skips_broken = lift.skips_broken, True
    try:
        block(lift, node.body[:1])
    finally:
        lift.skips_broken = before
    for name in counts:
        value = lift.names.get(name)
        if isinstance(value, Ref):
            lift.heap[value.id] = Result("lines")
        else:
            lift.names[name] = Result("count")
    rest = node.body[1:]
    block(lift, [ast.copy_location(ast.Try(rest, node.handlers, node.orelse, []), node)] if rest else node.orelse)
    return True


def _reads(lift: Lifter, statement: ast.stmt) -> bool:
    """Whether a statement reads one line of JSON, gives it to a name or list, and does nothing else."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        value: ast.expr | None = statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        value = statement.value
    elif isinstance(statement, ast.Expr) and _is_append(statement.value):
        assert isinstance(statement.value, ast.Call)
        value = statement.value.args[0]
    else:
        return False
    if not (isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords and _is_line(value.args[0])):
        return False
    try:
        called = evaluate(lift, value.func)
    except Stopped:
        return False
    return isinstance(called, Module) and called.name == "json.loads"


def _is_append(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and isinstance(node.func.value, ast.Name)
        and len(node.args) == 1
    )


def _is_line(node: ast.expr) -> bool:
    """Whether an expression is a name, perhaps stripped: it cannot fail."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("strip", "rstrip"):
        node = node.func.value
    return isinstance(node, ast.Name)


def _counts(lift: Lifter, body: list[ast.stmt], last: bool) -> list[str] | None:
    """Return the names that a handler counts with before it goes on with the next line; None if it does anything else."""
    rest = body
    if isinstance(body[-1], ast.Continue):
        rest = body[:-1]
    elif not last:
        return None
    names: list[str] = []
    for statement in rest:
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            if not isinstance(statement.value, ast.Constant):
                return None
            names.append(statement.target.id)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            if _is_append(call) and all(isinstance(n, COLLECTED) for n in ast.walk(call.args[0])):
                names.append(call.func.value.id)  # type: ignore[attr-defined]
            elif not _only_tells(lift, call):
                return None
        elif not isinstance(statement, ast.Pass):
            return None
    return names


def _only_tells(lift: Lifter, call: ast.Call) -> bool:
    """Whether a call prints or logs."""
    root: ast.expr = call.func
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    try:
        target = lift.look_up(root.id)
    except Stopped:
        return False
    if isinstance(target, Module):
        return target.name == "builtins.print" or target.name.startswith(("logging", "warnings", "sys"))
    return isinstance(target, Result) and target.what.startswith("logging")
