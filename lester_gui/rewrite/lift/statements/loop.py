"""``for``, ``continue``, ``break``: loops over known elements are unrolled, loops over rows run on a symbolic row."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import flattened, group_loops, inner_loops, line_tests, loops, one_hot_rows, words
from lester_gui.rewrite.lift.classes import values_of
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Const,
    Entries,
    Estimator,
    Fields,
    Handle,
    Items,
    Order,
    Ref,
    Result,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.first_seen import as_numbering
from lester_gui.rewrite.lift.fold_loops import Folds, last_round
from lester_gui.rewrite.lift.functions import stored_names
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.json_values import JsonList
from lester_gui.rewrite.lift.list_filling import plainly
from lester_gui.rewrite.lift.list_loops import scan
from lester_gui.rewrite.lift.nested import nested_loop
from lester_gui.rewrite.lift.nested_dicts import NestedOf
from lester_gui.rewrite.lift.nested_shape import NESTED
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.raising import Path, here
from lester_gui.rewrite.lift.statements import block, statement
from lester_gui.rewrite.lift.statements.assign import store
from lester_gui.rewrite.lift.statements.branch import join
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MOST_UNROLLED = 200


class Unrolled:
    """A loop over known elements while its body runs: where ``continue`` and ``break`` lead."""

    def __init__(self) -> None:
        self.next: list[Path] = []
        self.end: list[Path] = []


@statement(ast.For)
def for_loop(lift: Lifter, node: ast.For) -> None:
    """``for target in iterable``."""
    if words.counting_loop(lift, node) or words.filling_loop(lift, node):
        return
    try:
        iterable = evaluate(lift, node.iter)
        content = lift.content(iterable)
    except Stopped:
        if not inner_loops.carried(lift, node):
            raise
        return
    if isinstance(content, Order):
        from lester_gui.rewrite.lift.library.splitting import row_numbers

        iterable = content = row_numbers(lift, content)
    if isinstance(content, Result):
        _over_result(lift, node)
        if isinstance(content, Folds):
            last_round(lift, node, content)
        return
    known = elements_of(lift, content)
    if known is not None:
        unroll(lift, node, known)
        return
    if one_hot_rows.appends_indicators(lift, node, content):
        return
    if isinstance(content, NestedOf):
        from lester_gui.rewrite.lift.library.nested_dicts import listed

        content = listed(lift, content)
    if isinstance(content, GroupOf) and lift.loops:
        from lester_gui.rewrite.lift.list_loops import go_through

        go_through(lift, node, content)
        return
    if isinstance(content, JsonList) and lift.loops:
        from lester_gui.rewrite.lift.json_loops import add_up

        _or_carried(lift, node, lambda: add_up(lift, node))
        return
    if lift.loops:
        _or_carried(lift, node, lambda: _through_other_rows(lift, node, iterable))
        return
    if node.orelse:
        raise no_rule("else after a loop over rows")
    if isinstance(content, Handle) and isinstance(node.target, ast.Name):
        node = ast.copy_location(ast.For(node.target, node.iter, line_tests.skipping(node.body, node.target.id), []), node)
    filling = plainly(node.body)
    if filling is not node.body:
        node = ast.copy_location(ast.For(node.target, node.iter, filling, []), node)
    names = stored_names([*node.body, node.target])
    flow, lift.flow = lift.flow, [None]
    try:
        if isinstance(content, Grouping):
            group_loops.run(lift, content, lambda v: store(lift, node.target, v), node.body, names, node)
            return
        both = flattened.two_loops(node)
        if both is not None and flattened.run(lift, both, iterable):
            return
        with as_numbering(lift, node.body) as body:
            whole = ast.copy_location(ast.For(node.target, node.iter, body, []), node)
            loops.run(lift, iterable, lambda v: store(lift, node.target, v), body, names, whole)
    finally:
        lift.flow = flow


def _or_carried(lift: Lifter, node: ast.For, rule: Callable[[], None]) -> None:
    """Lift a loop within one over rows by a rule, or as a function of the row."""
    state = lift.snapshot()
    try:
        rule()
    except Stopped:
        lift.restore(state)
        if not inner_loops.carried(lift, node):
            raise


def _through_other_rows(lift: Lifter, node: ast.For, iterable: Value) -> None:
    """A loop over rows inside another one: a look into a dict, or else a loop through a list of one."""
    before, state, effects = list(lift.inner), lift.snapshot(), len(lift.loops[-1].effects)
    try:
        nested_loop(lift, node, iterable)
    except Stopped as stop:
        if NESTED not in stop.why or len(lift.loops[-1].effects) != effects:
            raise
        lift.restore(state)
        lift.inner = list(before)
        if not scan(lift, node, lift.content(iterable)):
            raise
    finally:
        lift.inner = before


def elements_of(lift: Lifter, content: Value) -> tuple[Value, ...] | None:
    """Return the elements of a sequence of known length, else None."""
    from lester_gui.rewrite.lift.domain import Iterated

    if isinstance(content, Tup):
        return content.items
    if isinstance(content, Items) and content.kind == "files":
        raise shape("Files are gone through in the order in which the folder lists them; a script has to sort them")
    if isinstance(content, Items):
        return content.values
    if isinstance(content, Entries) and content.factory.startswith("object:"):
        as_tuple = values_of(lift, content)
        return None if as_tuple is None else as_tuple.items
    if isinstance(content, Entries):
        return tuple(k for k, _ in content.items)
    if isinstance(content, Fields):
        from lester_gui.rewrite.lift.texts import all_fields

        return all_fields(lift, content)
    if isinstance(content, Accessor) and content.kind == "transposed":
        from lester_gui.rewrite.lift.library.numpy_steps import columns_of

        return columns_of(lift, content)
    if isinstance(content, Const) and isinstance(content.value, str):
        return tuple(Const(c) for c in content.value)
    if isinstance(content, Iterated):
        if content.kind == "range":
            sizes = [lift.content(p) for p in content.parts]
            if all(isinstance(s, Const) for s in sizes):
                return tuple(Const(i) for i in range(*(lift.const(s) for s in sizes)))
            return None
        parts = [elements_of(lift, lift.content(p)) for p in content.parts[: 1 if content.kind == "enumerate" else None]]
        if any(p is None for p in parts):
            return None
        full = [p for p in parts if p is not None]
        if content.kind == "enumerate":
            start = lift.const(content.parts[1])
            return tuple(Tup((Const(i + start), v)) for i, v in enumerate(full[0]))
        if content.kind == "zip":
            return tuple(Tup(tuple(vs)) for vs in zip(*full, strict=False))
    return None


def unroll(lift: Lifter, node: ast.For, known: tuple[Value, ...]) -> None:
    """Run the body once for each known element."""
    if len(known) > MOST_UNROLLED:
        raise no_rule(f"a loop of {len(known)} rounds")
    frame = Unrolled()
    lift.flow.append(frame)
    passing, names = lift.passing, stored_names([*node.body, node.target])
    try:
        for place, value in enumerate(known, 1):
            lift.passing = passing | (frozenset(names) if place < len(known) else frozenset())
            store(lift, node.target, value)
            block(lift, node.body)
            join(lift, [*frame.next, here(lift)])
            frame.next.clear()
            if lift.live == FALSE:
                break
    finally:
        lift.flow.pop()
        lift.passing = passing
    if node.orelse:
        block(lift, node.orelse)
    join(lift, [*frame.end, here(lift)])


@statement(ast.Continue, ast.Break)
def leave(lift: Lifter, node: ast.Continue | ast.Break) -> None:
    """``continue`` and ``break``."""
    kind = "continue" if isinstance(node, ast.Continue) else "break"
    frame = lift.flow[-1] if lift.flow else None
    if isinstance(frame, Unrolled):
        (frame.next if kind == "continue" else frame.end).append(here(lift))
        lift.live = FALSE
        return
    if not lift.loops:
        raise Stopped(Reason.SYNTAX, f"{kind} outside a loop")
    loops.leave(lift, kind)


def _over_result(lift: Lifter, node: ast.For) -> None:
    """A loop over something that no plan needs may only have effects that no plan needs."""
    from lester_gui.rewrite.slicing import effects

    assigned, changed = effects(lift, node)
    for name in assigned:
        lift.names[name] = Result(name)
    for ident in changed:
        content = lift.heap[ident]
        if isinstance(content, Estimator):  # what a fold left in it is gone with the next fit; used before that it is a stop
            lift.set(Ref(ident), replace(content, fitted=None))
        elif not isinstance(content, Result):  # where scores and predictions are collected; read as data it is a stop
            lift.set(Ref(ident), Result("scores"))
