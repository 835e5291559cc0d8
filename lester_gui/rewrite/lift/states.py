"""What an iteration leaves behind, over all ways through the body; and what that looks like at the start of the next one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import dict_state, paths
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, InLoop, Items, Leaf, Maybe, Tup, Unknown, Value
from lester_gui.rewrite.lift.effects import Loop
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.statements.branch import apart, merge, merged_heap
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def finals(lift: Lifter, loop: Loop) -> dict[str, Value]:
    """Return what the names hold at the end of an iteration."""
    exits = [p for p in loop.exits if p.guard != FALSE]
    if not exits:
        return {}
    merged = dict(exits[-1].names)
    for p in reversed(exits[:-1]):
        merged = {n: merge(lift, p.guard, p.names.get(n), merged.get(n)) for n in dict.fromkeys((*p.names, *merged))}
    return merged


def final_state(lift: Lifter, loop: Loop, content: InLoop) -> InLoop:
    """Return a container as an iteration leaves it.

    Raises
    ------
    Stopped
        If the ways through the body leave states that do not go together.
    """
    exits = [(p, p.heap.get(content.ident)) for p in loop.exits if p.guard != FALSE]
    found = [(p, c) for p, c in exits if isinstance(c, InLoop)]
    if len(found) != len(exits):
        unknown = next(c for _, c in exits if not isinstance(c, InLoop))
        raise Stopped(Reason.LEVEL, unknown.why if isinstance(unknown, Unknown) else "A container is replaced by another one")
    if not found:
        return content
    lift.loops.append(loop)
    try:
        heap = dict(lift.heap)
        state: Value = found[-1][1]
        rest, last = found[-1][0].guard, found[-1][0].heap
        for p, _ in reversed(found[:-1]):
            last = merged_heap(lift, apart(p.guard, rest), p.heap, last)
            rest = paths.either(p.guard, rest)
            state = last[content.ident]
            if not isinstance(state, InLoop):
                raise Stopped(Reason.LEVEL, state.why if isinstance(state, Unknown) else "A container is replaced")
        lift.heap.update(last)
        assert isinstance(state, InLoop)
        if state.value is not None:
            value = dict_state.celled(lift, state.value)
            state = InLoop(state.ident, state.before, state.keys, state.key, state.there, value, state.reach)
        lift.heap.update(heap)
        return state
    finally:
        lift.loops.pop()


def learned(lift: Lifter, loop: Loop) -> dict[int | str, Value]:
    """Return the shapes of what dicts and variables hold after an iteration, as far as they are told."""
    out: dict[int | str, Value] = {}
    for ident, content in list(lift.heap.items()):
        if not (isinstance(content, InLoop) and dict_state.is_dict(content)):
            continue
        try:
            state = final_state(lift, loop, content) if loop.exits else content
            if state.value is not None:
                out[ident] = shape_of(dict_state.celled(lift, state.value))
        except Stopped:
            if content.value is not None and loop.first:
                out[ident] = shape_of(dict_state.celled(lift, content.value))
    for name, value in finals(lift, loop).items():
        old = loop.carried.get(name)
        before: Value | None = lift.heap.get(getattr(old, "id", 0), old)
        if isinstance(before, Const) and not isinstance(value, Unknown) and value != before:
            try:
                out[name] = shape_of(dict_state.celled(lift, value.value if isinstance(value, Maybe) else value))
            except Stopped:
                continue
    return out


def shape_of(value: Value) -> Value:
    """Return a template with nothing but types, so that two of them can be compared."""
    if isinstance(value, Cell):
        return _typed(value)
    if isinstance(value, Tup):
        return Tup(tuple(shape_of(v) for v in value.items))
    if isinstance(value, Items):
        return Items(tuple(shape_of(v) for v in value.values), value.kind)
    if isinstance(value, Lazy):
        return Lazy(value.text, tuple((n, _typed(c)) for n, c in value.parameters), value.needed, value.pieces, value.module)
    if isinstance(value, Accessor):
        assert isinstance(value.owner, Tup)
        return replace(value, owner=Tup((shape_of(value.owner.items[0]), *value.owner.items[1:])))
    if isinstance(value, Json):
        there = None if value.there is None else _typed(value.there)
        filled = None if value.filled is None else _typed(value.filled)
        return replace(value, columns=tuple((n, _typed(c)) for n, c in value.columns), there=there, filled=filled)
    if isinstance(value, Several):
        return value.changed(_typed)
    if isinstance(value, JsonList):
        return JsonList(_typed(value.text), None if value.none is None else _typed(value.none))
    assert isinstance(value, Entries)
    return replace(value, items=tuple((k, shape_of(v)) for k, v in value.items))


def _typed(cell: Cell) -> Cell:
    return Cell(Leaf("shape", 0, "", cell.type, cell.nullable), cell.type, cell.nullable)


def previous(lift: Lifter, loop: Loop, name: str, old: Value | None) -> Value:
    """Return what a variable holds when an iteration begins, by the shape that it has at the end of one."""
    template = loop.shapes[name]
    if isinstance(template, Cell):
        nullable = template.nullable or old == Const(None)
        lift.nones = lift.nones or old == Const(None)
        return Cell(Leaf("prev", loop.ident, name, template.type, nullable), template.type, nullable)
    made = _parts(lift, template, loop, name, [0])
    if old == Const(None):
        return Maybe(Leaf("prev", loop.ident, f"{name}?", Type.BOOL), made)
    return made


def _parts(lift: Lifter, template: Value, loop: Loop, name: str, count: list[int]) -> Value:
    if isinstance(template, Cell):
        count[0] += 1
        leaf = Leaf("prev", loop.ident, f"{name}#{count[0] - 1}", template.type, template.nullable)
        return Cell(leaf, template.type, template.nullable)
    if isinstance(template, Tup):
        return Tup(tuple(_parts(lift, v, loop, name, count) for v in template.items))
    if isinstance(template, Items):
        return lift.new(Items(tuple(_parts(lift, v, loop, name, count) for v in template.values), template.kind))
    if isinstance(template, Json | JsonList | Several):
        raise shape("A variable keeps an object of JSON from one row to the next")
    assert isinstance(template, Entries)
    return lift.new(replace(template, items=tuple((k, _parts(lift, v, loop, name, count)) for k, v in template.items)))
