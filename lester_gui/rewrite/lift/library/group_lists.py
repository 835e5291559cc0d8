"""Dicts of lists: ``amounts[person].append(x)`` in one loop; length, sum and extremes of a person's list in another.

The lists themselves are never made: what a script takes of one is a total over the rows that have its key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, Distinct, GroupOrder, Keep, Measure, Node, Select
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, group_parts, paths, sharing, stages
from lester_gui.rewrite.lift.domain import Accessor, Cell, Const, Entries, InLoop, Items, Keyed, Maybe, Rows, Tup, Value
from lester_gui.rewrite.lift.effects import Effect
from lester_gui.rewrite.lift.group_values import GroupOf, Groups, GroupSlot
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.nested_dicts import inner_factory
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped, settled

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.finished import Finished
    from lester_gui.rewrite.lift.lifter import Lifter


@method("slot", "add")
def add(lift: Lifter, slot: GroupSlot, args: Arguments) -> Value:
    """``d[k].add(x)`` of a dict of sets."""
    content = lift.heap[slot.ident]
    if not (isinstance(content, InLoop) and isinstance(content.before, Entries) and inner_factory(content.before) == "set"):
        raise no_rule("add to a list of a dict")
    return append(lift, slot, args)


@method("slot", "append")
def append(lift: Lifter, slot: GroupSlot, args: Arguments) -> Value:
    """``d[k].append(x)`` in a loop over rows."""
    sharing.put(lift, args.positional[0], slot.ident)
    value = settled(lift, args.positional[0])
    lift.loops[-1].effects.append(Effect("keyed", slot.ident, lift.live, value, slot.key, lift.line))
    return Const(None)


def made(done: Finished, effects: list[Effect], asked: list[Effect], plain: bool, sets: bool) -> Groups:
    """Return a dict of lists after the loop that filled it; where it was `asked` for a list, it has one, be it empty."""
    from lester_gui.rewrite.lift.filled import keyed_rows

    guard, value, lines = done.guarded(effects, key=True)
    assert effects[0].key is not None
    if any(e.key != effects[0].key for e in asked):
        raise Stopped(Reason.LEVEL, "One iteration uses a dict under two keys")
    reached = paths.disjunction(e.guard for e in reversed(asked))
    known = None
    if asked and done.unseen(done.expr(reached)) != guard:
        table, names, _ = keyed_rows(done, effects[0].key, done.unseen(done.expr(reached)), [], lines)
        known = Keyed(table, names, None, "first", done.lift.number())
    flat = leaves(done.lift, value)
    called = [done.lift.called_cell(c) for c in flat]
    node, keys, found = keyed_rows(done, effects[0].key, guard, flat, lines)
    for place, (cell, name) in enumerate(zip(found, called, strict=True)):
        if paths.is_partial(cell.expr):  # it is computed for the rows that the script puts into the lists, and for no others
            node, column = done.lift.as_column(node, cell, name or "value", lines)
            found[place] = cells.column(node, column)
    queue = iter(found)
    out = Groups(node, keys, mapped(done.lift, value, lambda c: next(queue)), plain, known)
    if not sets:
        return out
    return replace(group_parts.distinct(done.lift, GroupOf(out, Const(None))).groups, known=known, sets=True)


def one_row_each(lift: Lifter, groups: Groups) -> tuple[Node, Value]:
    """Return a node with one row per key, in the order in which they first came, and the key."""
    if id(groups.node) in lift.grown:
        raise no_rule("going through a defaultdict that was read at keys of other rows before")
    table = as_set(groups)
    call = lift.naming.called(table.node)
    node: Node = lift.step(Distinct, call, parent=table.node, subset=table.keys, keep=Keep.FIRST)
    node = lift.step(Select, call, node, parent=node, columns=tuple((k, k) for k in table.keys))
    keys = tuple(cells.column(node, k) for k in table.keys)
    return node, keys[0] if len(keys) == 1 else Tup(keys)


def member(groups: Groups, key: Value, maybe: bool = False) -> GroupOf:
    """Return the list or set under a key."""
    return GroupOf(groups, key, maybe, "set" if groups.sets else "")


@method("groups", "items", "keys", "values")
def views(lift: Lifter, groups: Groups, args: Arguments) -> Value:
    """``d.items()``: each key with its list."""
    what = args.what.rsplit(".", 1)[-1]
    node, key = one_row_each(lift, groups)
    one = member(groups, key, groups.known is not None)
    return Rows(node, key if what == "keys" else one if what == "values" else Tup((key, one)))


@method("groups", "__getitem__")
def item(lift: Lifter, groups: Groups, args: Arguments) -> Value:
    """``d[k]``: of a key that no row has, a defaultdict gives an empty list, and keeps it."""
    key = args.positional[0]
    found = stages.hit(lift, as_set(groups), key)
    if found in paths.conjuncts(lift.live):
        return member(groups, key, groups.known is not None)
    if not groups.plain:
        lift.grown.add(id(groups.node))
        return member(groups, key, True)
    if not demand(lift, found, "KeyError"):
        required(lift, found)
    return member(groups, key, groups.known is not None)


@method("groups", "get")
def get(lift: Lifter, groups: Groups, args: Arguments) -> Value:
    """``d.get(k, [])``."""
    given = args.bind("key", "default", default=None)
    default = lift.content(given["default"])
    if default == Const(None):
        return Maybe(stages.hit(lift, as_set(groups), given["key"]), member(groups, given["key"], groups.known is not None))
    if groups.sets != (isinstance(default, Items) and default.kind == "set"):
        raise no_rule("get of a dict of sets with a list as default, or the other way round")
    if not (isinstance(default, Items | Tup) and not default.values):
        raise no_rule("get of a dict of lists without an empty list as default")
    return member(groups, given["key"], True)


def as_set(groups: Groups) -> Keyed:
    """Return the keys of a dict of lists."""
    return groups.known or Keyed(groups.node, groups.keys, None, "first", 0)


def total(lift: Lifter, one: GroupOf, function: str, empty: Value | None = None) -> Value:
    """Return a total over a list: ``size``, ``sum``, ``min``, ``mean``, ``first`` and the like; `empty` is that of an empty list.

    Raises
    ------
    Stopped
        If the list holds records, or values that may be missing.
    """
    groups = one.groups
    node, column = groups.node, None
    zero: Value | None = Const(0) if function in ("size", "sum") else empty
    if function != "size":
        content = lift.content(groups.template)
        content = cells.cell_of(content) if isinstance(content, Const) else content
        if not isinstance(content, Cell):
            raise no_rule(f"{function} of a list of records")
        if content.nullable:
            raise shape("A list holds values that may be missing")
        if function in ("sum", "mean") and content.type is Type.BOOL:
            content = cells.make("if_else", content, cells.cell_of(Const(1)), cells.cell_of(Const(0)))
        if function not in ("min", "max", "first", "last") and content.type not in (Type.INT, Type.FLOAT):
            raise shape(f"{function} of a list of {content.type}")
        node, column = lift.as_column(node, content, lift.called_cell(content) or "value")
    name = "count" if function == "size" else f"{column}_{function}"
    name = lift.free_column(node, name)
    known = lift.group_totals.get((id(node), groups.keys, function, column))
    if known is None:
        known = lift.step(
            Aggregate,
            lift.naming.called(node),
            parent=node,
            by=groups.keys,
            measures=(Measure(name, function, column),),
            order=GroupOrder.FIRST_SEEN,
            drop_null_keys=False,
        )
        lift.group_totals[id(node), groups.keys, function, column] = known
    value = cells.there(cells.column(known, known.measures[0].name))  # every list has an element, and no element is missing
    keyed = Keyed(known, groups.keys, value, "only", 0)
    if not one.maybe:
        return stages.get(lift, keyed, one.key, None, guarded=True)
    if zero == Const(0) and value.type is Type.FLOAT:
        zero = Const(0.0)
    return stages.get(lift, keyed, one.key, zero)


@method("group", "__getitem__")
def element(lift: Lifter, one: GroupOf, args: Arguments) -> Value:
    """``values[0]``, ``values[-1]``; of a sorted list the smallest and the largest."""
    place = lift.content(args.positional[0])
    if isinstance(place, Accessor) and place.kind == "slice":
        return group_parts.slice_of(lift, by_place(lift, one), place)
    number = place.value if isinstance(place, Const) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise no_rule("an element of a list of a dict")
    if number not in (0, -1) or not isinstance(lift.content(one.groups.template), Cell) or one.maybe:
        return group_parts.place(lift, by_place(lift, one), number)
    first = number == 0
    if one.order in ("up", "down"):
        return total(lift, one, "min" if first == (one.order == "up") else "max")
    group_parts.in_sequence(one)
    return total(lift, one, "first" if first else "last")


def by_place(lift: Lifter, one: GroupOf) -> GroupOf:
    """Return a list whose rows stand in the order of its elements."""
    if one.order in ("up", "down"):
        return group_parts.arranged(lift, replace(one, order=""), Const(None), one.order == "down")
    return one


def in_order(lift: Lifter, one: GroupOf, key: Value, reverse: bool) -> GroupOf:
    """Return a sorted list; numbers are only put into order where a script looks at other places than the ends."""
    content = lift.content(one.groups.template)
    if lift.content(key) == Const(None) and isinstance(content, Cell) and content.type in (Type.INT, Type.FLOAT):
        return replace(one, order="down" if reverse else "up", base=None)
    return group_parts.arranged(lift, by_place(lift, one), key, reverse)
