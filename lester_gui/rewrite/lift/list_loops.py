"""Loops through a list of a dict within a loop over rows: sums, counts, extremes and last values over the elements of the list.

The body runs once, on what stands for an element. What becomes of each variable is classified as for a loop over rows; the totals
are those of the list under the key that the current row has.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.rewrite.lift import cells, collecting, nested_shape, paths, stages
from lester_gui.rewrite.lift.domain import Cell, Const, Keyed, Leaf, Rows, Tup, Unknown, Value
from lester_gui.rewrite.lift.folds import Fold, classify
from lester_gui.rewrite.lift.group_parts import at_end, inner_of, restricted
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.library.group_lists import by_place, total
from lester_gui.rewrite.lift.nested import Inner
from lester_gui.rewrite.lift.nested_shape import NESTED, stored_names
from lester_gui.rewrite.lift.raising import exits
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

LEAVING = (ast.Break, ast.Continue, ast.Return, ast.Yield, ast.YieldFrom, ast.Raise, ast.While, ast.For, ast.NamedExpr)


def go_through(lift: Lifter, node: ast.For, one: GroupOf) -> None:
    """Lift ``for e in by_person[k]: total += e.amount``, and ``amounts.append(e.amount)`` of a list that this row made.

    Raises
    ------
    Stopped
        If the body does anything but compute variables, or one of them is no total over the elements.
    """
    from lester_gui.rewrite.lift.statements.assign import store

    body = without_continue(node.body)
    if node.orelse or any(isinstance(n, LEAVING) for s in body for n in ast.walk(s)):
        raise no_rule(NESTED)
    one = by_place(lift, one)
    inner = inner_of(lift, one.groups)
    before, heap, live, straight, failed = dict(lift.names), dict(lift.heap), lift.live, lift.straight, exits(lift)
    effects = len(lift.loops[-1].effects)
    names = stored_names(body)
    carried = {n: c for n in sorted(names) if (c := _scalar(lift, before.get(n))) is not None}
    for name in names:
        if name in carried:
            cell = carried[name]
            lift.names[name] = Cell(Leaf("prev", inner.ident, name, cell.type, cell.nullable), cell.type, cell.nullable)
        elif name in before:
            lift.names[name] = Unknown(f"{name} is read before an inner loop sets it", node.lineno)
    lift.straight = False
    lists = collecting.begun(lift, body)
    store(lift, node.target, mapped(lift, one.groups.template, inner.leaf))
    block(lift, body)
    lift.live, lift.straight = live, straight
    after = dict(lift.names)
    lift.heap.update(collecting.filled(lift, one, inner, live, lists))
    changed = any(lift.heap.get(i) != v for i, v in heap.items() if i not in lists)
    if changed or len(lift.loops[-1].effects) != effects or exits(lift) != failed:
        raise no_rule("an inner loop through a list of a dict that fills a list or dict")
    lift.names.clear()
    lift.names.update(before)
    for name in stored_names([node.target, *body]):
        lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", node.lineno)
    for name, old in carried.items():
        final = lift.content(after[name])
        if isinstance(final, Unknown):
            raise shape(final.why)
        lift.names[name] = _ended(lift, one, inner, name, old, cells.cell_of(final))


def scan(lift: Lifter, node: ast.For, content: Value) -> bool:
    """Lift a loop through another table of which it passes over the rows whose key is not that of the current row.

    The table is read as a dict of lists by that key, which an earlier loop might have filled, and the loop as one through a list.
    False, and nothing done, for any other loop.
    """
    from lester_gui.rewrite.lift import nested
    from lester_gui.rewrite.lift.statements.assign import store

    body = without_continue(node.body)
    if node.orelse or len(body) != 1 or not isinstance(body[0], ast.If) or body[0].orelse or not isinstance(content, Rows):
        return False
    tests = [nested_shape.equal(given) for given in _conditions(body[0].test)]
    inner, element = nested.table_of(lift, node, content)
    before = dict(lift.names)
    store(lift, node.target, element)
    pairs = [(t, nested.pair_of(lift, t, inner)) for t in tests]
    lift.names.clear()
    lift.names.update(before)
    found = [p for _, p in pairs if p is not None]
    if not found:
        return False
    groups = nested.by_key(lift, inner, content, [own for own, _ in found])
    key: Value = found[0][1] if len(found) == 1 else Tup(tuple(other for _, other in found))
    rest = [t for t, p in pairs if p is None]
    inside = body[0].body
    for test in reversed(rest):
        inside = [ast.copy_location(ast.If(test, inside, []), body[0])]
    loop = ast.copy_location(ast.For(node.target, node.iter, inside, []), node)
    go_through(lift, loop, GroupOf(groups, key, True))
    return True


def _conditions(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _scalar(lift: Lifter, value: Value | None) -> Cell | None:
    """Return what a variable holds before the loop as a cell, None if it is no value of a row."""
    content = None if value is None or isinstance(value, Unknown) else lift.content(value)
    if isinstance(content, Cell):
        return content
    if isinstance(content, Const) and isinstance(content.value, bool | int | float | str):
        return cells.cell_of(content)
    return None


def without_continue(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements in which ``if c: …; continue`` is a condition on those that follow."""
    for place, statement in enumerate(body):
        if isinstance(statement, ast.Continue):
            return body[:place]
        if isinstance(statement, ast.Try) and any(isinstance(h.body[-1], ast.Continue) for h in statement.handlers):
            return [*body[:place], _else_the_rest(statement, body[place + 1 :])]
        if isinstance(statement, ast.If) and _goes_on(statement):
            after = body[place + 1 :]
            yes, no = without_continue([*statement.body, *after]), without_continue([*statement.orelse, *after])
            kept: list[ast.stmt] = []
            if yes:
                kept = [ast.copy_location(ast.If(statement.test, yes, no), statement)]
            elif no:
                test = ast.copy_location(ast.UnaryOp(ast.Not(), statement.test), statement.test)
                kept = [ast.copy_location(ast.If(test, no, []), statement)]
            return [*body[:place], *kept]
    return body


def _else_the_rest(node: ast.Try, after: list[ast.stmt]) -> ast.Try:
    """Return ``try: … except …: continue`` with what follows it in its ``else``: there it is when nothing fails.

    A handler that does not go on with the next element keeps the statement as it is, which no rule follows.
    """
    if node.finalbody or (after and not all(isinstance(h.body[-1], ast.Continue) for h in node.handlers)):
        return node
    passed = ast.copy_location(ast.Pass(), node)
    handlers = []
    for h in node.handlers:
        body = h.body[:-1] if isinstance(h.body[-1], ast.Continue) else h.body
        handlers.append(ast.copy_location(ast.ExceptHandler(h.type, h.name, body or [passed]), h))
    return ast.copy_location(ast.Try(node.body, handlers, [*node.orelse, *without_continue(after)], []), node)


def _goes_on(node: ast.If) -> bool:
    """Whether a branch goes on with the next element, not counting loops within it."""
    return any(isinstance(s, ast.Continue) or (isinstance(s, ast.If) and _goes_on(s)) for s in (*node.body, *node.orelse))


def _ended(lift: Lifter, one: GroupOf, inner: Inner, name: str, old: Cell, final: Cell) -> Value:
    """Return what a variable holds after the loop, on top of what it held before."""
    previous = Leaf("prev", inner.ident, name, old.type, old.nullable)
    fold = classify(final.expr, previous)
    if fold.kind == "none":
        return old
    value = Cell(fold.value, final.type, final.nullable)
    kind, made, there = _over_list(lift, one, inner, fold, value)
    if kind in ("sum", "size"):
        return cells.arithmetic("Add", old, made, pandas=False)
    if kind == "last":
        return cells.choose(there, made, old)
    beyond = cells.compare("Gt" if kind == "max" else "Lt", made, old, pandas=False).expr
    return cells.choose(paths.both(there, beyond), made, old)


def _over_list(lift: Lifter, one: GroupOf, inner: Inner, fold: Fold, value: Cell) -> tuple[str, Cell, Expr]:
    """Return the kind of total, its value, and the condition that an element gives something."""
    if value.nullable:
        raise no_rule("an inner loop over values that may be missing")
    if fold.kind == "sum" and isinstance(value.expr, Literal):
        value = cells.cell_of(Const(value.expr.value))
    made = restricted(lift, one.groups, inner, fold.guard, value)
    part = replace(one, groups=made, maybe=one.maybe or fold.guard != paths.TRUE, base=None)
    if fold.kind == "sum":
        kind = "size" if value.expr == Literal(1) else "sum"
        return kind, cells.cell_of(lift.content(total(lift, part, kind))), paths.TRUE
    there = stages.hit(lift, Keyed(made.node, made.keys, None, "first", 0), one.key)
    sure = replace(part, maybe=False)
    out = at_end(lift, sure, False) if fold.kind == "last" else total(lift, sure, fold.kind)
    return fold.kind, cells.cell_of(lift.content(out)), there
