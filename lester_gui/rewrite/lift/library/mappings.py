"""Dicts: literal ones, those that a loop filled, and what a loop does to one while it fills it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, dict_state, loops, paths, stages
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Entries,
    InLoop,
    Keyed,
    Leaf,
    Module,
    Rows,
    Tup,
    UserFunction,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.effects import Loop
from lester_gui.rewrite.lift.library.collections import unconditional
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.nested_dicts import MARK, filled_as_nested, is_nested
from lester_gui.rewrite.lift.one_row_per_key import distinct_rows
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("dict", "__getitem__")
def dict_item(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d[k]`` with a key that the row decides."""
    key = args.positional[0]
    if isinstance(content, Keyed):
        return stages.get(lift, content, key, content.missing)
    if isinstance(content, Vocabulary) and not content.as_dict:  # an array of distinct values
        from lester_gui.rewrite.lift.library.pandas_elements import constant_place, distinct_at

        place = constant_place(lift.content(key))
        if place is None or lift.loops:
            raise no_rule("one of these distinct values")
        return distinct_at(lift, content, place)
    if isinstance(content, Vocabulary):
        if not content.as_dict:
            raise no_rule("an element of a list of distinct values")
        return coded(lift, content, cells.cell_of(lift.content(key)))
    assert isinstance(content, Entries)
    inner = lift.content(key)
    if isinstance(inner, Column1):
        raise no_rule("a dict read with a whole column")
    return from_entries(lift, content, cells.cell_of(inner))


def default_of(lift: Lifter, table: Entries) -> Value | None:
    """Return what a defaultdict or Counter that the script filled key by key gives under another key, None for a plain dict.

    Raises
    ------
    Stopped
        If that is no constant.
    """
    from lester_gui.rewrite.lift.expressions.call import invoke

    if table.factory in dict_state.ZERO:
        return dict_state.ZERO[table.factory]
    if table.made is None or isinstance(table.made, Module):
        if table.factory in ("list", "set", "dict") or table.factory.startswith(MARK):
            raise no_rule("what a dict makes under a new key")
        return None
    calls = isinstance(table.made, UserFunction) and any(isinstance(n, ast.Call) for n in ast.walk(table.made.node))
    made = lift.content(invoke(lift, table.made, Arguments("default", [])))
    if calls or not isinstance(made, Const):  # ``lambda: len(d)`` gives another value each time
        raise no_rule("what a dict makes under a new key")
    return made


def from_entries(lift: Lifter, table: Entries, key: Cell) -> Value:
    """Return the value of a literal dict; rows whose key is not in it would end the script, unless it makes a new value."""
    default = default_of(lift, table)
    if default is not None:
        return dict_get(lift, table, Arguments("dict.get", [key, default]))
    if not table.items:
        raise shape("A dict that the script never fills is read")
    known = [cells.cell_of(lift.content(k)) for k, _ in table.items]
    numbers = [lift.content(v) for _, v in table.items]
    if all(isinstance(v, Const) for v in numbers) and [v.value for v in numbers if isinstance(v, Const)] == list(
        range(len(numbers))
    ):
        values = tuple(lift.const(k) for k, _ in table.items)
        return coded(lift, Vocabulary("listed", None, None, values), key)
    if any(k.type is not key.type and not (k.type.is_number and key.type.is_number) for k in known):
        raise shape("A dict is read at a key of another type")
    must(lift, cells.make("is_in", key, *known).expr)
    from lester_gui.rewrite.lift.statements.branch import merge

    out: Value = table.items[-1][1]
    for k, (_, v) in reversed(list(zip(known[:-1], table.items[:-1], strict=True))):
        out = lift.known(merge(lift, cells.compare("Eq", key, k, lift.pandas).expr, lift.content(v), lift.content(out)))
    return out


def must(lift: Lifter, condition: Expr, error: str = "KeyError") -> None:
    """Rows for which the condition does not hold end the script."""
    if condition in paths.conjuncts(lift.live) or demand(lift, condition, error):
        return
    lift.note("unguarded-lookup", "A dict of the script" if error == "KeyError" else "A list of the script")
    required(lift, condition)


def coded(lift: Lifter, vocabulary: Vocabulary, cell: Cell) -> Cell:
    """Return the number of a value in a vocabulary."""
    made = (vocabulary, cell)
    for ident, known in lift.codes.items():
        if known == made:
            return Cell(Leaf("code", ident, "code", Type.INT), Type.INT)
    ident = lift.number()
    lift.codes[ident] = made
    return Cell(Leaf("code", ident, "code", Type.INT), Type.INT)


@method("dict", "index")
def place_of(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``categories.index(x)`` of a list of distinct values; rows whose value is not in it end the script."""
    if not isinstance(content, Vocabulary) or content.as_dict or len(args.positional) != 1:
        raise no_rule("dict.index")
    if content.order == "set":
        raise shape("Numbers are given in the order of a set, which changes from run to run")
    return coded(lift, content, cells.cell_of(lift.content(args.positional[0])))


@method("dict", "get", "setdefault")
def dict_get(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.get(k, default)``."""
    from lester_gui.rewrite.lift.statements.branch import merge

    if args.what.endswith("setdefault"):
        raise no_rule("setdefault here")
    given = args.bind("key", "default", default=None)
    key, default = given["key"], given["default"]
    if isinstance(content, Keyed):
        return stages.get(lift, content, key, default)
    inner = lift.content(key)
    if isinstance(content, Entries):
        if isinstance(inner, Const):
            found = content.get(inner)
            return default if found is None else found
        cell = cells.cell_of(inner)
        out: Value = lift.content(default)
        for k, v in reversed(content.items):
            condition = cells.compare("Eq", cell, cells.cell_of(lift.content(k)), lift.pandas).expr
            out = lift.known(merge(lift, condition, lift.content(v), out))
        return out
    raise no_rule("dict.get here")


@method("dict", "items", "keys", "values")
def dict_views(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.items()``."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Entries):
        if what == "items":
            return Tup(tuple(Tup(pair) for pair in content.items))
        return Tup(tuple(k if what == "keys" else v for k, v in content.items))
    if isinstance(content, Keyed):
        rows = distinct_rows(lift, content)
        keys: tuple[Value, ...] = tuple(cells.column(rows.node, k) for k in rows.keys)
        key = keys[0] if len(keys) == 1 else Tup(keys)
        if what == "keys" or rows.template is None:
            return Rows(rows.node, key)
        return Rows(rows.node, rows.template if what == "values" else Tup((key, rows.template)))
    raise no_rule(f"dict.{what} here")


@method("dict", "most_common")
def most_common(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``counter.most_common(n)``: by count, equal counts in the order in which their keys first came."""
    from lester_gui.ir.nodes import Limit, Sort

    given = args.bind("n", n=None)
    if not isinstance(content, Keyed) or not isinstance(content.template, Cell):
        raise no_rule("most_common of this object")
    rows = distinct_rows(lift, content)
    assert isinstance(rows.template, Cell)
    node, count = lift.as_column(rows.node, rows.template, "count")
    node = lift.step(Sort, lift.naming.called(node), parent=node, by=((count, False),))
    n = lift.const(given["n"])
    if n is not None:
        node = lift.step(Limit, lift.naming.called(node), parent=node, count=n, offset=0)
    keys: tuple[Value, ...] = tuple(cells.column(node, k) for k in rows.keys)
    return Rows(node, Tup((keys[0] if len(keys) == 1 else Tup(keys), cells.column(node, count))))


@method("dict", "update", "pop", "popitem", "clear")
def dict_change(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.update(other)`` of known dicts."""
    if isinstance(content, Entries) and args.what.endswith("update"):
        other = (
            lift.content(args.positional[0])
            if args.positional
            else Entries(tuple((Const(k), v) for k, v in args.keywords.items()))
        )
        if isinstance(other, Entries):
            unconditional(lift, args)
            lift.set(args.owner, Entries(tuple((dict(content.items) | dict(other.items)).items()), content.factory))
            return Const(None)
    raise Stopped(Reason.EFFECT, f"dict.{args.what.rsplit('.', 1)[-1]} here changes which keys there are")


@method("inloop", "append")
def append_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``xs.append(x)`` in a loop over rows."""
    loops.append(lift, content, args.positional[0])
    return Const(None)


@method("inloop", "add")
def add_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``seen.add(x)`` in a loop over rows."""
    loops.add(lift, content, args.positional[0])
    return Const(None)


@method("inloop", "get")
def get_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``d.get(k, 0)`` of a dict that the loop fills."""
    given = args.bind("key", "default", default=None)
    if is_nested(content):
        raise no_rule("get of a dict of dicts in the loop that fills it")
    return dict_state.get(lift, content.ident, given["key"], given["default"])


@method("inloop", "__getitem__")
def item_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``d[k]`` of a dict that the loop fills; ``x[i]`` of an array in whose place this iteration has put a value."""
    if isinstance(content.before, Column1):
        return loops.cell_in_loop(lift, content, args.positional[0])
    slot = dict_state.nested_slot(lift, content.ident, args.positional[0])
    return slot or dict_state.item(lift, content.ident, args.positional[0])


@method("inloop", "setdefault")
def default_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``d.setdefault(k, 0)`` of a dict that the loop fills."""
    given = args.bind("key", "default", default=None)
    if lift.content(given["default"]) == Entries(()) and content.key is None and content.before == Entries(()):
        loop = lift.loops[-1]
        if isinstance(loop, Loop) and filled_as_nested(lift, loop.body, content.ident):
            lift.heap[content.ident] = replace(content, before=Entries((), MARK))
    slot = dict_state.nested_slot(lift, content.ident, given["key"])
    if slot is not None and lift.content(given["default"]) != Entries(()):
        raise no_rule("setdefault of a dict of dicts with anything but an empty dict")
    return slot or dict_state.set_default(lift, content.ident, given["key"], given["default"])


@method("inloop", "update", "pop", "extend", "insert", "remove", "clear", "sort")
def other_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """Other changes inside a loop over rows."""
    raise no_rule(f"{args.what.rsplit('.', 1)[-1]} inside a loop over rows")
