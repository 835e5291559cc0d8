"""Statements that stopped: what they may have changed becomes unknown, or an opaque step that runs them as they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Ref, Result, Unknown, UserFunction
from lester_gui.rewrite.lift.stop import Stop, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MUTATORS = {
    "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "add", "discard", "popitem", "fill",
    "shuffle", "put", "resize", "write", "writelines", "fit", "partial_fit", "set_params", "intersection_update",
}  # fmt: skip


def recover(lift: Lifter, body: list[ast.stmt], position: int, stop: Stopped) -> None:
    """Go on after a statement that stopped: cover it by an opaque step, or mark what it may have changed as unknown."""
    node = body[position]
    line = stop.line or node.lineno
    assigned, changed = effects(lift, node)
    for name in assigned:
        lift.names[name] = Unknown(stop.why, line)
    for ident in changed:
        lift.heap[ident] = Unknown(stop.why, line)
    lift.stops.append(Stop(line, stop.reason, stop.why, ", ".join(assigned)))


def effects(lift: Lifter, node: ast.stmt) -> tuple[tuple[str, ...], set[int]]:
    """Return the names that a statement may assign and the objects that it, or a function it calls, may change."""
    assigned = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        assigned = [node.name]
    changed: set[int] = set()
    for name in changed_names(lift, node, set()):
        value = lift.names.get(name) or lift.modules[lift.activations[-1].module].get(name)
        if isinstance(value, Ref) and not isinstance(lift.heap.get(value.id), Result):
            changed.add(value.id)
    return tuple(dict.fromkeys(assigned)), changed


def changed_names(lift: Lifter, node: ast.AST, seen: set[str]) -> set[str]:
    """Return the names whose objects a statement may change in place."""
    out: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Subscript | ast.Attribute) and isinstance(inner.ctx, ast.Store | ast.Del):
            out |= _root(inner)
        elif isinstance(inner, ast.AugAssign):
            out |= _root(inner.target)
        elif isinstance(inner, ast.Call):
            out |= _changed_by_call(lift, inner, seen)
    return out


def _changed_by_call(lift: Lifter, call: ast.Call, seen: set[str]) -> set[str]:
    out: set[str] = set()
    if isinstance(call.func, ast.Attribute):
        in_place = any(k.arg == "inplace" for k in call.keywords)
        if call.func.attr in MUTATORS or in_place:
            out |= _root(call.func.value)
        if call.func.attr == "shuffle":
            out |= {n for a in call.args for n in _root(a)}
        return out
    if not isinstance(call.func, ast.Name):
        return out
    value = lift.names.get(call.func.id) or lift.modules[lift.activations[-1].module].get(call.func.id)
    if isinstance(value, UserFunction) and call.func.id not in seen:
        inside = changed_names(lift, value.node, seen | {call.func.id})
        parameters = [a.arg for a in value.node.args.args]
        for place, argument in enumerate(call.args):
            if place < len(parameters) and parameters[place] in inside:
                out |= _root(argument)
        out |= inside - set(parameters)
    return out


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()
