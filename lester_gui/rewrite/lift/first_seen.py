"""Lists of values that came before: ``if x not in xs: xs.append(x)``, and lists that a loop only asks whether they hold a value.

While its loop runs, such a list is a dict that numbers its keys, ``if x not in xs: xs[x] = len(xs)``, which has the same keys in
the same order; afterwards it is the vocabulary that this leaves behind, read as a list. A list that its loop puts values into
under other conditions, too, and asks for them, is a set as long as the loop runs; afterwards nothing is known of it.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Entries, Items, Ref, Unknown, Vocabulary

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def collected(lift: Lifter, body: list[ast.stmt]) -> set[str]:
    """Return the names of empty lists that a loop's body only fills in this way."""
    found = {name for s in body for n in ast.walk(s) if (name := _name(n)) is not None}
    return {n for n in found if _is_new_list(lift, n) and _uses(body, n) == 2}


def _name(node: ast.AST) -> str | None:
    """Return the list of ``if x not in xs: xs.append(x)``."""
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1:
        return None
    test, statement = node.test, node.body[0]
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, wanted = test.operand, ast.In
    else:
        wanted = ast.NotIn  # type: ignore[assignment]
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], wanted)):
        return None
    where, call = test.comparators[0], statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(where, ast.Name) or not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return None
    appends = ast.unparse(call.func) == f"{where.id}.append" and ast.unparse(call.args[0]) == ast.unparse(test.left)
    pure = not any(isinstance(n, ast.NamedExpr | ast.Await | ast.Yield) for n in ast.walk(test.left))
    return where.id if appends and pure else None


def _is_new_list(lift: Lifter, name: str) -> bool:
    """Whether a name of this scope, and no other, holds an empty list."""
    value = lift.names.get(name)
    if not isinstance(value, Ref) or lift.content(value) != Items(()) or value.id in lift.twice or value.id in lift.lent:
        return False
    return sum(v == value for a in lift.activations for v in a.names.values()) == 1


def _uses(body: list[ast.stmt], name: str) -> int:
    return sum(isinstance(n, ast.Name) and n.id == name for s in body for n in ast.walk(s))


class _Numbering(ast.NodeTransformer):
    """Puts ``xs[x] = len(xs)`` in the place of ``xs.append(x)``."""

    def __init__(self, names: set[str]) -> None:
        self.lists = names

    def visit_If(self, node: ast.If) -> ast.AST:
        """Rewrite a statement that collects."""
        name = _name(node)
        if name not in self.lists:
            return self.generic_visit(node)
        call = node.body[0].value  # type: ignore[attr-defined]
        text = f"{name}[{ast.unparse(call.args[0])}] = len({name})"
        made = ast.parse(text).body[0]
        for part in ast.walk(made):
            if isinstance(part, ast.expr | ast.stmt):
                ast.copy_location(part, node.body[0])
        node.body = [made]
        return node


def asked(lift: Lifter, body: list[ast.stmt]) -> set[str]:
    """Return the names of empty lists that a loop's body puts values into and asks whether they hold one, and nothing else."""
    uses: dict[str, int] = {}
    tested: set[str] = set()
    for node in (n for s in body for n in ast.walk(s)):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            where: ast.expr = node.comparators[0]
            tested |= {where.id} if isinstance(where, ast.Name) else set()
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
            where = node.value.func.value if node.value.func.attr == "append" and len(node.value.args) == 1 else node.value.func
        else:
            continue
        if isinstance(where, ast.Name):
            uses[where.id] = uses.get(where.id, 0) + 1
    return {n for n in tested if uses[n] > 1 and _is_new_list(lift, n) and _uses(body, n) == uses[n]}


class _Adding(ast.NodeTransformer):
    """Puts ``xs.add(x)`` in the place of ``xs.append(x)``."""

    def __init__(self, names: set[str]) -> None:
        self.lists = names

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Rewrite the method of a list."""
        if isinstance(node.value, ast.Name) and node.value.id in self.lists:
            node.attr = "add"
        return node


@contextmanager
def as_numbering(lift: Lifter, body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield the body of a loop in which lists of distinct values are numberings, and become lists again after it, or sets."""
    names = collected(lift, body)
    sets = asked(lift, body) - names
    if not names | sets:
        yield body
        return
    refs = [v for n in sorted(names) if isinstance(v := lift.names[n], Ref)]
    for ref in refs:
        lift.heap[ref.id] = Entries(())
    others = [v for n in sorted(sets) if isinstance(v := lift.names[n], Ref)]
    for ref in others:
        lift.heap[ref.id] = Items((), "set")
    transformer = _Numbering(names)
    yield [_Adding(sets).visit(transformer.visit(copy.deepcopy(s))) for s in body]
    for ref in others:
        lift.heap[ref.id] = Unknown("it is a list that a loop fills and asks what it holds", lift.line)
    for ref in refs:
        content = lift.heap[ref.id]
        if isinstance(content, Vocabulary):
            lift.heap[ref.id] = replace(content, as_dict=False)
        elif content == Entries(()):
            lift.heap[ref.id] = Items(())
        elif not isinstance(content, Unknown):
            lift.heap[ref.id] = Unknown("a list of distinct values is filled in a way that is not lifted", lift.line)
