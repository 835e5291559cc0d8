"""What a loop leaves behind in a variable: classification of updates, pure.

An update U says what a variable holds after an iteration, as an expression over the row and P, what it held before. U is an
assignment (P does not occur), a sum or count (P + x), an extremum, or something that no plan step can repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, substitute, walk
from lester_gui.ir.nodes import Distinct, Keep, Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Leaf
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.stop import Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Fold:
    """A classified update.

    Attributes
    ----------
    kind : str
        ``none`` (unchanged), ``last``, ``first``, ``sum``, ``min`` or ``max``.
    value : Expr
        What is assigned, added or compared.
    guard : Expr
        For which rows.
    """

    kind: str
    value: Expr
    guard: Expr


def cases(update: Expr, previous: Expr, guard: Expr = TRUE) -> list[tuple[Expr, Expr]]:
    """Return nested choices as disjoint (guard, value) pairs; a choice that does not involve `previous` stays one value."""
    if isinstance(update, Apply) and update.operator == "if_else":
        condition, a, b = update.arguments
        if _mentions(a, previous) or _mentions(b, previous):
            return cases(a, previous, paths.both(guard, condition)) + cases(
                b, previous, paths.both(guard, paths.negated(condition))
            )
    return [] if guard == FALSE else [(guard, update)]


def classify(update: Expr, previous: Expr) -> Fold:
    """Return what kind of fold an update is.

    Raises
    ------
    Stopped
        If it is none: the new value depends on the old one in a way that no plan step repeats.
    """
    update = substitute(update, lambda e: previous if _same(e, previous) else None)
    update = substitute(update, lambda e: _kept(e, previous))
    changed = [(g, v) for g, v in cases(update, previous) if v != previous]
    if not changed:
        return Fold("none", previous, FALSE)
    if all(not _mentions(g, previous) and not _mentions(v, previous) for g, v in changed):
        total, value = changed[-1]
        for g, v in reversed(changed[:-1]):
            value = paths.choose(g, v, value)
            total = paths.either(g, total)
        return Fold("last", value, total)
    added = [(g, _addend(v, previous)) for g, v in changed]
    if all(x is not None and not _mentions(g, previous) for g, x in added):
        every = [(g, x) for g, x in added if x is not None]
        total, value = every[-1]
        for g, x in reversed(every[:-1]):
            value = paths.choose(g, x, value)
            total = paths.either(g, total)
        return Fold("sum", value, total)
    if len(changed) == 1:
        fold = _extremum(*changed[0], previous)
        if fold is not None:
            return fold
    raise Stopped(
        Reason.RECURRENCE, "A value depends on its own previous value in a way that is no sum, count, extremum or last value"
    )


def _kept(expr: Expr, previous: Expr) -> Expr | None:
    """``text`` where a text is kept if it equals the new one and replaced otherwise: it is the new one either way."""
    if not (isinstance(expr, Apply) and expr.operator == "if_else" and isinstance(previous, Leaf) and previous.type is Type.STR):
        return None
    condition, a, b = expr.arguments
    denied = isinstance(condition, Apply) and condition.operator == "not"
    asked = condition.arguments[0] if isinstance(condition, Apply) and denied else condition
    if not (isinstance(asked, Apply) and asked.operator in ("py_eq", "py_ne") and previous in asked.arguments):
        return None
    same, other = (a, b) if (asked.operator == "py_eq") != denied else (b, a)
    return other if same == previous and other in asked.arguments and other != previous else None


def _addend(value: Expr, previous: Expr) -> Expr | None:
    """X where `value` is ``previous + x``."""
    if isinstance(value, Apply) and value.operator == "add":
        a, b = value.arguments
        if a == previous and not _mentions(b, previous):
            return b
        if b == previous and not _mentions(a, previous):
            return a
    if (
        isinstance(value, Apply)
        and value.operator == "sub"
        and value.arguments[0] == previous
        and not _mentions(value.arguments[1], previous)
    ):
        return Apply("neg", (value.arguments[1],))
    return None


def _extremum(guard: Expr, value: Expr, previous: Expr) -> Fold | None:
    """``if x > best: best = x``, also with ``best is None or`` in front."""
    if _mentions(value, previous):
        return None
    rest: list[Expr] = []
    kind = ""
    for c in paths.conjuncts(guard):
        options = c.arguments if isinstance(c, Apply) and c.operator == "or" else (c,)
        found = ""
        for option in options:
            denied = isinstance(option, Apply) and option.operator == "not"
            o = option.arguments[0] if isinstance(option, Apply) and denied else option
            if isinstance(o, Apply) and o.operator.endswith(("_gt", "_ge", "_lt", "_le")):
                greater = o.operator.endswith(("_gt", "_ge")) != denied
                if o.arguments == (value, previous):
                    found = "max" if greater else "min"
                elif o.arguments == (previous, value):
                    found = "min" if greater else "max"
        if found and all(_mentions(o, previous) for o in options):
            kind = found
        elif _mentions(c, previous):
            return None
        else:
            rest.append(c)
    return Fold(kind, value, paths.conjunction(rest)) if kind else None


def _mentions(expr: Expr, what: Expr) -> bool:
    return any(e == what for e in walk(expr))


def _same(a: Expr, b: Expr) -> bool:
    """Whether two leaves are one: the type a carried value is given may differ from use to use."""
    return isinstance(a, Leaf) and isinstance(b, Leaf) and (a.kind, a.ident, a.name) == (b.kind, b.ident, b.name)


def first_of_each(lift: Lifter, node: Node, leaf: Leaf, lines: tuple[int, ...]) -> Node:
    """Return the first row of each key: what ``if key in seen: continue`` and ``seen.add(key)`` keep."""
    names = []
    for cell in lift.unseen[leaf.ident]:
        node, name = lift.as_column(node, cell, lift.called_cell(cell) or "key")
        names.append(name)
    return lift.step(Distinct, lift.naming.called(node), lines=lines, parent=node, subset=tuple(names), keep=Keep.FIRST)
