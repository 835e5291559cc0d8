"""Path conditions: boolean expressions over the current row, kept short so that they read like the script's own conditions."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from lester_gui.ir.expressions import Apply, Call, Expr, Literal
from lester_gui.ir.operators import OPERATORS

TRUE = Literal(True)
FALSE = Literal(False)
MOST_ATOMS = 8  # conditions that are told apart when it is asked whether paths leave a case out

DIVIDING = ("py_div", "py_floordiv", "py_mod")

# Operators that fail for some values: whatever uses one has to come after the conditions that the script asked first.
PARTIAL = frozenset(
    {
        *DIVIDING,
        *("split_item", "word_item", "py_int", "py_float", "to_int", "parse_date"),
        *("letter", "make_date", "parse_time", "float_or_nan", "present"),
    }
    & set(OPERATORS)
)


def conjuncts(condition: Expr) -> tuple[Expr, ...]:
    """Return the conditions that `condition` is the conjunction of, in the order in which the script asks them."""
    if condition == TRUE:
        return ()
    if isinstance(condition, Apply) and condition.operator == "and":
        return tuple(c for a in condition.arguments for c in conjuncts(a))
    return (condition,)


def conjunction(conditions: Iterable[Expr]) -> Expr:
    """Return the conjunction of `conditions`, each once."""
    out: dict[Expr, None] = {}
    for condition in conditions:
        for c in conjuncts(condition):
            if c == FALSE or negated(c) in out:
                return FALSE
            out[c] = None
    kept = tuple(out)
    if not kept:
        return TRUE
    for c in kept:
        if isinstance(c, Apply) and c.operator == "or" and all(n in out for a in c.arguments for n in conjuncts(negated(a))):
            return FALSE  # every alternative is excluded
    return kept[0] if len(kept) == 1 else Apply("and", kept)


def both(a: Expr, b: Expr) -> Expr:
    """Return ``a and b``."""
    return conjunction((a, b))


def negated(condition: Expr) -> Expr:
    """Return ``not condition``, with the negation moved inwards, so that a condition and its negation always look alike."""
    if condition == TRUE:
        return FALSE
    if condition == FALSE:
        return TRUE
    if isinstance(condition, Apply) and condition.operator == "not":
        return condition.arguments[0]
    if isinstance(condition, Apply) and condition.operator == "or":
        return conjunction(negated(a) for a in condition.arguments)
    if isinstance(condition, Apply) and condition.operator == "and":
        return _alternatives([negated(a) for a in condition.arguments])
    return Apply("not", (condition,))


def _alternatives(conditions: list[Expr]) -> Expr:
    parts: dict[Expr, None] = {}
    for c in conditions:
        for p in c.arguments if isinstance(c, Apply) and c.operator == "or" else (c,):
            parts[p] = None
    kept = tuple(parts)
    return kept[0] if len(kept) == 1 else Apply("or", kept)


def either(a: Expr, b: Expr) -> Expr:
    """Return ``a or b``; ``(p and q) or (p and not q)`` is ``p``, so that conditions stay as short as the script's."""
    if a in (FALSE, b):
        return b
    if b == FALSE:
        return a
    if TRUE in (a, b) or negated(a) == b:
        return TRUE
    left, right = conjuncts(a), conjuncts(b)
    common = [c for c in left if c in right]
    if not common:
        return _alternatives([a, b])
    rest_left = [c for c in left if c not in common]
    rest_right = [c for c in right if c not in common]
    if not rest_left or not rest_right:
        return conjunction(common)
    return both(conjunction(common), either(conjunction(rest_left), conjunction(rest_right)))


def disjunction(conditions: Iterable[Expr]) -> Expr:
    """Return the condition that one of `conditions` holds, which they are asked for in this order."""
    out: Expr = FALSE
    for condition in reversed(tuple(conditions)):
        out = either(condition, out)
    return out


def any_of(guards: Iterable[Expr]) -> Expr:
    """Return the condition that one of several paths was taken; what all have in common where they leave no case out."""
    parts = tuple(guards)
    out = disjunction(parts)
    common = [c for c in conjuncts(parts[0]) if all(c in conjuncts(p) for p in parts[1:])]
    rest = [conjunction(c for c in conjuncts(p) if c not in common) for p in parts]
    atoms = tuple(dict.fromkeys(a for r in rest for a in _atoms(r)))
    if len(atoms) > MOST_ATOMS:
        return out
    cases = (dict(zip(atoms, told, strict=True)) for told in itertools.product((True, False), repeat=len(atoms)))
    return conjunction(common) if all(any(holds(r, case) for r in rest) for case in cases) else out


def _atoms(condition: Expr) -> tuple[Expr, ...]:
    if isinstance(condition, Apply) and condition.operator in ("and", "or", "not"):
        return tuple(a for part in condition.arguments for a in _atoms(part))
    return () if condition in (TRUE, FALSE) else (condition,)


def holds(condition: Expr, case: Mapping[Expr, bool]) -> bool | None:
    """Whether a condition holds in a case, which tells some conditions apart; None where it does not tell."""
    if condition in case:
        return case[condition]
    if condition in (TRUE, FALSE):
        return condition == TRUE
    if not isinstance(condition, Apply) or condition.operator not in ("and", "or", "not"):
        return None
    parts = [holds(a, case) for a in condition.arguments]
    if condition.operator == "not":
        return None if parts[0] is None else not parts[0]
    decided = condition.operator == "or"
    if decided in parts:
        return decided
    return None if None in parts else not decided


def choose(condition: Expr, a: Expr, b: Expr) -> Expr:
    """Return ``a if condition else b``."""
    if a == b or condition == TRUE:
        return a
    if condition == FALSE:
        return b
    if a == TRUE and b == FALSE:
        return condition
    if a == FALSE and b == TRUE:
        return negated(condition)
    if a == FALSE:
        return both(negated(condition), b)
    if b == FALSE:
        return both(condition, a)
    if a == TRUE:
        return either(condition, b)
    if b == TRUE:
        return either(negated(condition), a)
    if isinstance(condition, Apply) and condition.operator == "not":
        return choose(condition.arguments[0], b, a)
    if isinstance(b, Apply) and b.operator == "if_else" and b.arguments[0] == condition:
        b = b.arguments[2]
    if isinstance(a, Apply) and a.operator == "if_else" and a.arguments[0] == condition:
        a = a.arguments[1]
    return Apply("if_else", (condition, a, b))


def is_partial(expr: Expr) -> bool:
    """Whether evaluating `expr` can fail for some row; a user function may fail for a row on which the script did not call it."""
    if isinstance(expr, Call):
        return True
    if isinstance(expr, Apply):
        if expr.operator in DIVIDING and isinstance(expr.arguments[1], Literal):
            return not expr.arguments[1].value or is_partial(expr.arguments[0])
        return expr.operator in PARTIAL or any(is_partial(a) for a in expr.arguments)
    return False


def in_order(expr: Expr) -> Expr:
    """Return an expression in which ``a or b`` with a `b` that may fail is a choice: `b` is not evaluated where `a` holds."""
    if isinstance(expr, Call):
        return Call(expr.function, tuple(in_order(a) for a in expr.arguments), expr.type, expr.nullable)
    if not isinstance(expr, Apply):
        return expr
    arguments = [in_order(a) for a in expr.arguments]
    if expr.operator in ("and", "or") and any(is_partial(a) for a in arguments[1:]):
        out = arguments[-1]
        for a in reversed(arguments[:-1]):
            out = Apply("if_else", (a, out, FALSE) if expr.operator == "and" else (a, TRUE, out))
        return out
    return Apply(expr.operator, tuple(arguments))
