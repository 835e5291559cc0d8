"""Loops over folds: what all rounds but the last one leave is a report, and the last one is a split like any other."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Const, Result, Tup, Value
from lester_gui.rewrite.lift.purity import IMPURE_METHODS
from lester_gui.rewrite.lift.stop import Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

DRAWS = IMPURE_METHODS | {"sample", "uniform", "normal", "integers", "random_sample", "seed", "resample"}


@dataclass(frozen=True, slots=True)
class Folds(Result):
    """What a splitter yields, as far as it is known: the element of the last round, how many rounds there are, and the first."""

    last: Value | None = None
    rounds: int = 0
    first: Callable[[], Value] | None = field(default=None, compare=False)

    def at(self, place: Value) -> Value | None:
        """Return the element of the first or last round by its place; of other rounds only scores are known."""
        if self.rounds and place in (Const(-1), Const(self.rounds - 1)):
            return self.last
        return self.first() if self.first is not None and place == Const(0) else None


def numbered(folds: Folds, start: int) -> Folds:
    """Return ``enumerate(folds, start)``."""
    last = None if folds.last is None else Tup((Const(folds.rounds - 1 + start), folds.last))
    return Folds("pairs", last, folds.rounds)


def last_round(lift: Lifter, node: ast.For, folds: Folds) -> None:
    """Run the body for the last fold, after everything that earlier rounds may have changed was declared a report.

    A body that draws random numbers, or may end the loop, is not run: the last round is another one then. One that cannot be
    followed leaves reports only.
    """
    from lester_gui.rewrite.lift.statements import block
    from lester_gui.rewrite.lift.statements.assign import store

    inside = [n for s in node.body for n in ast.walk(s)]
    draws = any(isinstance(n, ast.Attribute) and n.attr in DRAWS for n in inside)
    if folds.last is None or draws or lift.loops or any(isinstance(n, ast.Break | ast.Continue | ast.Return) for n in inside):
        return
    state = lift.snapshot()
    try:
        store(lift, node.target, folds.last)
        block(lift, node.body)
    except Stopped:
        lift.restore(state)
