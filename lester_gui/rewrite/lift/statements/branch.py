"""Branches: ``if`` on constants is decided, on cells both sides are run and merged; ``try``, ``raise`` and ``while``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.rewrite.lift import cells, missing, paths, several_kinds, side_dicts
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    InLoop,
    Items,
    Leaf,
    LineOf,
    Maybe,
    Ref,
    Result,
    Tup,
    Unknown,
    Value,
)
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.expressions.asked import mark_test
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.nested_dicts import NestedOf
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import Path
from lester_gui.rewrite.lift.side_totals import SideListOf
from lester_gui.rewrite.lift.statements import block, statement, whole_tables
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.wide_rows import WideRow
from lester_gui.rewrite.slicing import main_block

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@statement(ast.If)
def branch(lift: Lifter, node: ast.If) -> None:
    """``if``/``elif``/``else``."""
    from lester_gui.rewrite.lift.line_tests import skips_line

    if skips_line(lift, node):
        return
    mark_test(node.test)
    condition = condition_of(lift, evaluate(lift, node.test))
    if condition is not None and lift.loops:
        for c in (*paths.conjuncts(condition), *paths.conjuncts(paths.negated(condition))):
            lift.condition_lines.setdefault(c, node.lineno)
    if condition is None:
        _unimportant(lift, node)
    elif whole_tables.is_shared(lift, condition) and not whole_tables.leaves([node]):
        whole_tables.branch(lift, node, condition)
    elif condition == TRUE and _is_main_block(lift, node):
        lift.enter(node.body)  # a statement of it that stops does not stop those after it
    elif condition == TRUE:
        block(lift, node.body)
    elif condition == FALSE:
        block(lift, node.orelse)
    else:
        fork(lift, condition, lambda: block(lift, node.body), lambda: block(lift, node.orelse))


def _is_main_block(lift: Lifter, node: ast.If) -> bool:
    main = main_block(lift.tree) if len(lift.activations) == 1 and not lift.loops else None
    return main is not None and main.lineno == node.lineno


def condition_of(lift: Lifter, value: Value) -> Expr | None:
    """Return the truth of a value as an expression, or None where only a mere result decides."""
    content = lift.content(value)
    if isinstance(content, Cell):
        return missing.truth(lift, content)
    if isinstance(content, JsonList):
        return missing.is_filled(content)
    if isinstance(content, Several):
        return several_kinds.truth(content)
    if isinstance(content, Const):
        return TRUE if content.value else FALSE
    if isinstance(content, Tup):
        return TRUE if content.items else FALSE
    if isinstance(content, Items):
        return TRUE if content.values else FALSE
    if isinstance(content, Entries):
        return TRUE if content.items or content.factory.startswith("object:") else FALSE
    if isinstance(content, Result):
        return None
    if isinstance(content, Maybe) and not isinstance(content.value, Json):
        inner = lift.content(content.value)
        if isinstance(inner, GroupOf) and inner.maybe:
            there = condition_of(lift, inner)
            return None if there is None else paths.both(content.found, there)
        return content.found
    inner_object = content.value if isinstance(content, Maybe) else content
    if isinstance(inner_object, Json) and inner_object.filled is not None:
        return inner_object.filled.expr
    if isinstance(content, Maybe | Json):
        raise shape("Whether a JSON object is empty decides what the script does")
    if isinstance(content, SideListOf):
        return side_dicts.is_some(lift, content)
    if isinstance(content, GroupOf):
        from lester_gui.rewrite.lift.library.group_lists import total

        return cells.truth(cells.cell_of(lift.content(total(lift, content, "size")))).expr
    if isinstance(content, NestedOf):
        from lester_gui.rewrite.lift.library import nested_dicts

        return nested_dicts.there(lift, content.nested, content.key)
    if isinstance(content, Lazy):
        from lester_gui.rewrite.lift import computed

        return computed.of_lazy(lift, content, "bool({})").expr
    if isinstance(content, Accessor) and content.kind == "match":
        return TRUE
    if isinstance(content, Accessor) and content.kind == "pieces":
        from lester_gui.rewrite.lift.library.text_pieces import number_of_pieces

        return cells.truth(number_of_pieces(content)).expr
    if isinstance(content, Accessor) and content.kind == "findall":
        from lester_gui.rewrite.lift.library.regular_expressions import was_found

        return was_found(content)
    if isinstance(content, LineOf):
        from lester_gui.rewrite.lift.texts import not_blank

        return not_blank(lift, content)
    raise shape("Whether a table or object is empty decides what the script does")


def _unimportant(lift: Lifter, node: ast.If) -> None:
    """A branch that something outside the data decides (a file that exists, a score) may only have effects that no plan needs."""
    if lift.loops and not all(_only_prints(s) for s in (*node.body, *node.orelse)):
        raise no_rule("a row about which something outside the data decides, such as a random number")
    names, heap, live = dict(lift.names), dict(lift.heap), lift.live
    for body in (node.body, node.orelse):
        if whole_tables.leaves(body):
            raise shape("Something outside the data decides whether the script goes on here")
        if whole_tables.ends(body):
            continue  # the script ended well, so it did not come by here
        block(lift, body)
        lift.live = live
        for name in {n for n in (*names, *lift.names) if names.get(n) != lift.names.get(n)}:
            either = [v for v in (names.get(name), lift.names.get(name)) if v is not None]
            if all(isinstance(v, Const | Result) for v in either):
                lift.names[name] = Result("a figure that results decide")  # such as the best score so far
            else:
                lift.names[name] = Unknown("it is set under a condition that is not lifted", node.lineno)
        for ident in {i for i in heap if heap[i] != lift.heap.get(i)}:
            lift.heap[ident] = Unknown("it is changed under a condition that is not lifted", node.lineno)
        names, heap = dict(lift.names), dict(lift.heap)


def _only_prints(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    prints = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    return prints or isinstance(statement, ast.Pass)


def fork(lift: Lifter, condition: Expr, yes: Callable[[], None], no: Callable[[], None]) -> None:
    """Run both sides of a condition on the current row and merge what they leave behind."""
    before_names, before_heap, before_live = dict(lift.names), dict(lift.heap), lift.live
    straight, lift.straight = lift.straight, False
    lift.live = paths.both(before_live, condition)
    yes()
    yes_names, yes_heap, yes_live = dict(lift.names), dict(lift.heap), lift.live
    restore(lift, before_names, before_heap)
    lift.live = paths.both(before_live, paths.negated(condition))
    no()
    lift.straight = straight
    if yes_live == FALSE:
        return
    if lift.live == FALSE:
        restore(lift, yes_names, yes_heap)
        lift.live = yes_live
        return
    live = paths.either(yes_live, lift.live)
    no_names = dict(lift.names)
    lift.names.update(several_kinds.on_its_way(lift, no_names, yes_names, lift.live))
    yes_names = several_kinds.on_its_way(lift, yes_names, no_names, yes_live)
    join_sides(lift, condition, yes_names, yes_heap)
    lift.live = live


def join_sides(lift: Lifter, condition: Expr, names: dict[str, Value], heap: dict[int, Value]) -> None:
    """Merge what the first side of a condition left in names and objects with what is there now, after the second."""
    merged = {n: merge(lift, condition, names.get(n), lift.names.get(n)) for n in dict.fromkeys((*names, *lift.names))}
    restore(lift, merged, merged_heap(lift, condition, heap, dict(lift.heap)))


def merged_heap(lift: Lifter, condition: Expr, a: dict[int, Value], b: dict[int, Value]) -> dict[int, Value]:
    """Return what two paths leave in objects, merged by the condition of the first one."""
    before, lift.sides = lift.sides, (a, b)
    known = set(lift.heap)
    try:
        out = {i: merge(lift, condition, a.get(i), b.get(i)) for i in dict.fromkeys((*a, *b))}
    finally:
        lift.sides = before
    return out | {i: v for i, v in lift.heap.items() if i not in known and i not in out}


def restore(lift: Lifter, names: dict[str, Value], heap: dict[int, Value]) -> None:
    """Put names and objects in the place of those that are there."""
    lift.names.clear()
    lift.names.update(names)
    lift.heap.clear()
    lift.heap.update(heap)


def merge(lift: Lifter, condition: Expr, a: Value | None, b: Value | None) -> Value:
    """Return the value that is `a` where the condition holds and `b` elsewhere; what cannot be merged is unknown."""
    if a is b or a == b or b is None:
        assert a is not None
        return a
    if a is None:
        return b
    if isinstance(a, LineOf) != isinstance(b, LineOf):
        from lester_gui.rewrite.lift.whole_lines import as_text

        a, b = (as_text(lift, v) if isinstance(v, LineOf) else v for v in (a, b))
    if isinstance(a, Tup) and isinstance(b, Tup) and len(a.items) == len(b.items):
        return Tup(tuple(merge(lift, condition, x, y) for x, y in zip(a.items, b.items, strict=True)))
    if isinstance(a, Items) and isinstance(b, Items) and len(a.values) == len(b.values) and a.kind == b.kind:
        return Items(tuple(merge(lift, condition, x, y) for x, y in zip(a.values, b.values, strict=True)), a.kind)
    if isinstance(a, Entries) and isinstance(b, Entries) and (a.factory, _keys(a)) == (b.factory, _keys(b)):
        pairs = zip(a.items, b.items, strict=True)
        return replace(a, items=tuple((k, merge(lift, condition, x, y)) for (k, x), (_, y) in pairs))
    if isinstance(a, InLoop) and isinstance(b, InLoop) and a.ident == b.ident:
        from lester_gui.rewrite.lift.dict_state import merged_state

        return merged_state(lift, condition, a, b)
    if isinstance(a, Frame | Column1) and type(a) is type(b):
        return whole_tables.merged(lift, condition, a, b)
    if isinstance(a, WideRow) and isinstance(b, WideRow):
        from lester_gui.rewrite.lift.one_hot_rows import merged

        return merged(lift, condition, a, b)
    if isinstance(a, Several) or isinstance(b, Several):
        try:
            return several_kinds.merged(condition, a, b)
        except Stopped as stop:
            return Unknown(f"the two branches leave values that do not go together: {stop.why}", lift.line)
    optional = _optional(lift, condition, a, b)
    if optional is not None:
        return optional
    if isinstance(a, Ref) or isinstance(b, Ref):
        return Unknown("the two branches leave different objects", lift.line)
    if Const(None) in (a, b):
        lift.nones = True
    try:
        x, y = _alike(a, b)
        return cells.choose(condition, x, y)
    except Stopped as stop:
        return Unknown(f"the two branches leave values that do not go together: {stop.why}", lift.line)


def _optional(lift: Lifter, condition: Expr, a: Value, b: Value) -> Value | None:
    """Return a record that is None on some paths as one that may be missing; None for other values."""
    one, two = _present(lift, a), _present(lift, b)
    if one is None or two is None or not any(isinstance(v, Maybe) or v == Const(None) for v in (a, b)):
        return None
    (x, left), (y, right) = one, two
    found = paths.choose(condition, x, y)
    if left is None or right is None:
        value = right if left is None else left
        return None if value is None else Maybe(found, value)
    if isinstance(left, Ref) or isinstance(right, Ref):
        from lester_gui.rewrite.lift.dict_state import merged_value

        merged = merged_value(lift, condition, left, right)
    else:
        merged = merge(lift, condition, left, right)
    return merged if isinstance(merged, Unknown) else Maybe(found, merged)


def _present(lift: Lifter, value: Value) -> tuple[Expr, Value | None] | None:
    """Return under which condition a value is a record, and the record; None for what is neither record nor None."""
    if value == Const(None):
        return FALSE, None
    if isinstance(value, Maybe):
        return value.found, value.value
    content = lift.heap.get(value.id) if isinstance(value, Ref) else value
    return (TRUE, value) if isinstance(content, Tup | Entries) or (isinstance(content, Items) and content.ordered) else None


def _keys(entries: Entries) -> tuple[Value, ...]:
    return tuple(k for k, _ in entries.items)


def _alike(a: Value, b: Value) -> tuple[Cell, Cell]:
    """Both as cells; None, and a value from the iteration before, take the type of the other side."""
    x, y = _as_cell(a), _as_cell(b)
    if x is None and y is None:
        raise shape("neither is a value of a row")
    if x is None and y is not None:
        x = cells.missing(y.type)
    if y is None and x is not None:
        y = cells.missing(x.type)
    assert x is not None and y is not None
    if isinstance(x.expr, Leaf) and x.expr.kind == "prev":
        x = Cell(x.expr, y.type, x.nullable)
    elif isinstance(y.expr, Leaf) and y.expr.kind == "prev":
        y = Cell(y.expr, x.type, y.nullable)
    return x, y


def _as_cell(value: Value) -> Cell | None:
    if isinstance(value, Cell):
        return value
    if isinstance(value, Const):
        if value.value is None:
            return None
        cell = cells.const_cell(value.value)
        if cell is not None:
            return cell
    raise shape("one of them is a table or an object")


@statement(ast.While)
def while_loop(lift: Lifter, node: ast.While) -> None:
    """``while``: how often it runs depends on what it computed, which no rule follows."""
    raise Stopped(Reason.RECURRENCE, "A while loop runs as often as its own results say", node.lineno)


def join(lift: Lifter, reached: Sequence[Path]) -> None:
    """Go on where several paths meet; what they leave in names and objects is merged by their conditions."""
    alive = [p for p in reached if p.guard != FALSE]
    if not alive:
        lift.live = FALSE
        return
    names, heap, live = alive[-1].names, alive[-1].heap, alive[-1].guard
    for p in reversed(alive[:-1]):
        condition = apart(p.guard, live)
        given = several_kinds.on_its_way(lift, p.names, names, p.guard)
        names = several_kinds.on_its_way(lift, names, p.names, live)
        names = {n: merge(lift, condition, given.get(n), names.get(n)) for n in dict.fromkeys((*given, *names))}
        heap = merged_heap(lift, condition, p.heap, heap)
        live = paths.either(p.guard, live)
    restore(lift, names, heap)
    lift.live = paths.any_of(p.guard for p in alive)


def apart(a: Expr, b: Expr) -> Expr:
    """Return what tells path `a` from path `b`: its condition without what both have in common."""
    common = set(paths.conjuncts(b))
    rest = paths.conjunction(c for c in paths.conjuncts(a) if c not in common)
    return a if rest == TRUE else rest
