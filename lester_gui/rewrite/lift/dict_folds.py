"""A dict after the loop that changed it: each part of its values is a first, last, smallest, largest value, a sum or a count.

Each part is classified on its own, by how it depends on what the row before left under the same key; the rows that a key has
then give its value by an aggregate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal, substitute, walk
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Cell, InLoop, Leaf, Value
from lester_gui.rewrite.lift.folds import Fold, classify
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.stages import simplified
from lester_gui.rewrite.lift.stop import Reason, Stopped
from lester_gui.rewrite.lift.templates import leaves

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class PartFold:
    """One part of the values of a dict.

    Attributes
    ----------
    kind : str
        ``first``, ``last``, ``sum``, ``min`` or ``max``.
    value : Cell
        What a row gives.
    guard : Expr
        Which rows give something, beyond those that belong to the dict.
    start : Literal, optional
        What the part holds where no row has given anything: the value of a new key.
    """

    kind: str
    value: Cell
    guard: Expr
    start: Literal | None = None


@dataclass(frozen=True, slots=True)
class DictFold:
    """A dict that a loop changed: the key, the rows that put it there, and the parts of its values."""

    ident: int
    key: Value
    guard: Expr
    template: Value
    parts: tuple[PartFold, ...]


def assuming(expr: Expr, leaf: Expr, holds: bool) -> Expr:
    """Return an expression where a condition is known."""
    return simplified(substitute(expr, lambda e: (TRUE if holds else FALSE) if e == leaf else None))


def given(expr: Expr, guard: Expr) -> Expr:
    """Return an expression for rows that fulfil a guard: choices that it decides are made."""
    if not isinstance(expr, Apply):
        return expr
    if expr.operator == "if_else":
        condition, a, b = expr.arguments
        if paths.both(guard, condition) == FALSE:
            return given(b, guard)
        if paths.both(guard, paths.negated(condition)) == FALSE:
            return given(a, guard)
        a, b = given(a, paths.both(guard, condition)), given(b, paths.both(guard, paths.negated(condition)))
        return paths.choose(condition, a, b)
    return Apply(expr.operator, tuple(given(a, guard) for a in expr.arguments))


def folded(lift: Lifter, content: InLoop, change: Callable[[Expr], Expr]) -> DictFold:
    """Classify what an iteration does to a dict.

    Parameters
    ----------
    change
        Puts columns in the place of fields of lines.

    Raises
    ------
    Stopped
        If a part depends on its own previous value in another way.
    """
    if content.key is None or content.value is None:
        raise Stopped(Reason.RECURRENCE, "A dict is read in a loop that never puts a value into it")
    seen = Leaf("seen", content.ident, content.remember(content.key), Type.BOOL)
    if assuming(content.there, seen, True) != TRUE:
        raise Stopped(Reason.EFFECT, "A key that an earlier row put there is taken out again")
    guard = change(assuming(content.there, seen, False))
    parts = []
    for number, cell in enumerate(leaves(lift, content.value)):
        before = Leaf("prev_item", content.ident, str(number), cell.type, cell.nullable)
        new, old = (change(assuming(cell.expr, seen, holds)) for holds in (False, True))
        new = given(new, guard)
        old = substitute(old, lambda e, leaf=before: leaf if _is(e, leaf) else None)  # type: ignore[misc]
        parts.append(_part(Cell(old, cell.type, cell.nullable), new, before, guard))
    return DictFold(content.ident, content.key, guard, content.value, tuple(parts))


def _part(cell: Cell, new: Expr, before: Leaf, guard: Expr) -> PartFold:
    """Classify one part: `cell` is its update under a key that is there, `new` its value under a new key."""
    if _reads(new, before):
        raise Stopped(Reason.RECURRENCE, "A dict is read at a key that may not be there")
    fold = classify(cell.expr, before)
    if fold.kind == "none":
        return PartFold("first", Cell(new, cell.type, cell.nullable), TRUE)
    update = given(cell.expr, guard)
    if fold.kind in ("max", "min"):
        base = _extremum_start(update, new, before, fold, guard)
        beyond = TRUE if base is None else relative(fold.guard, guard)
        return PartFold(fold.kind, Cell(fold.value, cell.type), beyond, base)
    beyond = relative(fold.guard, guard)
    if fold.kind == "sum":
        start = _start(update, new, before)
        kind = Type.INT if cell.type is Type.INT else Type.FLOAT
        return PartFold("sum", Cell(fold.value, _added_type(fold.value, kind), cell.nullable), beyond, start)
    if fold.value == new and beyond == TRUE:
        return PartFold("last", Cell(new, cell.type, cell.nullable), TRUE)
    return PartFold("last", Cell(fold.value, cell.type, cell.nullable), beyond, _otherwise(update, new, before, fold, guard))


def relative(guard: Expr, base: Expr) -> Expr:
    """Return a guard without what all rows of the dict fulfil.

    Raises
    ------
    Stopped
        If the guard holds for rows that do not put their key there.
    """
    have = paths.conjuncts(guard)
    if any(c not in have for c in paths.conjuncts(base)):
        raise Stopped(Reason.RECURRENCE, "A dict is changed only under keys that other rows put there")
    return paths.conjunction(c for c in have if c not in paths.conjuncts(base))


def _start(update: Expr, new: Expr, before: Leaf) -> Literal:
    """Return the number that a sum starts from: the value of a new key is the update of that number."""
    numbers = [Literal(0), Literal(0.0), *(e for e in walk(new) if isinstance(e, Literal) and _is_number(e))]
    wanted = _plain(new)
    for n in numbers:
        if _plain(substitute(update, lambda e, n=n: n if e == before else None)) == wanted:  # type: ignore[misc]
            return n
    raise Stopped(Reason.RECURRENCE, "The first row of a key counts in another way than those after it")


def _is_number(expr: Literal) -> bool:
    return isinstance(expr.value, int | float) and not isinstance(expr.value, bool)


def _plain(expr: Expr) -> Expr:
    """Return an expression without additions of constants, so that two ways of writing one sum look alike."""
    expr = simplified(expr)
    if not isinstance(expr, Apply):
        return expr
    arguments = tuple(_plain(a) for a in expr.arguments)
    if expr.operator in ("add", "sub"):
        a, b = arguments
        if isinstance(a, Literal) and isinstance(b, Literal) and _is_number(a) and _is_number(b):
            assert isinstance(a.value, int | float) and isinstance(b.value, int | float)
            return Literal(a.value + b.value if expr.operator == "add" else a.value - b.value)
        if isinstance(a, Literal) and a.value == 0 and expr.operator == "add":
            return b
        if isinstance(b, Literal) and b.value == 0:
            return a
    if expr.operator == "if_else" and arguments[1] == arguments[2]:
        return arguments[1]
    return Apply(expr.operator, arguments)


def _added_type(value: Expr, kind: Type) -> Type:
    if isinstance(value, Literal):
        assert value.type is not None
        return value.type
    return kind


def _otherwise(update: Expr, new: Expr, before: Leaf, fold: Fold, guard: Expr) -> Literal:
    """Return the constant that a new key holds where the update's condition does not hold."""
    beyond = relative(fold.guard, guard)
    here = simplified(substitute(new, lambda e: TRUE if e == beyond else None))
    other = simplified(substitute(new, lambda e: FALSE if e == beyond else None))
    if beyond != TRUE and here == fold.value and isinstance(other, Literal):
        return other
    literals = [e for e in walk(new) if isinstance(e, Literal)] if beyond != TRUE else []
    for n in literals:  # the first row finds that constant where others find what the row before them left
        if simplified(substitute(update, lambda e, n=n: n if e == before else None)) == simplified(new):  # type: ignore[misc]
            return n
    raise Stopped(Reason.RECURRENCE, "The first row of a key sets another value than those after it")


def _extremum_start(update: Expr, new: Expr, before: Leaf, fold: Fold, guard: Expr) -> Literal | None:
    """Return the number that an extremum starts from; None where the first row's own value is the start."""
    if new == fold.value:
        asked = set(paths.conjuncts(guard)) - set(paths.conjuncts(fold.guard))
        if all(_compares(c, fold) for c in asked) and set(paths.conjuncts(fold.guard)) <= set(paths.conjuncts(guard)):
            return None
    elif isinstance(new, Apply) and new.operator == "if_else":
        literals = [e for e in walk(new) if isinstance(e, Literal) and e.value is not None and e.type is not Type.BOOL]
        for n in literals:
            if simplified(substitute(update, lambda e, n=n: n if e == before else None)) == new:  # type: ignore[misc]
                return n
    raise Stopped(Reason.RECURRENCE, "The first row of a key sets another value than those after it")


def _compares(condition: Expr, fold: Fold) -> bool:
    """Whether a condition asks that a value is beyond a constant, in the direction of the extremum."""
    if not isinstance(condition, Apply) or len(condition.arguments) != 2:
        return False
    a, b = condition.arguments
    greater = ("_gt", "_ge") if fold.kind == "max" else ("_lt", "_le")
    less = ("_lt", "_le") if fold.kind == "max" else ("_gt", "_ge")
    if a == fold.value and isinstance(b, Literal):
        return condition.operator.endswith(greater)
    return b == fold.value and isinstance(a, Literal) and condition.operator.endswith(less)


def _is(expr: Expr, leaf: Leaf) -> bool:
    """Whether an expression is a leaf: the type that a value is given may differ from use to use."""
    return isinstance(expr, Leaf) and (expr.kind, expr.ident, expr.name) == (leaf.kind, leaf.ident, leaf.name)


def _reads(expr: Expr, before: Leaf) -> bool:
    return any(isinstance(e, Leaf) and (e.kind, e.ident) == (before.kind, before.ident) for e in walk(expr))
