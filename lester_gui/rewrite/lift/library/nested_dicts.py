"""Dicts of dicts: read and filled in a loop, and asked afterwards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells, dict_state, paths, stages
from lester_gui.rewrite.lift.domain import Const, Entries, Keyed, Maybe, Rows, Tup, Value
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.library.group_lists import get as group_get
from lester_gui.rewrite.lift.library.group_lists import item as group_item
from lester_gui.rewrite.lift.library.group_lists import one_row_each
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.nested_dicts import NestedDict, NestedOf, NestedSlot, pair
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.ir.expressions import Expr
    from lester_gui.rewrite.lift.lifter import Lifter

# -- in the loop -------------------------------------------------------------------------------------------------------


@method("nested slot", "__getitem__")
def read(lift: Lifter, slot: NestedSlot, args: Arguments) -> Value:
    """``d[a][b]``."""
    return dict_state.item(lift, slot.ident, pair(slot.key, lift.content(args.positional[0])))


@method("nested slot", "__setitem__")
def put(lift: Lifter, slot: NestedSlot, args: Arguments) -> Value:
    """``d[a][b] = x``."""
    dict_state.store(lift, slot.ident, pair(slot.key, lift.content(args.positional[0])), args.positional[1])
    return Const(None)


@method("nested slot", "get")
def get_in_loop(lift: Lifter, slot: NestedSlot, args: Arguments) -> Value:
    """``d[a].get(b, 0)``."""
    given = args.bind("key", "default", default=None)
    return dict_state.get(lift, slot.ident, pair(slot.key, lift.content(given["key"])), given["default"])


@method("nested slot", "setdefault")
def default_in_loop(lift: Lifter, slot: NestedSlot, args: Arguments) -> Value:
    """``d[a].setdefault(b, [])``."""
    given = args.bind("key", "default", default=None)
    return dict_state.set_default(lift, slot.ident, pair(slot.key, lift.content(given["key"])), given["default"])


# -- afterwards --------------------------------------------------------------------------------------------------------


def outer(nested: NestedDict) -> Keyed:
    """Return the keys of a dict of dicts."""
    inner = nested.inner
    return Keyed(inner.node, inner.keys[:1], None, "first", 0)


def there(lift: Lifter, nested: NestedDict, key: Value) -> Expr:
    """Return the condition ``a in d``."""
    return stages.hit(lift, outer(nested), key)


def inside(lift: Lifter, one: NestedOf, key: Value) -> Expr:
    """Return the condition ``b in d[a]``."""
    inner = one.nested.inner
    return stages.hit(lift, Keyed(inner.node, inner.keys, None, "first", 0), pair(lift.content(one.key), lift.content(key)))


def contains(lift: Lifter, where: NestedDict | NestedOf | NestedSlot, key: Value) -> Expr:
    """Return the condition ``a in d`` or ``b in d[a]``."""
    if isinstance(where, NestedDict):
        return there(lift, where, key)
    if isinstance(where, NestedOf):
        return inside(lift, where, key)
    return dict_state.there(lift, where.ident, pair(where.key, lift.content(key)))


@method("nested", "__getitem__")
def item(lift: Lifter, nested: NestedDict, args: Arguments) -> Value:
    """``d[a]``: a plain dict has it, or the script ends; a defaultdict makes an empty one, and keeps it."""
    key = args.positional[0]
    found = there(lift, nested, key)
    if found in paths.conjuncts(lift.live):
        return NestedOf(nested, key)
    if not nested.plain:
        lift.grown.add(id(nested.inner.node))
        return NestedOf(nested, key, True)
    if not demand(lift, found, "KeyError"):
        required(lift, found)
    return NestedOf(nested, key)


@method("nested", "get")
def get(lift: Lifter, nested: NestedDict, args: Arguments) -> Value:
    """``d.get(a, {})``."""
    given = args.bind("key", "default", default=None)
    default = lift.content(given["default"])
    if default == Const(None):
        return Maybe(there(lift, nested, given["key"]), NestedOf(nested, given["key"]))
    if not isinstance(default, Entries) or default.items:
        raise no_rule("get of a dict of dicts with a default that is not empty")
    return NestedOf(nested, given["key"], True)


@method("nested", "items", "keys", "values")
def views(lift: Lifter, nested: NestedDict, args: Arguments) -> Value:
    """``d.items()``: each key with its dict."""
    what = args.what.rsplit(".", 1)[-1]
    inner = nested.inner
    node, key = one_row_each(lift, Groups(inner.node, inner.keys[:1], Const(None)))
    one = NestedOf(nested, key)
    return Rows(node, key if what == "keys" else one if what == "values" else Tup((key, one)))


@method("nested of", "__getitem__")
def inner_item(lift: Lifter, one: NestedOf, args: Arguments) -> Value:
    """``d[a][b]``."""
    inner, key = one.nested.inner, pair(lift.content(one.key), lift.content(args.positional[0]))
    if isinstance(inner, Groups):
        return group_item(lift, inner, Arguments("groups.__getitem__", [key]))
    return stages.get(lift, inner, key, inner.missing)


@method("nested of", "get")
def inner_get(lift: Lifter, one: NestedOf, args: Arguments) -> Value:
    """``d[a].get(b, default)``."""
    given = args.bind("key", "default", default=None)
    inner, key = one.nested.inner, pair(lift.content(one.key), lift.content(given["key"]))
    if isinstance(inner, Groups):
        return group_get(lift, inner, Arguments("groups.get", [key, given["default"]]))
    return stages.get(lift, inner, key, given["default"])


def listed(lift: Lifter, one: NestedOf, what: str = "keys") -> GroupOf:
    """Return the keys, values or pairs of both of a dict under a key, as a list in the order in which the keys first came.

    Raises
    ------
    Stopped
        If the values are lists.
    """
    from lester_gui.rewrite.lift.one_row_per_key import distinct_rows

    inner = one.nested.inner
    if isinstance(inner, Groups):
        if what != "keys":
            raise no_rule("all lists of a dict within a dict")
        inner = Keyed(inner.node, inner.keys, None, "first", 0)
    known = lift.nested_rows.get((id(inner.node), inner.keys))
    rows = known or distinct_rows(lift, inner)
    lift.nested_rows[id(inner.node), inner.keys] = rows
    keys = tuple(cells.column(rows.node, k) for k in rows.keys[1:])
    key: Value = keys[0] if len(keys) == 1 else Tup(keys)
    if what != "keys" and rows.template is None:
        raise no_rule("the values of a dict within a dict")
    template = key if what == "keys" else rows.template if what == "values" else Tup((key, rows.template or key))
    assert template is not None
    return GroupOf(Groups(rows.node, rows.keys[:1], template, True), one.key, one.maybe)


@method("nested of", "items", "keys", "values")
def inner_views(lift: Lifter, one: NestedOf, args: Arguments) -> Value:
    """``d[a].items()``."""
    return listed(lift, one, args.what.rsplit(".", 1)[-1])


@method("nested of", "most_common")
def most_common(lift: Lifter, one: NestedOf, args: Arguments) -> Value:
    """``d[a].most_common(n)`` of a dict of counters."""
    from lester_gui.rewrite.lift.expressions import evaluate
    from lester_gui.rewrite.lift.group_parts import arranged, cut

    number = lift.const(args.bind("n", n=None)["n"])
    by_count = evaluate(lift, ast.parse("lambda pair: pair[1]", mode="eval").body)
    whole = arranged(lift, listed(lift, one, "items"), by_count, True)
    return whole if number is None else cut(lift, whole, None, number)
