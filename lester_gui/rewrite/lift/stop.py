"""Reasons to stop. A stop says which line is not understood and why; it never turns into a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why lifting stopped, for the reader and for the next rewriter."""

    NO_RULE = "no-rule"  # a call, method or option that no rule knows
    RECURRENCE = "recurrence"  # a value depends on its own previous value in a way that is no known fold
    ALIAS = "alias"  # one object changed through two names, or after it was shared
    SHAPE = "shape"  # rows or columns that are not statically known, or do not belong together
    LEVEL = "level"  # state of one loop level used in another
    SYNTAX = "syntax"  # a statement or expression form that is not lifted
    EFFECT = "effect"  # randomness, time, network, deletion
    INTERNAL = "internal"  # a fault of the rewriter itself


@dataclass(frozen=True, slots=True)
class Stop:
    """One place where lifting stopped.

    Attributes
    ----------
    line : int
        The script's line, 1-based.
    reason : Reason
        The class of the reason.
    why : str
        One sentence for the reader; no values from data.
    variable : str
        What is unknown from there on, if it has a name.
    covered : bool
        Whether an opaque step stands in for it, so that the plan goes on.
    beside : bool
        Whether there is a plan that does not need it: a figure, a report.
    """

    line: int
    reason: Reason
    why: str
    variable: str = ""
    covered: bool = False
    beside: bool = False


class Stopped(Exception):
    """Raised where lifting cannot go on; the statement that is being executed becomes unknown."""

    def __init__(self, reason: Reason, why: str, line: int | None = None, root: tuple[int, str] | None = None) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why
        self.line = line
        self.root = root  # line and reason of the stop that this one follows from


class Dead(Stopped):
    """Raised where no row can come by: the path ends there."""

    def __init__(self, why: str) -> None:
        super().__init__(Reason.RECURRENCE, why)


def no_rule(what: str) -> Stopped:
    """Return the stop for something that no rule knows."""
    return Stopped(Reason.NO_RULE, f"There is no rule for {what}")


def shape(why: str) -> Stopped:
    """Return the stop for rows or columns that do not fit or are not known."""
    return Stopped(Reason.SHAPE, why)
