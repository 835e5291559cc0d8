"""What a dict holds under one key while a loop over rows changes it: reads and writes of the current iteration.

At the start of an iteration the key is there if an earlier row put it there, with the value that it left: the leaves ``seen`` and
``prev_item``. What becomes of both by the end of the iteration is the update that `dict_folds` classifies. A first run of the
body, in which the dict is empty, tells what the values look like.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths, sharing
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Const,
    Entries,
    InLoop,
    Items,
    Leaf,
    LineOf,
    Maybe,
    Ref,
    Tup,
    Unknown,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.effects import Effect, Loop
from lester_gui.rewrite.lift.group_values import GroupSlot
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.nested_dicts import NestedSlot, inner_factory, is_nested
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.raising import demand
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import mapped, settled
from lester_gui.rewrite.lift.whole_lines import as_text
from lester_gui.runtime.json_fields import split_name

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ZERO = {"int": Const(0), "float": Const(0.0), "str": Const(""), "bool": Const(False), "Counter": Const(0)}


def is_dict(content: Value) -> bool:
    """Whether an object that a loop fills is a dict."""
    return isinstance(content, InLoop) and isinstance(content.before, Entries)


def touched(lift: Lifter, ident: int, key: Value) -> InLoop:
    """Return the state of a dict under a key in this iteration, begun if it was not asked for yet.

    Raises
    ------
    Stopped
        If the iteration uses the dict under another key, too, or the dict held something before the loop.
    """
    content = lift.heap[ident]
    assert isinstance(content, InLoop)
    if not isinstance(content.before, Entries) or content.before.items:
        raise Stopped(Reason.RECURRENCE, "A dict that held something before the loop is read and changed in it")
    place = settled(lift, key)
    if content.key is None:
        content = started(lift, content, place)
    elif content.key != place:
        raise Stopped(Reason.LEVEL, "One iteration uses a dict under two keys")
    content = replace(content, reach=paths.either(content.reach, lift.live))
    lift.heap[ident] = content
    return content


def started(lift: Lifter, content: InLoop, key: Value) -> InLoop:
    """Return the state at the start of an iteration."""
    loop = lift.loops[-1]
    assert isinstance(loop, Loop)
    number = content.remember(key)
    if loop.first:
        return replace(content, key=key, there=FALSE, value=None)
    there = Leaf("seen", content.ident, number, Type.BOOL)
    template = loop.shapes.get(content.ident)
    value = None if template is None else _previous(lift, template, content.ident, [0])
    return replace(content, key=key, there=there, value=value)


def _previous(lift: Lifter, template: Value, ident: int, count: list[int]) -> Value:
    """Return a value of the shape of a template, made of what the row before left."""
    if isinstance(template, Cell):
        return _cell_before(template, ident, count)
    if isinstance(template, Tup):
        return Tup(tuple(_previous(lift, v, ident, count) for v in template.items))
    if isinstance(template, Items):
        return sharing.held(
            lift, lift.new(Items(tuple(_previous(lift, v, ident, count) for v in template.values), template.kind)), ident
        )
    if isinstance(template, Entries):
        made = lift.new(replace(template, items=tuple((k, _previous(lift, v, ident, count)) for k, v in template.items)))
        return sharing.held(lift, made, ident)
    if isinstance(template, Lazy | Accessor | Json | JsonList | Several):
        return mapped(lift, template, lambda c: _cell_before(c, ident, count))
    raise shape("A dict holds objects that are not values of a row")


def _cell_before(cell: Cell, ident: int, count: list[int]) -> Cell:
    count[0] += 1
    return Cell(Leaf("prev_item", ident, str(count[0] - 1), cell.type, cell.nullable), cell.type, cell.nullable)


def celled(lift: Lifter, value: Value) -> Value:
    """Return a value as a template of cells: constants that may change later are cells, too."""
    content = lift.content(value)
    if isinstance(content, LineOf):
        return as_text(lift, content)
    if isinstance(content, Const):
        if content.value is None:
            return cells.missing(Type.FLOAT)
        cell = cells.const_cell(content.value)
        if cell is None:
            raise shape("A dict holds a constant that is no value of a row")
        return cell
    if isinstance(content, Cell):
        return content
    if isinstance(content, Tup):
        return Tup(tuple(celled(lift, v) for v in content.items))
    if isinstance(content, Items) and content.ordered:
        return replace(content, values=tuple(celled(lift, v) for v in content.values))
    if isinstance(content, Entries):
        return replace(content, items=tuple((k, celled(lift, v)) for k, v in content.items))
    if isinstance(content, Lazy | Accessor | JsonList | Several):
        return settled(lift, content)
    if isinstance(content, Json):
        return fields_named(lift, content)
    raise shape("A dict holds objects that are not values of a row")


def fields_named(lift: Lifter, content: Json) -> Json:
    """Return an object of JSON with those fields alone that the script's text names: it can read no others."""
    trees = [lift.script.tree, *(ast.parse(text) for path, text in lift.script.modules if path.endswith(".py"))]
    named = {n.value for t in trees for n in ast.walk(t) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    kept = sorted(((n, c) for n, c in content.columns if set(split_name(n)[0]) <= named), key=lambda pair: pair[0])
    return replace(content, columns=tuple(kept))  # in an order that is not the data's


def owned(lift: Lifter, value: Value, ident: int) -> Value:
    """Return a value as the dict keeps it: a list or dict in it is the dict's own from now on.

    Raises
    ------
    Stopped
        If it is one list or dict for several keys.
    """
    if isinstance(value, Ref):
        if lift.homes.get(value.id, 0) < len(lift.loops):
            raise Stopped(Reason.ALIAS, "One list or dict from outside a loop is put under several keys of a dict")
        sharing.put(lift, value, ident)
        lift.shared.add(value.id)
        return sharing.held(lift, lift.new(lift.content(value)), ident)
    return value


def made_by_factory(lift: Lifter, content: InLoop) -> Value | None:
    """Return what a defaultdict or Counter holds under a new key, None for a plain dict."""
    assert isinstance(content.before, Entries)
    factory = inner_factory(content.before)
    if factory in ZERO:
        return ZERO[factory]
    if is_nested(content) and not factory:
        return None
    if isinstance(content.before.made, UserFunction):
        from lester_gui.rewrite.lift.expressions.call import invoke
        from lester_gui.rewrite.lift.library.table import Arguments

        return owned(lift, invoke(lift, content.before.made, Arguments("default", [])), content.ident)
    if factory:
        raise no_rule(f"a defaultdict of {factory} that is filled in this way")
    return None


def there(lift: Lifter, ident: int, key: Value) -> Expr:
    """Return the condition ``key in d``."""
    return touched(lift, ident, key).there


def item(lift: Lifter, ident: int, key: Value) -> Value:
    """Return ``d[key]``; a defaultdict gets the key, in a plain dict it is there or the script ends."""
    slot = _slot(lift, ident, key, "list") or _slot(lift, ident, key, "set")
    if slot is not None:
        return slot
    content = touched(lift, ident, key)
    made = made_by_factory(lift, content)
    assert isinstance(content.before, Entries)
    if made is None:
        if not demand(lift, content.there, "KeyError"):
            lift.live = paths.both(lift.live, content.there)
        if lift.live == FALSE:
            raise Dead("A dict is read at a key that no row put there")
        return _known(content)
    value = either(lift, content, made)
    kept = content.there if inner_factory(content.before) == "Counter" else TRUE
    lift.heap[ident] = replace(content, there=kept, value=content.value if kept is content.there else value)
    return value


def _slot(lift: Lifter, ident: int, key: Value, factory: str) -> GroupSlot | None:
    """Return the list under a key of a dict of lists; None for other dicts."""
    content = lift.heap[ident]
    if not (isinstance(content, InLoop) and isinstance(content.before, Entries) and inner_factory(content.before) == factory):
        return None
    if content.before.items or content.key is not None:
        raise Stopped(Reason.RECURRENCE, "A dict of lists is used in several ways in one loop")
    place = settled(lift, key)
    loop = lift.loops[-1]
    assert isinstance(loop, Loop)
    loop.effects.append(Effect("slot", ident, lift.live, Const(None), place, lift.line))
    return GroupSlot(ident, place)


def nested_slot(lift: Lifter, ident: int, key: Value) -> NestedSlot | None:
    """Return the dict under a key of a dict of dicts; None for other dicts."""
    if not is_nested(lift.heap[ident]):
        return None
    loop = lift.loops[-1]
    assert isinstance(loop, Loop)
    place = settled(lift, key)
    loop.effects.append(Effect("nested", ident, lift.live, Const(None), place, lift.line))
    return NestedSlot(ident, place)


def get(lift: Lifter, ident: int, key: Value, default: Value) -> Value:
    """Return ``d.get(key, default)``."""
    content = touched(lift, ident, key)
    if content.there == FALSE:
        return default
    value = _known(content)
    if content.there == TRUE:
        return value
    if lift.content(default) == Const(None) and not isinstance(lift.content(value), Cell | Const):
        return Maybe(content.there, value)
    return either(lift, content, default)


def set_default(lift: Lifter, ident: int, key: Value, default: Value) -> Value:
    """``d.setdefault(key, default)``."""
    if lift.content(default) == Items(()) and isinstance(default, Ref) and lift.homes.get(default.id, 0) == len(lift.loops):
        slot = _slot(lift, ident, key, "")
        if slot is not None:
            return slot
    content = touched(lift, ident, key)
    value = either(lift, content, owned(lift, default, ident))
    _note(lift, content, value)
    lift.heap[ident] = replace(content, there=TRUE, value=value)
    return value


def store(lift: Lifter, ident: int, key: Value, value: Value) -> None:
    """``d[key] = value``."""
    content = touched(lift, ident, key)
    _note(lift, content, value)
    lift.heap[ident] = replace(content, there=TRUE, value=owned(lift, value, ident))


def _note(lift: Lifter, content: InLoop, value: Value) -> None:
    """Note that this iteration puts the key into the dict: sets of seen keys ask for it."""
    loop = lift.loops[-1]
    assert isinstance(loop, Loop)
    loop.effects.append(Effect("set", content.ident, lift.live, Const(None), content.key, lift.line))


def _known(content: InLoop) -> Value:
    if content.value is None:
        raise Stopped(Reason.RECURRENCE, "A dict is read in a loop that never puts a value into it")
    return content.value


def either(lift: Lifter, content: InLoop, other: Value) -> Value:
    """Return the value under the key where it is there, else another one."""
    if content.there == FALSE:
        return other
    value = _known(content)
    if content.there == TRUE:
        return value
    return lift.known(merged_value(lift, content.there, value, other))


def merged_value(lift: Lifter, condition: Expr, a: Value | None, b: Value | None) -> Value:
    """Return the value that is `a` where the condition holds and `b` elsewhere; lists and dicts become new ones."""
    from lester_gui.rewrite.lift.statements.branch import merge

    if a is None or b is None or a == b:
        out = b if a is None else a
        return out if out is not None else Unknown("a dict has no value here", lift.line)
    if isinstance(a, Ref) and isinstance(b, Ref):
        left, right = lift.sides
        content = merge(lift, condition, left.get(a.id) or lift.heap[a.id], right.get(b.id) or lift.heap[b.id])
        if isinstance(content, Unknown):
            return content
        lift.shared |= {a.id, b.id}
        return sharing.merged(lift, lift.new(content), a, b)
    return merge(lift, condition, a, b)


def merged_state(lift: Lifter, condition: Expr, a: InLoop, b: InLoop) -> Value:
    """Return the state of a dict where two paths of an iteration meet."""
    if a.key is None and b.key is None:
        return a
    if a.key is None:
        assert b.key is not None
        a = started(lift, a, b.key)
    elif b.key is None:
        b = started(lift, b, a.key)
    if a.key != b.key:
        return Unknown("one iteration uses a dict under two keys", lift.line)
    value = None if a.value is None and b.value is None else merged_value(lift, condition, a.value, b.value)
    if isinstance(value, Unknown):
        return value
    return replace(a, there=paths.choose(condition, a.there, b.there), value=value, reach=paths.either(a.reach, b.reach))
