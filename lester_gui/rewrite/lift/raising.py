"""What fails for some rows: the condition under which an operation succeeds, and the handler that takes over where it does not.

Inside ``try`` an operation that may raise splits the path: where it fails, the handler goes on with what the names held at that
moment. Outside, the script ended well, so no row fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Module, Tup, Value
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PARENTS = {
    "ValueError": ("Exception",),
    "TypeError": ("Exception",),
    "AttributeError": ("Exception",),
    "KeyError": ("LookupError", "Exception"),
    "IndexError": ("LookupError", "Exception"),
    "ZeroDivisionError": ("ArithmeticError", "Exception"),
    "OverflowError": ("ArithmeticError", "Exception"),
    "AssertionError": ("Exception",),
    "JSONDecodeError": ("ValueError", "Exception"),
    "UnicodeDecodeError": ("ValueError", "Exception"),
}


@dataclass(frozen=True, slots=True)
class Path:
    """What holds at one place of the script: under which condition it is reached, the names, and the objects behind them."""

    guard: Expr
    names: dict[str, Value]
    heap: dict[int, Value]


@dataclass(slots=True)
class Attempt:
    """A ``try`` block while its body runs.

    Attributes
    ----------
    handlers : tuple of tuple of str
        The classes that each handler catches; none: all.
    depth : int
        Loops over rows that are open around it.
    level : int
        The call of a function that it stands in.
    exits : list of (int, Path)
        Handlers that were reached, and with what.
    """

    handlers: tuple[tuple[str, ...], ...]
    depth: int
    level: int
    exits: list[tuple[int, Path]] = field(default_factory=list)

    def catching(self, kind: str) -> int | None:
        """Return the handler that catches an exception, if one does."""
        classes = {kind, *PARENTS.get(kind, ("Exception",)), "BaseException"}
        return next((i for i, caught in enumerate(self.handlers) if not caught or classes & set(caught)), None)


def here(lift: Lifter, level: int | None = None) -> Path:
    """Return the path that is being run, with the names of a call around it."""
    names = lift.activations[-1 if level is None else level].names
    return Path(lift.live, dict(names), dict(lift.heap))


def caught_by(lift: Lifter, kind: str) -> Attempt | None:
    """Return the innermost ``try`` that catches an exception."""
    return next((a for a in reversed(lift.attempts) if a.catching(kind) is not None), None)


def required(lift: Lifter, condition: Expr) -> None:
    """Go on in a loop with the rows for which a condition holds: others end the script."""
    if lift.straight and lift.loops:
        lift.live = paths.both(lift.live, condition)
        lift.loops[-1].demanded.add(condition)


def demand(lift: Lifter, condition: Expr, kind: str) -> bool:
    """Go on only where `condition` holds; elsewhere the innermost handler of `kind` takes over.

    Returns
    -------
    bool
        False if nothing catches `kind`: then the script would have ended.

    Raises
    ------
    Stopped
        If the handler stands outside the loop over rows: the failing row ends the loop.
    """
    attempt = caught_by(lift, kind)
    if attempt is None:
        return False
    if condition in paths.conjuncts(lift.live) or condition == paths.TRUE:
        return True
    if attempt.depth != len(lift.loops):
        raise Stopped(Reason.SYNTAX, "A row that fails ends the loop, for the handler stands outside it")
    failing = paths.both(lift.live, paths.negated(condition))
    handler = attempt.catching(kind)
    assert handler is not None
    if failing != FALSE:
        at = here(lift, attempt.level)
        attempt.exits.append((handler, Path(failing, at.names, at.heap)))
    lift.live = paths.both(lift.live, condition)
    return True


def exits(lift: Lifter) -> int:
    """Return how often a handler was reached so far: whether an expression failed for some rows shows by the difference."""
    return sum(len(a.exits) for a in lift.attempts)


def classes_of(lift: Lifter, value: Value) -> tuple[str, ...]:
    """Return the names of the exception classes that a handler lists."""
    content = lift.content(value)
    if isinstance(content, Tup):
        return tuple(c for v in content.items for c in classes_of(lift, v))
    if isinstance(content, Module):
        return (content.name.rsplit(".", 1)[-1].rsplit(":", 1)[-1],)
    raise no_rule("a handler of an exception that is not named")
