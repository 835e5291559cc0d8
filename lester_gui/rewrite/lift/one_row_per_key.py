"""Tables with one row per key of a dict or set, or per category, in their order: what a loop through one of them goes through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Aggregate, Distinct, GroupOrder, Keep, Measure, Node, Select, Sort
from lester_gui.rewrite.lift import cells, stages
from lester_gui.rewrite.lift.domain import Cell, Keyed, Tup, Value, Vocabulary
from lester_gui.rewrite.lift.stop import shape
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def keys_of(lift: Lifter, keyed: Keyed) -> tuple[Node, Value]:
    """Return a node with one row per key of a dict or set, in the order in which they first came, and the key."""
    if keyed.take != "only" and any(f.nullable for f in keyed.node.schema if f.name not in keyed.keys):
        keyed = replace(keyed, template=None)  # the values may be missing, but only the keys are needed
    rows = distinct_rows(lift, keyed)
    keys = tuple(cells.column(rows.node, k) for k in keyed.keys)
    return rows.node, keys[0] if len(keys) == 1 else Tup(keys)


def categories(lift: Lifter, vocabulary: Vocabulary) -> tuple[Node, Cell]:
    """Return a node with one row per category, in their order, and the category."""
    assert vocabulary.node is not None and vocabulary.cell is not None
    if vocabulary.cell.nullable:
        raise shape("Categories are gone through of which one may be missing")
    node, name = lift.as_column(vocabulary.node, vocabulary.cell, lift.called_cell(vocabulary.cell) or "key")
    call = lift.naming.called(node)
    out: Node = lift.step(Distinct, call, parent=node, subset=(name,), keep=Keep.FIRST)
    if vocabulary.order == "sorted":
        out = lift.step(Sort, call, parent=out, by=((name, True),))
    return out, cells.column(out, name)


def distinct_rows(lift: Lifter, keyed: Keyed) -> Keyed:
    """Return a dict over a node with one row per key, in the order in which the keys first came."""
    if keyed.take == "only":
        return keyed
    if keyed.take == "first" or keyed.template is None:
        node: Node = lift.step(Distinct, lift.naming.called(keyed.node), parent=keyed.node, subset=keyed.keys, keep=Keep.FIRST)
        return replace(keyed, node=node, take="only")
    needed = [n for n in stages.columns_in(lift, keyed.template) if n not in keyed.keys]
    if any(keyed.node.schema.field(n).nullable for n in needed):
        return _looked_up(lift, keyed)
    node = lift.step(
        Aggregate,
        lift.naming.called(keyed.node),
        parent=keyed.node,
        by=keyed.keys,
        measures=tuple(Measure(n, "last", n) for n in needed),
        order=GroupOrder.FIRST_SEEN,
        drop_null_keys=False,
    )
    return replace(keyed, node=node, take="only")


def _looked_up(lift: Lifter, keyed: Keyed) -> Keyed:
    """Return one row per key, in the order in which they first came, with what the dict holds under it: also missing values."""
    call = lift.naming.called(keyed.node)
    first: Node = lift.step(Distinct, call, parent=keyed.node, subset=keyed.keys, keep=Keep.FIRST)
    first = lift.step(Select, call, first, parent=first, columns=tuple((k, k) for k in keyed.keys))
    key = tuple(cells.column(first, k) for k in keyed.keys)
    value = stages.get(lift, keyed, key[0] if len(key) == 1 else Tup(key), None, guarded=True)
    node, found = lift.resolve(first, *leaves(lift, value))
    queue = iter(found)
    return replace(keyed, node=node, template=mapped(lift, value, lambda c: next(queue)), take="only")
