"""Ways in which a loop fills a plain dict of lists, written as ``d.setdefault(key, []).append(x)``, which says the same.

``if k not in d: d[k] = []`` before ``d[k].append(x)``, ``if k in d: d[k].append(x)`` with ``else: d[k] = [x]``, and
``try: d[k].append(x)`` with ``except KeyError: d[k] = [x]``. A dict of dicts is filled in the same ways.
"""

from __future__ import annotations

import ast
import copy
from typing import TypeVar

T = TypeVar("T", bound=ast.AST)
EMPTY = ("[]", "list()", "{}", "dict()")


def plainly(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the body of a loop in which dicts of lists are filled in one way."""
    asked = _asked_first(body)
    return _Rewriter(asked).block(body) if asked or _has_pairs(body) else body


def _asked_first(body: list[ast.stmt]) -> dict[tuple[str, str], str]:
    """Return dict and key, as texts, of each ``if k not in d: d[k] = []``, with what is put there.

    The dict gets nothing in any other place. Another dict that gets its lists at the same place has the same keys.
    """
    out: dict[tuple[str, str], str] = {}
    for node in (n for s in body for n in ast.walk(s)):
        found = _first_time(node)
        if found is None:
            continue
        for name, key, value in found:
            stores = [n for s in body for n in ast.walk(s) if _stored(n) == name]
            if len(stores) == 1:
                out[name, key] = value
    return out


def _first_time(node: ast.AST) -> list[tuple[str, str, str]] | None:
    """Return what ``if k not in d: d[k] = []; e[k] = []`` puts where, None for any other statement."""
    if not isinstance(node, ast.If) or node.orelse:
        return None
    test = node.test
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Compare):
        inner = test.operand
        if len(inner.ops) != 1 or not isinstance(inner.ops[0], ast.In):
            return None
        test = inner
    elif not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotIn)):
        return None
    key, owner = ast.unparse(test.left), ast.unparse(test.comparators[0]).removesuffix(".keys()")
    puts = [_put(s) for s in node.body]
    found = [p for p in puts if p is not None and p[2] in EMPTY and p[1] == key]
    return found if len(found) == len(puts) and owner in {p[0] for p in found} else None


def _put(statement: ast.stmt) -> tuple[str, str, str] | None:
    """Return dict, key and value of ``d[k] = value``."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Subscript):
        return None
    return ast.unparse(target.value), ast.unparse(target.slice), ast.unparse(statement.value)


def _stored(node: ast.AST) -> str | None:
    return ast.unparse(node.value) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) else None


def _pair(node: ast.stmt) -> ast.Call | None:
    """Return ``d[k].append(x)`` of a statement that appends where the key is there and puts ``[x]`` where it is not."""
    if isinstance(node, ast.If):
        test = node.test
        if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.In | ast.NotIn):
            return None
        more, new = (node.body, node.orelse) if isinstance(test.ops[0], ast.In) else (node.orelse, node.body)
        asked = (ast.unparse(test.comparators[0]).removesuffix(".keys()"), ast.unparse(test.left))
    elif isinstance(node, ast.Try) and len(node.handlers) == 1 and not node.orelse and not node.finalbody:
        handler = node.handlers[0]
        if handler.type is None or ast.unparse(handler.type) != "KeyError":
            return None
        more, new, asked = node.body, handler.body, None
    else:
        return None
    if len(more) != 1 or len(new) != 1 or not isinstance(more[0], ast.Expr) or not isinstance(more[0].value, ast.Call):
        return None
    call, put = more[0].value, _put(new[0])
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "append" and len(call.args) == 1 and not call.keywords):
        return None
    place = call.func.value
    if not isinstance(place, ast.Subscript) or put is None:
        return None
    where = (ast.unparse(place.value), ast.unparse(place.slice))
    same = put[:2] == where and put[2] == f"[{ast.unparse(call.args[0])}]"
    return call if same and asked in (None, where) and (asked is not None or isinstance(place.slice, ast.Name)) else None


def _has_pairs(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, ast.stmt) and _pair(n) is not None for s in body for n in ast.walk(s))


class _Rewriter(ast.NodeTransformer):
    """Puts ``d.setdefault(key, [])`` in the place of what asks first, and of the dict's list after that."""

    def __init__(self, asked: dict[tuple[str, str], str]) -> None:
        self.asked = asked
        self.there: set[tuple[str, str]] = set()

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """Return statements rewritten; what they put into dicts is there for those that follow."""
        before = set(self.there)
        out: list[ast.stmt] = []
        for statement in body:
            out += self.one(statement)
        self.there = before
        return out

    def one(self, node: ast.stmt) -> list[ast.stmt]:
        call = _pair(node)
        if call is not None:
            assert isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Subscript)
            made = copy.deepcopy(call)
            assert isinstance(made.func, ast.Attribute) and isinstance(made.func.value, ast.Subscript)
            made.func.value = _default(made.func.value, "[]")
            return [_at(node, ast.Expr(made))]
        found = _first_time(node)
        if found is not None and all(p[:2] in self.asked for p in found):
            assert isinstance(node, ast.If)
            self.there |= {p[:2] for p in found}
            puts = [(s.targets[0], p[2]) for s, p in zip(node.body, found, strict=True) if isinstance(s, ast.Assign)]
            return [_at(node, ast.Expr(_default(t, value))) for t, value in puts if isinstance(t, ast.Subscript)]
        node = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                setattr(node, name, self.block(value))
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(copy.deepcopy(value)))
        return [node]

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        place = (ast.unparse(node.value), ast.unparse(node.slice))
        if place in self.there and isinstance(node.ctx, ast.Load):
            return _at(node, _default(node, self.asked[place]))
        return node


def _default(place: ast.Subscript, value: str) -> ast.Call:
    """Return ``d.setdefault(k, [])`` for ``d[k]``."""
    empty = ast.parse(value, mode="eval").body
    call = ast.Call(ast.Attribute(place.value, "setdefault", ast.Load()), [place.slice, empty], [])
    for part in ast.walk(empty):
        ast.copy_location(part, place)
    return _at(place, call)


def _at(node: ast.AST, made: T) -> T:
    for part in ast.walk(made):
        if isinstance(part, ast.expr | ast.stmt) and not hasattr(part, "lineno"):
            ast.copy_location(part, node)
    return ast.copy_location(made, node)
