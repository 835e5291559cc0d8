"""Dicts that a loop over one side of a split fills: totals of the rows of each key, and the lists of their values.

As `side_totals` they are no views. What a row finds under its key is written in lookups of such totals, which encoders learn from
the training rows; so a value under a key may hang on nothing but the key and the totals of its rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Call, Expr, Literal
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.dict_folds import DictFold, PartFold
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Items, Iterated, Leaf, Maybe, Part, Rows, Tup, Value
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.running import with_start
from lester_gui.rewrite.lift.side_totals import SideDict, SideListOf, SideLists, SideTable, at, checked, looked_up
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.rewrite.lift.templates import mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


Keyed = SideDict | SideLists | SideTable


# -- after the loop over the rows --------------------------------------------------------------------------------------


def of_fold(
    lift: Lifter,
    node: Node,
    part: Part,
    key: Value,
    fold: DictFold,
    values: list[Cell],
    lines: tuple[int, ...],
    missing: Value | None,
) -> SideDict:
    """Return a dict after the loop that added up its values.

    Parameters
    ----------
    fold
        Its guards are written over `node`, as `key` and `values`, what a row gives to each part, are.
    """
    keys = keys_of(lift, key)
    found = has(lift, node, part, keys, fold.guard, lines)
    made = iter([_part(lift, node, part, keys, fold.guard, p, v, lines) for p, v in zip(fold.parts, values, strict=True)])
    return SideDict(node, part, keys, mapped(lift, fold.template, lambda c: next(made)), found, missing)


def keys_of(lift: Lifter, key: Value) -> tuple[Cell, ...]:
    """Return a key as cells.

    Raises
    ------
    Stopped
        If one may be missing.
    """
    content = lift.content(key)
    keys = tuple(cells.cell_of(lift.content(k)) for k in (content.items if isinstance(content, Tup) else (content,)))
    if any(k.nullable for k in keys):
        raise no_rule("a dict that a loop over one side of a split fills under keys that may be missing")
    return keys


def has(lift: Lifter, node: Node, part: Part, keys: tuple[Cell, ...], guard: Expr, lines: tuple[int, ...]) -> Expr:
    """Return the condition that some row of a side, of those under a guard, has the key."""
    if guard == TRUE:
        asked = SideTable(node, part, keys, keys[0], "size", lines=lines)
    else:
        one = Cell(paths.choose(guard, Literal(1), Literal(None, Type.INT)), Type.INT, True)
        asked = SideTable(node, part, keys, one, "total", lines=lines)
    return cells.make("not_null", looked_up(lift, keys, checked(asked))).expr


def _part(
    lift: Lifter, node: Node, part: Part, keys: tuple[Cell, ...], guard: Expr, one: PartFold, value: Cell, lines: tuple[int, ...]
) -> Cell:
    """Return one part of what is under a key, for a key that is there."""
    if one.kind not in ("sum", "min", "max") or value.nullable:
        raise no_rule("a dict that a loop over one side of a split fills with anything but totals")
    asked = paths.both(guard, one.guard)
    value = cells.given(value, asked, one.kind)
    function = "size" if one.kind == "sum" and value.expr == Literal(1) else one.kind
    given = keys[0] if function == "size" else value
    total = looked_up(lift, keys, checked(SideTable(node, part, keys, given, function, lines=lines)))
    start = None if one.start is None else cells.cell_of(Const(one.start.value))
    return with_start(cells.there(total) if one.kind == "sum" or start is None else total, one.kind, start)


# -- reading -----------------------------------------------------------------------------------------------------------


def as_dict(lift: Lifter, content: SideDict | SideTable) -> SideDict:
    """Return a dict of single totals as one of values."""
    if isinstance(content, SideDict):
        return content
    if content.function not in ("size", "sum", "total", "count", "nunique"):
        raise no_rule("a table of such totals of one side of a split, read as a dict")
    total = looked_up(lift, content.keys, content)
    found = cells.make("not_null", total).expr  # a key that is there has a total: missing values are no part of such a dict
    return SideDict(content.node, content.part, content.keys, cells.there(total), found, content.missing)


def under(lift: Lifter, content: Keyed, key: Value) -> tuple[Expr, Value]:
    """Return whether a key is there, and what is under it if it is.

    Raises
    ------
    Stopped
        If the key has another shape or type than those of the dict.
    """
    keys = keys_of(lift, key)
    own = content if isinstance(content, SideLists) else as_dict(lift, content)
    if isinstance(own, SideLists):
        return at(own.found, own.keys, keys), SideListOf(own, keys)
    value = mapped(lift, own.template, lambda c: Cell(at(c.expr, own.keys, keys), c.type, c.nullable))
    return at(own.found, own.keys, keys), _own(lift, value)


def _own(lift: Lifter, value: Value) -> Value:
    """Return what is under a key as an object of its own."""
    if isinstance(value, Tup | Items):
        return Tup(tuple(_own(lift, v) for v in value.values))
    if isinstance(value, Entries):
        return lift.new(replace(value, items=tuple((k, _own(lift, v)) for k, v in value.items)))
    return value


def total_of(lift: Lifter, one: SideListOf, function: str) -> Cell:
    """Return a statistic of the numbers in a list, as `features.group_statistic` names it.

    Raises
    ------
    Stopped
        If it has none where the list is empty, which the script has not excluded.
    """
    lists = one.lists
    asked = checked(SideTable(lists.node, lists.part, lists.keys, lists.cell, function, lines=lists.lines))
    found = at(lists.found, lists.keys, one.keys)
    out = Cell(at(looked_up(lift, lists.keys, asked).expr, lists.keys, one.keys), Type.FLOAT, True)
    if one.maybe and function not in ("total", "count") and found not in paths.conjuncts(lift.live):
        raise no_rule(f"{function} of a list of a dict that may be empty")
    return cells.there(out)


# -- going through the keys --------------------------------------------------------------------------------------------


def gone_through(lift: Lifter, iterable: Value) -> tuple[Keyed | None, Value]:
    """Return the dict whose keys a loop goes through, and the rows that stand for them; None, and the same, for other loops."""
    content = lift.content(iterable)
    if isinstance(content, Keyed):
        return content, entries(lift, content, "keys")
    if isinstance(content, Iterated) and content.kind in ("side keys", "side items"):
        owner = lift.content(content.parts[0])
        assert isinstance(owner, Keyed)
        return owner, entries(lift, owner, content.kind.removeprefix("side "))
    return None, iterable


def entries(lift: Lifter, content: Keyed, what: str) -> Rows:
    """Return what a loop over a dict goes through, for each row of the side: its own key, and what is under that."""
    key: Value = content.keys[0] if len(content.keys) == 1 else Tup(content.keys)
    if what == "keys":
        return Rows(content.node, key, content.part)
    return Rows(content.node, Tup((key, under(lift, content, key)[1])), content.part)


def rewritten(lift: Lifter, content: Keyed, key: Value, fold: DictFold, values: list[Cell]) -> SideDict:
    """Return the dict that a loop over the keys of another one fills under the same keys.

    Raises
    ------
    Stopped
        If it has other keys, or a value hangs on other things than its key and the totals of that.
    """
    if keys_of(lift, key) != content.keys:
        raise no_rule("a dict that is filled from one of totals of one side of a split, under other keys")
    if any(p.kind not in ("first", "last") or p.guard != TRUE for p in fold.parts):
        raise no_rule("adding up totals of one side of a split")
    for expr in (fold.guard, *(v.expr for v in values)):
        if not _is_of_key(lift, expr, content.keys):
            raise no_rule("a dict of values that hang on more than their key and its totals")
    own = content if isinstance(content, SideLists) else as_dict(lift, content)
    queue = iter(values)
    return SideDict(
        own.node, own.part, own.keys, mapped(lift, fold.template, lambda c: next(queue)), paths.both(own.found, fold.guard)
    )


def _is_of_key(lift: Lifter, expr: Expr, keys: tuple[Cell, ...]) -> bool:
    """Whether an expression is written in keys, lookups under them, totals of all rows, and constants."""
    if any(expr == k.expr for k in keys) or isinstance(expr, Literal):
        return True
    if isinstance(expr, Call):
        return expr.function in lift.side_tables and expr.arguments == tuple(k.expr for k in keys)
    if isinstance(expr, Leaf):
        return expr.kind in ("state", "count")
    return isinstance(expr, Apply) and all(_is_of_key(lift, a, keys) for a in expr.arguments)


def is_some(lift: Lifter, one: SideListOf) -> Expr:
    """Return the condition that a list has elements."""
    return at(one.lists.found, one.lists.keys, one.keys) if one.maybe else TRUE


def membership(lift: Lifter, column: Column1, needle: Value) -> Expr:
    """Return the condition that a value is among those that a column of one side holds."""
    assert column.part is not None
    keys = keys_of(lift, column.cell)
    return under(lift, SideTable(column.node, column.part, keys, keys[0], "size", lines=lift.lines), needle)[0]


def read(lift: Lifter, content: Keyed, key: Value, default: Value | None = None) -> Value:
    """Return ``d.get(key, default)``; or ``d[key]``, where a key that is not there stops the plan as it stops the script."""
    from lester_gui.rewrite.lift.statements.branch import merge

    found, value = under(lift, content, key)
    if default is None:
        default = _of_new_key(lift, content)
    if default is None:
        return value if found in paths.conjuncts(lift.live) else _or_stop(lift, value, found)
    given = lift.content(default)
    if isinstance(value, SideListOf) and isinstance(given, Items | Tup) and not given.values:
        return replace(value, maybe=True)
    if given == Const(None) and not isinstance(value, Cell):
        return Maybe(found, value)
    if isinstance(value, SideListOf):
        raise no_rule("another list in the place of one that a loop over one side of a split fills")
    return lift.known(merge(lift, found, value, given))


def _of_new_key(lift: Lifter, content: Keyed) -> Value | None:
    """Return what a dict makes of a key that is not there, None where it has no default."""
    if isinstance(content, SideLists):
        return None if content.plain else Tup(())
    return as_dict(lift, content).missing


def _or_stop(lift: Lifter, value: Value, found: Expr) -> Value:
    """Return a value that ends the plan where its key is not there."""

    def change(cell: Cell) -> Cell:
        return cells.make("present", cells.given(cell, found))

    if isinstance(value, SideListOf):
        raise no_rule("a list of a dict of one side of a split that is read without asking whether it is there")
    return mapped(lift, value, change)
