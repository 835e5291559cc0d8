"""Loops over rows: the body runs once, on a symbolic row; what it appends, stores and writes becomes nodes when it is over."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr, Literal
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.aliases import owners_of, read_by_key
from lester_gui.rewrite.lift import (
    cells,
    dict_state,
    filled,
    iterators,
    neighbours,
    one_row_per_key,
    paths,
    record_changes,
    sharing,
    side_dicts,
    states,
    texts,
)
from lester_gui.rewrite.lift.classes import changed_within, class_of
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Entries,
    Grid,
    Handle,
    InLoop,
    Items,
    Iterated,
    Keyed,
    Leaf,
    Matrix,
    Order,
    Part,
    Ref,
    Rows,
    Tup,
    Unknown,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.effects import Effect, Loop
from lester_gui.rewrite.lift.finished import Finished
from lester_gui.rewrite.lift.group_values import Groups
from lester_gui.rewrite.lift.json_values import JsonDocument
from lester_gui.rewrite.lift.nested_dicts import NestedDict
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import here
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.sided import one_side
from lester_gui.rewrite.lift.statements import block
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import moved, settled
from lester_gui.rewrite.lift.written import WrittenLines

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


MOST_RUNS = 5  # of a loop's body, until it is known what earlier rows leave behind


def name_cell(lift: Lifter, name: str, cell: Cell) -> None:
    """Remember what the script calls a value of the current row."""
    if not isinstance(cell.expr, Column | Literal):
        lift.cell_names.setdefault(cell.expr, name)
        lift.cell_lines.setdefault(cell.expr, (lift.line,))


# -- running -----------------------------------------------------------------------------------------------------------


def run(
    lift: Lifter,
    iterable: Value,
    bind: Callable[[Value], None],
    body: list[ast.stmt],
    names: tuple[str, ...],
    node: ast.AST,
    within: Callable[[], AbstractContextManager[object]] = nullcontext,
    dry: bool = False,
) -> None:
    """Run a loop over rows.

    Parameters
    ----------
    iterable
        What is gone through.
    bind
        Assigns the element to the loop's target.
    body, names
        The statements, and the names that they and the target assign.
    within
        What the body is run within, but not what becomes of it.
    dry
        Whether the body is only to be run, to see what it asks for; nothing is changed then.
    """
    if lift.loops:
        raise no_rule("a loop over rows inside another one")
    keyed, iterable = side_dicts.gone_through(lift, iterable)
    found = neighbours.beginning(lift, node, iterable) if isinstance(node, ast.For) else None
    places = None
    if found is not None:
        iterable, places = found
    side, iterable = all_rows(lift, iterable)
    order, iterable = in_their_places(lift, iterable)
    source, rows, element = elements(lift, iterable)
    before = dict(lift.names)
    shapes: dict[int | str, Value] = {}
    changed = changed_outside(lift, body)
    learns = any(isinstance(lift.heap[i], Entries) for i in changed) or any(before.get(n) == Const(None) for n in names)
    pandas = lift.pandas or _goes_through_records(lift, iterable)
    for attempt in range(MOST_RUNS):
        state = lift.snapshot()
        loop = Loop(lift.number(), source, rows, getattr(node, "lineno", lift.line), lift.lines, body, side)
        loop.places, loop.order, loop.keyed = places, order, keyed
        loop.first, loop.shapes = learns and attempt == 0, shapes
        try:
            with within():
                once(lift, loop, element, bind, body, names, changed, pandas)
        except Stopped:
            if not loop.first:
                raise
            learned = states.learned(lift, loop)
        else:
            learned = states.learned(lift, loop)
            if not loop.first and (learned == shapes or attempt == MOST_RUNS - 1):
                break
        shapes = learned
        lift.restore(state)
    if dry:
        lift.restore(state)
        return
    if loop.broke != FALSE:
        raise no_rule("break in a loop over rows")
    finish(lift, loop, before, iterable)


def once(
    lift: Lifter,
    loop: Loop,
    element: Value,
    bind: Callable[[Value], None],
    body: list[ast.stmt],
    names: tuple[str, ...],
    changed: set[int],
    pandas: bool,
) -> None:
    """Run a loop's body on one symbolic row."""
    for name in names:
        old = lift.names.get(name)
        loop.carried[name] = old
        if not (loop.first and old is not None):
            lift.names[name] = carried(lift, loop, name, old)
    for ident in changed:
        if ident in lift.twice and isinstance(lift.heap[ident], Keyed | Groups):
            raise Stopped(Reason.ALIAS, "A dict is changed whose lists or dicts stand in another list or dict, too")
        lift.heap[ident] = InLoop(ident, lift.heap[ident])
    loop.began = dict(lift.names)
    outer, lift.live, straight, lift.straight = lift.live, TRUE, lift.straight, True
    lift.loops.append(loop)
    try:
        with lift.using(pandas=pandas):
            bind(record_changes.own(lift, loop, element))
            block(lift, body)
        if lift.live != FALSE:
            loop.exits.append(here(lift))
    finally:
        lift.loops.pop()
        lift.live, lift.straight = outer, straight


def _goes_through_records(lift: Lifter, iterable: Value) -> bool:
    """Whether values of the current row come from a frame, where missing is a value like others."""
    content = lift.content(iterable)
    if not isinstance(content, Iterated):
        return False
    return content.kind == "records" or any(_goes_through_records(lift, p) for p in content.parts)


def all_rows(lift: Lifter, iterable: Value) -> tuple[Part | None, Value]:
    """Return the side of a split that a list holds, and the list of all rows: the body is the same for each of them."""
    content = lift.content(iterable)
    if isinstance(content, Rows | Column1) and content.part is not None:
        return content.part, replace(content, part=None)
    if isinstance(content, Iterated) and content.kind in ("records", "zip"):
        found = [all_rows(lift, p) for p in content.parts]
        parts = {part for part, _ in found}
        if len(parts) == 1 and parts != {None}:
            return found[0][0], replace(content, parts=tuple(p for _, p in found))
    return None, iterable


def in_their_places(lift: Lifter, iterable: Value) -> tuple[Order | None, Value]:
    """Return the random order of the rows of a list, and the list with its rows where a plan has them."""
    content = lift.content(iterable)
    return (content.order, content.inner) if isinstance(content, Shuffled) else (None, iterable)


def carried(lift: Lifter, loop: Loop, name: str, old: Value | None) -> Value:
    """Return what a name holds at the start of an iteration: what the one before left there."""
    content = lift.heap.get(old.id) if isinstance(old, Ref) else old
    if name in loop.shapes and old is not None and not isinstance(old, Ref):
        return states.previous(lift, loop, name, content)
    if isinstance(content, Const) and isinstance(content.value, bool | int | float | str):
        kind = cells.cell_of(content).type
        return Cell(Leaf("prev", loop.ident, name, kind), kind)
    if isinstance(content, Cell):
        return Cell(Leaf("prev", loop.ident, name, content.type, content.nullable), content.type, content.nullable)
    if content == Const(None):
        lift.nones = True
        return Cell(Leaf("prev", loop.ident, name, Type.FLOAT, True), Type.FLOAT, True)
    return Unknown(f"{name} is read before this iteration sets it", lift.line)


def _filled_through_parts(lift: Lifter, body: list[ast.stmt]) -> set[str]:
    """Return the names of empty dicts that a loop fills where it changes what it took out of them, or by reading them."""
    from lester_gui.rewrite.slicing import changed_names, grows_by_reading

    node = ast.Module(body, [])
    names = owners_of(node, changed_names(lift, node, set()))
    names |= {n for n in read_by_key(node) if grows_by_reading(lift, n)}
    return {n for n in names if (c := lift.names.get(n)) is not None and _is_empty_dict(lift.content(c))}


def _is_empty_dict(content: Value) -> bool:
    return isinstance(content, Entries) and not content.items and not content.factory.startswith("object:")


def changed_outside(lift: Lifter, body: list[ast.stmt]) -> set[int]:
    """Return the objects from outside that a loop's body may change."""
    from lester_gui.rewrite.slicing import changed_names

    out: set[int] = set()
    for name in _filled_through_parts(lift, body):
        part = lift.names[name]
        if isinstance(part, Ref) and part.id not in lift.lent:
            out.add(part.id)
    for statement in body:
        for name in changed_names(lift, statement, set()):
            value = lift.names.get(name) or lift.modules[lift.activations[-1].module].get(name)
            if isinstance(value, Ref):
                if value.id in lift.lent:
                    raise Stopped(Reason.ALIAS, "An object is changed that a generator may read afterwards")
                content = lift.heap[value.id]
                if class_of(lift, content) is not None:
                    out |= changed_within(lift, name, value.id, body)
                elif isinstance(content, Items | Entries | Rows | Keyed | Column1 | Grid | Matrix | Vocabulary):
                    out.add(value.id)
    return out


def elements(lift: Lifter, iterable: Value) -> tuple[texts.LineSource | None, Node | None, Value]:
    """Return what a loop goes through: a text file or the rows of a node, and the element of the current row.

    Raises
    ------
    Stopped
        If it is nothing with one element per row.
    """
    content = lift.content(iterable)
    if isinstance(content, Handle):
        iterators.go_through(lift, iterable)
        source, element = texts.line_source(lift, content)
        if isinstance(source, WrittenLines):
            return None, source.node, element
        return source, None, element
    if isinstance(content, Rows) and content.part is None:
        return None, content.node, content.template
    if isinstance(content, Column1) and content.part is None:
        return None, content.node, content.cell
    if isinstance(content, Iterated):
        return _iterated(lift, content)
    if isinstance(content, JsonDocument):
        from lester_gui.rewrite.lift.library.json_documents import entries

        content = entries(lift, content)
    if isinstance(content, NestedDict):
        from lester_gui.rewrite.lift.library.group_lists import one_row_each

        inner = content.inner
        return None, *one_row_each(lift, Groups(inner.node, inner.keys[:1], Const(None)))
    if isinstance(content, Keyed):
        return None, *one_row_per_key.keys_of(lift, content)
    if isinstance(content, Vocabulary) and content.node is not None and content.part is None and content.order != "set":
        return None, *one_row_per_key.categories(lift, content)
    if isinstance(content, Groups):
        from lester_gui.rewrite.lift.library.group_lists import one_row_each

        return None, *one_row_each(lift, content)
    raise no_rule("a loop over this object")


def _iterated(lift: Lifter, content: Value) -> tuple[texts.LineSource | None, Node | None, Value]:

    assert isinstance(content, Iterated)
    if content.kind == "enumerate":
        source, node, element = elements(lift, content.parts[0])
        start = lift.const(content.parts[1])
        place: Value = position(lift, source, node)
        if start:
            place = cells.make("add", cells.cell_of(place), cells.cell_of(Const(start)))
        return source, node, Tup((place, element))
    if content.kind == "range":
        if len(content.parts) != 1:
            raise no_rule("a range that does not go through all rows")
        size = lift.content(content.parts[0])
        assert isinstance(size, Cell)
        if isinstance(size.expr, Leaf) and size.expr.kind == "count":
            node, part = lift.counted[size.expr.ident]
            if part is None:
                return None, node, position(lift, None, node)
        raise no_rule("a range that is not the number of rows of a table")
    if content.kind == "records":
        return elements(lift, content.parts[0])
    if content.kind == "zip":
        parts = [elements(lift, p) for p in content.parts]
        node = None
        for source, one, _ in parts:
            if source is not None or one is None:
                raise no_rule("zip with a file")
            if node is not None and not lift.align.same(node, one):
                raise shape("Two lists that may have different rows are gone through side by side")
            node = one if node is None or len(lift.align.chain(one)) > len(lift.align.chain(node)) else node
        assert node is not None
        return None, node, Tup(tuple(moved(lift, e, one, node) for _, one, e in parts if one is not None))
    raise no_rule(f"a loop over {content.kind}")


def position(lift: Lifter, source: texts.LineSource | None, node: Node | None) -> Cell:
    """Return the place of the current row as a cell."""
    if source is not None:
        return Cell(Leaf("position", -source.ident, "position", Type.INT), Type.INT)
    assert node is not None
    return lift.position(node)


# -- what the body does ------------------------------------------------------------------------------------------------


def loop_of(lift: Lifter, content: InLoop) -> Loop:
    """Return the loop that is filling an object."""
    loop = lift.loops[-1]
    assert isinstance(loop, Loop)
    return loop


def append(lift: Lifter, content: InLoop, value: Value) -> None:
    """``xs.append(value)`` inside a loop."""
    if (isinstance(content.before, Items) and content.before.kind == "list") or isinstance(content.before, Rows):
        sharing.put(lift, value, content.ident)
        loop_of(lift, content).effects.append(Effect("append", content.ident, lift.live, settled(lift, value), None, lift.line))
        return
    raise no_rule("appending to this object")


def add(lift: Lifter, content: InLoop, key: Value) -> None:
    """``seen.add(key)`` inside a loop."""
    loop = loop_of(lift, content)
    loop.written.add(content.ident)
    loop.effects.append(Effect("add", content.ident, lift.live, Const(None), settled(lift, key), lift.line))


def store_in_loop(lift: Lifter, owner: Ref, content: Value, key: Value, value: Value) -> bool:
    """Note a write into a container from outside the current loop; False if it is no such write."""
    if not isinstance(content, InLoop):
        if lift.loops and lift.homes[owner.id] < len(lift.loops):
            raise Stopped(Reason.ALIAS, "An object from outside a loop is changed under a name that does not show it")
        return False
    loop = loop_of(lift, content)
    if isinstance(content.before, Entries | Keyed | Vocabulary):
        dict_state.store(lift, content.ident, key, value)
        return True
    if isinstance(content.before, Column1 | Grid | Matrix):
        loop.effects.append(Effect("cell", content.ident, lift.live, lift.content(value), lift.content(key), lift.line))
        loop.written.add(content.ident)
        return True
    raise no_rule("an assignment into this object inside a loop")


def cell_in_loop(lift: Lifter, content: InLoop, key: Value) -> Cell:
    """Return what this iteration has put into a place of an array.

    Raises
    ------
    Stopped
        If it has put nothing there, or perhaps nothing.
    """
    from lester_gui.rewrite.lift.library.numpy_items import held

    loop = loop_of(lift, content)
    writes = [e for e in loop.effects if e.kind == "cell" and e.target == content.ident]
    asked = paths.conjuncts(lift.live)
    if not writes or writes[-1].key != lift.content(key) or not all(c in asked for c in paths.conjuncts(writes[-1].guard)):
        raise Stopped(Reason.RECURRENCE, "An array is read at a place that this iteration did not set")
    assert isinstance(content.before, Column1)
    return held(cells.cell_of(lift.content(writes[-1].value)), content.before.cell.type)


def seen_before(lift: Lifter, content: InLoop, key: Value) -> Expr:
    """Return the condition that a key was put into a set or dict by an earlier row."""
    loop = loop_of(lift, content)
    if content.ident in loop.written:
        raise Stopped(Reason.LEVEL, "A set is asked after this iteration changed it")
    loop.read.add(content.ident)
    return Leaf("seen", content.ident, content.remember(settled(lift, key)), Type.BOOL)


def leave(lift: Lifter, kind: str) -> None:
    """``continue`` and ``break``."""
    loop = lift.loops[-1]
    if kind == "break":
        loop.broke = paths.either(loop.broke, lift.live)
    loop.exits.append(here(lift))
    lift.live = FALSE


# -- when it is over ---------------------------------------------------------------------------------------------------


def finish(lift: Lifter, loop: Loop, before: dict[str, Value], iterable: Value) -> None:
    """Turn the effects of a loop into nodes, and its variables into values of the last row."""
    table: dict[Expr, Expr] = {}
    if loop.source is not None:
        with lift.using(family="lines"):
            loop.node, table = texts.read_node(lift, loop.source)
    assert loop.node is not None
    done = Finished(lift, loop, loop.node, table)
    with lift.using(family="loops"):
        one_side(done)
        done.windows()
        record_changes.changed(done, iterable)
        done.lists()
        filled.containers(done)
        done.files()
        done.arrays()
        done.names(before)
    for ident, content in list(lift.heap.items()):
        if isinstance(content, InLoop):
            lift.heap[ident] = done.after.get(ident, content.before)
