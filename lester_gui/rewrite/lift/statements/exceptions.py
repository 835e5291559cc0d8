"""``try``, ``raise`` and their handlers: where an operation fails for some rows, the handler goes on with those."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.broken_lines import passes_over_broken
from lester_gui.rewrite.lift.domain import Module, Result
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import Attempt, Path, classes_of, demand, here
from lester_gui.rewrite.lift.statements import block, statement, whole_tables
from lester_gui.rewrite.lift.statements.branch import join
from lester_gui.rewrite.lift.stop import Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

# What the world around the script raises, not its data: the files are there, or the script would not have run.
WORLD = {
    *("ImportError", "ModuleNotFoundError", "FileNotFoundError", "FileExistsError", "IOError", "OSError", "PermissionError"),
    *("KeyboardInterrupt", "EnvironmentError", "NameError", "IsADirectoryError"),
}
HARMLESS = (ast.Import, ast.ImportFrom, ast.Expr, ast.Pass)


@statement(ast.Raise)
def fail(lift: Lifter, node: ast.Raise) -> None:
    """``raise`` leads to the handler around it; without one it ends the script, so no row of good data comes by here."""
    kind = "Exception"
    called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if called is not None:
        raised = evaluate(lift, called)
        if isinstance(raised, Module):
            kind = classes_of(lift, raised)[0]
    if demand(lift, FALSE, kind):
        return
    if lift.live == TRUE:
        raise Stopped(Reason.EFFECT, "The script always raises an error here", node.lineno)
    lift.live = FALSE


@statement(ast.Try)
def attempt(lift: Lifter, node: ast.Try) -> None:
    """``try``: each handler goes on with the rows for which an operation of the body failed in its way."""
    caught = tuple(() if h.type is None else classes_of(lift, evaluate(lift, h.type)) for h in node.handlers)
    if passes_over_broken(lift, node, caught):
        return
    _check(lift, node, caught)
    made = Attempt(caught, len(lift.loops), len(lift.activations) - 1)
    lift.attempts.append(made)
    try:
        block(lift, node.body)
    finally:
        lift.attempts.pop()
    block(lift, node.orelse)
    ends = [here(lift)]
    straight, lift.straight = lift.straight, False
    try:
        for number, handler in enumerate(node.handlers):
            reached = [p for i, p in made.exits if i == number]
            if reached:
                ends.append(_handled(lift, handler, reached))
    finally:
        lift.straight = straight
    join(lift, ends)
    if lift.live != FALSE:
        block(lift, node.finalbody)


def _handled(lift: Lifter, handler: ast.ExceptHandler, reached: list[Path]) -> Path:
    """Run a handler for the rows that reach it."""
    join(lift, reached)
    if handler.name:
        lift.names[handler.name] = Result("error")
    block(lift, handler.body)
    if handler.name:
        lift.names.pop(handler.name, None)
    return here(lift)


def _check(lift: Lifter, node: ast.Try, caught: tuple[tuple[str, ...], ...]) -> None:
    """Refuse what is not followed: work in ``finally`` after a jump, and errors that decide the script's course as a whole."""
    jumps = whole_tables.leaves([*node.body, *node.handlers, *node.orelse])
    if jumps and not all(isinstance(s, HARMLESS) for s in node.finalbody):
        raise Stopped(Reason.SYNTAX, "A finally clause after a jump is not lifted", node.lineno)
    if lift.loops or all(isinstance(s, HARMLESS) for s in node.body):
        return
    for handler, classes in zip(node.handlers, caught, strict=True):
        ends = whole_tables.ends(handler.body)
        if not ends and not (classes and set(classes) <= WORLD) and not _parses(node.body):
            raise Stopped(Reason.SYNTAX, "What happens after an error in a try block is not lifted", node.lineno)


def _parses(body: list[ast.stmt]) -> bool:
    """Whether a block only computes values from names: then all that fails in it is asked for by a rule."""
    simple = (ast.Assign, ast.AnnAssign, ast.Return, ast.Pass)  # items of lists and dicts are asked for, too
    calls = [n for s in body for n in ast.walk(s) if isinstance(n, ast.Call)]
    return all(isinstance(s, simple) for s in body) and all(
        isinstance(c.func, ast.Name) and c.func.id in ("float", "int", "str", "len") for c in calls
    )
