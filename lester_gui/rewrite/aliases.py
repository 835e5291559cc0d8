"""Names for parts of objects: ``mine = by_person[k]`` makes a change of ``mine`` one of ``by_person``."""

from __future__ import annotations

import ast

TAKING = ("get", "setdefault", "pop", "values", "items")  # methods that give parts of an object as they are
GOING_THROUGH = ("enumerate", "zip", "reversed", "sorted", "iter", "next", "list")


def owners_of(node: ast.AST, names: set[str]) -> set[str]:
    """Return the names whose objects are changed where those behind `names` are, because the latter were taken out of them.

    Examples
    --------
    >>> owners_of(ast.parse("mine = d[k]; mine.append(1)"), {"mine"})
    {'d'}
    """
    taken: dict[str, set[str]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign):
            for target in inner.targets:
                _note(taken, target, inner.value)
        elif isinstance(inner, ast.NamedExpr | ast.AnnAssign) and inner.value is not None:
            _note(taken, inner.target, inner.value)
        elif isinstance(inner, ast.For | ast.comprehension):
            _note(taken, inner.target, inner.iter)
    out: set[str] = set()
    queue = list(names)
    while queue:
        for owner in taken.get(queue.pop(), set()) - out - names:
            out.add(owner)
            queue.append(owner)
    return out


def _note(taken: dict[str, set[str]], target: ast.expr, value: ast.expr) -> None:
    while isinstance(value, ast.Subscript | ast.Attribute | ast.Call):
        if isinstance(value, ast.Call):
            method = value.func.attr if isinstance(value.func, ast.Attribute) else ""
            if method not in TAKING and not (isinstance(value.func, ast.Name) and value.func.id in GOING_THROUGH and value.args):
                return
            value = value.func if method else value.args[0]
            continue
        value = value.value
    if isinstance(value, ast.Name):
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.id != value.id:
                taken.setdefault(name.id, set()).add(value.id)


def read_by_key(node: ast.AST) -> set[str]:
    """Return the names whose objects are read by key: a defaultdict gets the key by that."""
    return {
        n.value.id
        for n in ast.walk(node)
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and not isinstance(n.slice, ast.Slice)
    }
