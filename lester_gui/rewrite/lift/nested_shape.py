"""How a loop within a loop is written: what its statements assign and read, and which of them ask whether a row matches."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from lester_gui.rewrite.lift.stop import no_rule

NESTED = "a loop over rows inside another one"


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts of an inner loop's body: what is assigned first, the condition, what is done for a match, and how it ends."""

    before: tuple[ast.stmt, ...]
    tests: tuple[ast.expr, ...]
    body: tuple[ast.stmt, ...]
    breaks: bool


def stored_names(statements: Sequence[ast.AST]) -> set[str]:
    """Return the names that statements assign, or the targets of loops."""
    return {n.id for s in statements for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def read_names(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names that are read."""
    return {n.id for s in nodes for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def overwrites(statement: ast.stmt) -> bool:
    """Whether a statement leaves, whatever ran before, what its last run leaves."""
    if not isinstance(statement, ast.Assign):
        return False
    for target in statement.targets:
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        if not all(isinstance(p, ast.Name) for p in parts):
            return False
    return _is_pure(statement.value)


CALLED = frozenset({"int", "float", "str", "len", "abs", "round", "min", "max", "bool"})
ASKED = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "split", "get", "startswith", "endswith"})


def _is_pure(node: ast.AST) -> bool:
    """Whether evaluating an expression again and again changes nothing, as far as its text tells."""
    for n in ast.walk(node):
        if isinstance(n, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
        if isinstance(n, ast.Call):
            plain = isinstance(n.func, ast.Name) and n.func.id in CALLED
            if not plain and not (isinstance(n.func, ast.Attribute) and n.func.attr in ASKED):
                return False
    return True


def adds(statement: ast.stmt) -> bool:
    """Whether a statement adds something to a name."""
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.op, ast.Add):
        return False
    return isinstance(statement.target, ast.Name) and _is_pure(statement.value)


def shape_of(node: ast.For) -> Shape:
    """Return the parts of an inner loop.

    Raises
    ------
    Stopped
        If it is written in a way that does not tell which rows match.
    """
    before: list[ast.stmt] = []
    rest = list(node.body)
    while rest and isinstance(rest[0], ast.Assign) and all(isinstance(t, ast.Name | ast.Tuple) for t in rest[0].targets):
        before.append(rest.pop(0))
    tests: list[ast.expr] = []
    while len(rest) > 1 and _skips(rest[0]):  # if not equal: continue
        test = rest[0].test  # type: ignore[attr-defined]
        tests.append(_opposite(test))
        rest = rest[1:]
    if not tests:
        if len(rest) != 1 or not isinstance(rest[0], ast.If) or rest[0].orelse:
            raise no_rule(NESTED)
        tests.append(rest[0].test)
        rest = rest[0].body
    body = rest
    while len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        tests.append(body[0].test)
        body = body[0].body
    breaks = isinstance(body[-1], ast.Break)
    body = body[:-1] if breaks else body
    left = (ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom, ast.For, ast.While, ast.Try, ast.NamedExpr)
    if any(isinstance(n, left) for s in body for n in ast.walk(s)):
        raise no_rule(NESTED)
    flat: list[ast.expr] = []
    for test in tests:
        flat += test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    if not body or not all(_is_pure(n) for n in (*before, *flat)):
        raise no_rule(NESTED)
    return Shape(tuple(before), tuple(flat), tuple(body), breaks)


def _skips(statement: ast.stmt) -> bool:
    only = isinstance(statement, ast.If) and not statement.orelse and len(statement.body) == 1
    return only and isinstance(statement.body[0], ast.Continue)  # type: ignore[attr-defined]


def equal(test: ast.expr) -> ast.expr:
    """Return ``a == b`` for ``not a != b``, any other test as it is."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = test.operand
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and isinstance(inner.ops[0], ast.NotEq):
            return _opposite(inner)
    return test


def _opposite(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotEq):
        return ast.copy_location(ast.Compare(test.left, [ast.Eq()], test.comparators), test)
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
