"""Loops through the lists of a dict that give something for each element: ``for key, visits in d.items(): for v in visits: …``.

The two loops are one over the elements of all lists, list after list. What the outer body sets is set anew for each element,
which makes no difference; what it sets and the inner body changes (``previous = None`` before the inner loop) is kept by list,
as if in a dict under the number of the outer row.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Join, JoinKind, Node, Select, Take
from lester_gui.rewrite.lift import cells, group_parts, loops, paths
from lester_gui.rewrite.lift.domain import Cell, Entries, Rows, Tup, Unknown, UserFunction, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.functions import stored_names
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.library.group_lists import by_place
from lester_gui.rewrite.lift.list_loops import without_continue
from lester_gui.rewrite.lift.naming import unlike
from lester_gui.rewrite.lift.sided import places_of
from lester_gui.rewrite.lift.statements import statement
from lester_gui.rewrite.lift.statements.assign import store
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped
from lester_gui.rewrite.slicing import changed_names, free_names, loaded, value_of

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

GIVING = ("append", "add", "extend", "setdefault", "update", "write", "writerow")
NUMBER = "number_of_list"  # the outer row, counted from 0


@dataclass(frozen=True, slots=True)
class Loops:
    """Two loops, one in the other: what the outer one does first, and the inner one, with which it ends."""

    outer: ast.For
    before: list[ast.stmt]
    inner: ast.For


class Asked(ast.stmt):
    """A statement of our own: asks what the inner loop goes through, and does nothing."""

    def __init__(self, iterable: ast.expr) -> None:
        super().__init__()
        self.iterable, self.found = iterable, Found()
        ast.copy_location(self, iterable)


@dataclass(slots=True)
class Found:
    """What the inner loop goes through, once that is known."""

    value: Value | None = field(default=None)


@statement(Asked)
def ask(lift: Lifter, node: Asked) -> None:
    """Keep what the inner loop goes through in this row of the outer one."""
    node.found.value = lift.content(evaluate(lift, node.iterable))


def two_loops(node: ast.For) -> Loops | None:
    """Return the parts of a loop that ends with one that gives something for each of its elements; None for any other loop."""
    inner = node.body[-1]
    before = node.body[:-1]
    if not isinstance(inner, ast.For) or node.orelse or inner.orelse or not all(_only_sets(s) for s in before):
        return None
    own = set(stored_names([node.target, *node.body]))
    left = (ast.Break, ast.Return, ast.Yield, ast.YieldFrom, ast.Raise, ast.While, ast.Try)
    if any(isinstance(n, left) for s in inner.body for n in ast.walk(s)):
        return None
    return Loops(node, before, inner) if any(_gives(n, own) for s in inner.body for n in ast.walk(s)) else None


def _only_sets(node: ast.stmt) -> bool:
    """Whether a statement only sets names, or goes on with the next row."""
    if isinstance(node, ast.If):
        return not node.orelse and [type(s) for s in node.body] == [ast.Continue]
    return isinstance(node, ast.Assign) and all(isinstance(t, ast.Name | ast.Tuple) for t in node.targets)


def _gives(node: ast.AST, own: set[str]) -> bool:
    """Whether something is put into an object that is not made by the loops themselves."""
    target: ast.expr | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GIVING:
        target = node.func.value
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        target = node.value
    while isinstance(target, ast.Subscript | ast.Attribute | ast.Call):
        target = target.func if isinstance(target, ast.Call) else target.value
    return isinstance(target, ast.Name) and target.id not in own


def run(lift: Lifter, found: Loops, iterable: Value) -> bool:
    """Run two loops as one over all elements; False, and nothing done, where the inner one goes through anything else than lists.

    Raises
    ------
    Stopped
        If a loop changes what it goes through, or the inner body goes on in the middle.
    """
    side, _ = loops.all_rows(lift, iterable)
    if side is not None or lift.content(iterable) != lift.content(loops.in_their_places(lift, iterable)[1]):
        return False
    asked = Asked(found.inner.iter)
    names = stored_names([found.outer.target, *found.before])
    state = lift.snapshot()
    try:
        source, node, element = loops.elements(lift, iterable)
        if source is not None or node is None:
            return False
        once = Rows(node, element)
        loops.run(lift, once, lambda v: store(lift, found.outer.target, v), [*found.before, asked], names, found.outer, dry=True)
    except Stopped:
        lift.restore(state)
        return False
    one = asked.found.value
    if not isinstance(one, GroupOf):
        return False
    flat, pair = _elements(lift, node, element, by_place(lift, one))
    kept, before = _kept(lift, found), dict(lift.names)
    whole = _one_loop(lift, found, kept)
    for name in kept:
        lift.names[_so_far(name)] = lift.new(Entries())
    every = stored_names([whole.target, *whole.body])
    loops.run(lift, Rows(flat, pair), lambda v: store(lift, whole.target, v), whole.body, every, whole)
    _forget(lift, found, kept, before)
    return True


def _elements(lift: Lifter, node: Node, outer: Value, one: GroupOf) -> tuple[Node, Value]:
    """Return a node with one row per element, list after list, and what both loops have there: outer and inner element, number.

    Raises
    ------
    Stopped
        If the lists have no order, or a key may be missing.
    """
    group_parts.in_sequence(one)
    content = lift.content(one.key)
    keys = [cells.cell_of(lift.content(k)) for k in (content.items if isinstance(content, Tup) else (content,))]
    if any(paths.is_partial(k.expr) for k in keys):
        raise no_rule("an inner loop through a list under a key that is computed of the row")
    left, at = _columns(lift, node, [*keys, *leaves(lift, outer)])
    left, number = places_of(lift, left)
    right, of_list = _columns(lift, one.groups.node, leaves(lift, one.groups.template))
    own = [cells.column(left, n) for n in at[: len(keys)]]
    if len(set(at[: len(keys)])) != len(keys):
        raise shape("A dict is read with one value for two parts of its key")
    others = [right.schema.field(k) for k in one.groups.keys]
    if any(a.nullable or b.nullable or a.type is not b.type for a, b in zip(own, others, strict=True)):
        raise shape("A list of a dict is gone through whose key may be missing, or is of another type")
    taken = {n.casefold() for n in left.schema.names}
    names: dict[str, str] = {}
    for n in of_list:
        names[n] = unlike(n, taken)
        taken.add(names[n].casefold())
    pairs = [(a, k) for a, k in zip(at, one.groups.keys, strict=False)] + [(new, old) for old, new in names.items()]
    call = lift.naming.called(right)
    right = lift.step(Select, call, right, parent=right, columns=tuple(pairs))
    on = tuple((n, n) for n in at[: len(keys)])
    flat = lift.step(Join, call, left=left, right=right, how=JoinKind.INNER, on=on, take=Take.ALL)
    outside = iter(cells.column(flat, n) for n in at[len(keys) :])
    inside = iter(cells.column(flat, names[n]) for n in of_list)
    a, b = (
        mapped(lift, outer, lambda c: next(outside)),
        mapped(lift, one.groups.template, lambda c: next(inside)),
    )
    assert isinstance(number.expr, Column)
    return flat, Tup((a, b, cells.column(flat, number.expr.name)))


def _columns(lift: Lifter, node: Node, values: list[Cell]) -> tuple[Node, list[str]]:
    """Return a node in which all values are columns, and their names."""
    names: list[str] = []
    base = node
    for cell in values:
        if paths.is_partial(cell.expr):
            raise no_rule("an inner loop beside what is computed of the outer row")
        node, name = lift.as_column(node, lift.move(cell, base, node), lift.called_cell(cell) or "value")
        names.append(name)
    return node, names


# -- one loop out of two -----------------------------------------------------------------------------------------------


def _kept(lift: Lifter, found: Loops) -> list[str]:
    """Return the names that the outer body sets and the inner one sets, too, or whose objects it changes."""
    inside = set(stored_names(found.inner.body)) | _changed(lift, found)
    return [n for n in stored_names(found.before) if n in inside]


def _changed(lift: Lifter, found: Loops) -> set[str]:
    return {n for s in found.inner.body for n in changed_names(lift, s, set())}


def _so_far(name: str) -> str:
    return f"{name}_by_list"


def _one_loop(lift: Lifter, found: Loops, kept: list[str]) -> ast.For:
    """Return the loop over all elements."""
    _check(lift, found, kept)
    before = [part for s in found.before for part in _begun(copy.deepcopy(s), kept)]
    body = without_continue(found.inner.body)
    if any(isinstance(n, ast.Continue) for s in body for n in ast.walk(s) if not isinstance(s, ast.For)):
        raise no_rule("an inner loop that goes on with the next element in the middle")
    after = [_placed(f"{_so_far(n)}[{NUMBER}] = {n}", found.inner) for n in kept]
    target = ast.Tuple([found.outer.target, found.inner.target, ast.Name(NUMBER, ast.Store())], ast.Store())
    made = ast.For(target, found.outer.iter, [*before, *body, *after], [])
    for part in ast.walk(made):
        if isinstance(part, ast.expr | ast.stmt) and not hasattr(part, "lineno"):
            ast.copy_location(part, found.inner)
    return ast.copy_location(made, found.outer)


def _placed(text: str, where: ast.stmt) -> ast.stmt:
    """Return a statement as if it stood where another one stands."""
    made = ast.parse(text).body[0]
    for part in ast.walk(made):
        if isinstance(part, ast.expr | ast.stmt):
            ast.copy_location(part, where)
    return made


def _check(lift: Lifter, found: Loops, kept: list[str]) -> None:
    """Refuse loops of which one changes what the other goes through, or that use one name for two things.

    Raises
    ------
    Stopped
        If they do.
    """
    own = set(stored_names(found.before))
    targets = set(stored_names([found.outer.target]))
    inner = set(stored_names([found.inner.target]))
    if any(changed_names(lift, s, set()) for s in found.before):
        raise Stopped(Reason.ALIAS, "A list or dict is changed before an inner loop that may have nothing to go through")
    if _changed(lift, found) & (inner | targets):
        raise Stopped(Reason.ALIAS, "An inner loop changes the lists or dicts that it goes through")
    if inner & (own | targets) or (set(stored_names(found.inner.body)) & targets):
        raise no_rule("two loops, one in the other, that use one name")
    given = set(stored_names(found.inner.body)) | _changed(lift, found)
    again = [s for s in found.before if not (isinstance(s, ast.Assign) and set(stored_names([s])) <= set(kept))]
    if given & _read(lift, [*again, found.inner.iter, found.outer.iter]):
        raise Stopped(Reason.RECURRENCE, "What an outer loop does before an inner one depends on what that leaves behind")
    once: list[str] = [n for s in found.before for n in stored_names([s]) if n in kept]
    if len(once) != len(set(once)) or any(n in loaded([s]) for s in found.before for n in kept):
        raise no_rule("an inner loop over what the outer one sets twice")


def _read(lift: Lifter, nodes: list[ast.AST]) -> set[str]:
    """Return the names that statements and expressions read, also in functions of the script that they call."""
    todo, out = loaded(nodes), set[str]()
    while todo:
        name = todo.pop()
        value = value_of(lift, name)
        if name not in out and isinstance(value, UserFunction) and isinstance(value.node, ast.FunctionDef):
            todo |= free_names(value.node)
        out.add(name)
        todo -= out
    return out


def _begun(node: ast.stmt, kept: list[str]) -> list[ast.stmt]:
    """Return a statement of the outer body in which what the inner one changes goes on where the element before left it."""
    if not isinstance(node, ast.Assign) or not set(stored_names([node])) & set(kept):
        return [node]
    pairs: list[tuple[ast.expr, ast.expr]] = [(t, node.value) for t in node.targets]
    target = node.targets[0]
    if len(node.targets) == 1 and isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        pairs = list(zip(target.elts, node.value.elts, strict=False))
    if not all(isinstance(t, ast.Name) for t, _ in pairs):
        raise no_rule("an inner loop over what the outer one unpacks")
    out: list[ast.stmt] = []
    for t, value in pairs:
        assert isinstance(t, ast.Name)
        given = ast.unparse(value)
        given = f"{_so_far(t.id)}.get({NUMBER}, {given})" if t.id in kept else given
        out.append(_placed(f"{t.id} = {given}", node))
    return out


def _forget(lift: Lifter, found: Loops, kept: list[str], before: dict[str, Value]) -> None:
    """What both loops leave in their own names hangs on lists that may be empty: the last outer row may have had none."""
    outer = stored_names([found.outer.target, found.inner.target, *found.before])
    for name in outer:
        lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", found.outer.lineno)
    for name in [NUMBER, *(_so_far(n) for n in kept)]:
        lift.names.pop(name, None)
    for name in stored_names(found.inner.body):
        if name not in before:
            lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", found.outer.lineno)
