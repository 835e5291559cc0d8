"""Splits into training and test rows: train_test_split, seeded permutations cut by hand, slices by position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import Accessor, Coded, Column1, Const, Frame, Matrix, Order, Part, Rows, Tup, Value
from lester_gui.rewrite.lift.library.pandas_elements import between, bounds, constant_place, element
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("sklearn.model_selection.train_test_split", "sklearn.cross_validation.train_test_split")
def train_test_split(lift: Lifter, args: Arguments) -> Value:
    """``train_test_split(*arrays, test_size=…, random_state=…)``."""
    options = Arguments(args.what, [], args.keywords).bind(
        test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None
    )
    tables = [lift.content(v) for v in args.positional]
    if not tables:
        raise shape("train_test_split without a table")
    nodes, part = [node_of(t) for t in tables], part_of(tables[0])
    for t, n in zip(tables, nodes, strict=True):
        if part_of(t) != part or not lift.align.same(n, nodes[0]):
            raise shape("Tables with different rows are split together")
    test_size, train_size = lift.const(options["test_size"]), lift.const(options["train_size"])
    if test_size is None and train_size is None:
        test_size = 0.25
    shuffle = bool(lift.const(options["shuffle"]))
    seed = lift.const(options["random_state"])
    if seed is not None and not isinstance(seed, int):
        raise no_rule("a random_state that is no number")
    stratify = lift.content(options["stratify"])
    if isinstance(stratify, Rows):
        stratify = as_column(lift, stratify)
    ident = lift.learner.split(
        nodes[0],
        kind="random" if shuffle else "positional",
        method="sklearn",
        test_size=test_size,
        train_size=train_size,
        seed=seed if shuffle else None,
        shuffle=shuffle,
        stratify=stratify != Const(None),
        by=None if stratify == Const(None) else stratify,
        of=part,
    )
    out: list[Value] = []
    for t in tables:
        out += [side(lift, t, Part(ident, "train")), side(lift, t, Part(ident, "test"))]
    return Tup(tuple(out))


def node_of(table: Value) -> Node:
    """Return the node whose rows a table has.

    Raises
    ------
    Stopped
        If it is no table.
    """
    if isinstance(table, Coded):
        return table.column.node
    if isinstance(table, Order):
        if table.method or table.start is not None or table.stop is not None:
            raise no_rule("splitting row numbers that are in random order already")
        return table.node
    if isinstance(table, Frame | Column1 | Matrix | Rows):
        return table.node
    raise shape("Something that is not a known table is split")


def part_of(table: Value) -> Part | None:
    """Return the side of a split that a table is."""
    if isinstance(table, Coded):
        return table.column.part
    return table.part if isinstance(table, Frame | Column1 | Matrix | Rows | Order) else None


def side(lift: Lifter, table: Value, part: Part) -> Value:
    """Return one side of a table."""
    if isinstance(table, Coded):
        return replace(table, column=replace(table.column, part=part, index=table.column.index or None))
    if isinstance(table, Order):
        return lift.new(replace(table, part=part))
    if isinstance(table, Rows):
        return lift.new(replace(table, part=part))
    if isinstance(table, Frame):
        return lift.new(replace(table, part=part, index=table.index or None))
    if isinstance(table, Column1):
        return replace(table, part=part, index=table.index or None)
    assert isinstance(table, Matrix)
    return replace(table, part=part)


def positional_part(lift: Lifter, node: Node, low: Value, high: Value, of: Part | None = None) -> Part | None:
    """Return the side, of a table or of one of its sides, that ``[:cut]`` or ``[cut:]`` is, else None.

    `cut` is computed from the number of rows.
    """
    low, high = lift.content(low), lift.content(high)
    if low in (Const(None), Const(0)) and lift.is_size(high):
        return lift.learner.cut(node, high, "train", of=of)
    if lift.is_size(low) and lift.is_size(high):
        return lift.learner.between(node, low, high, of=of)
    if high == Const(None) and lift.is_size(low):
        return lift.learner.cut(node, low, "test", of=of)
    return None


def by_order(lift: Lifter, node: Node, rows: Value, in_order: bool = False) -> Part | None:
    """Return the side that picking rows by a slice of a seeded permutation is, else None."""
    if not isinstance(rows, Order) or not lift.align.same(rows.node, node):
        return None
    if rows.part is not None:
        return rows.part
    if rows.start is None and rows.stop is None:
        raise no_rule("shuffling a whole table")
    if rows.start is None:
        assert rows.stop is not None
        return lift.learner.cut(node, rows.stop, "train", rows, in_order)
    if rows.stop is None:
        return lift.learner.cut(node, rows.start, "test", rows, in_order)
    if in_order:
        raise no_rule("a split into three parts, in their own order")
    return lift.learner.between(node, rows.start, rows.stop, rows)


def row_numbers(lift: Lifter, order: Order) -> Rows:
    """Return a slice of a seeded permutation as the row numbers of a side, to go through."""
    if order.is_set:
        raise no_rule("going through a set of row numbers")
    return Rows(order.node, lift.position(order.node), by_order(lift, order.node, order))


@attribute("series", "iloc")
def series_iloc(lift: Lifter, content: Column1, owner: Value) -> Value:
    """``y.iloc``."""
    return Accessor(content, "series.iloc")


@method("series.iloc", "__getitem__")
def chosen_places(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``y.iloc[train_idx]``: the side of a split that row numbers tell."""
    column = lift.content(accessor.owner)
    assert isinstance(column, Column1)
    key = lift.content(args.positional[0])
    part = row_side(lift, column, key)
    if part is not None:
        return side(lift, column, part)
    part = by_order(lift, column.node, key)
    if part is not None and column.part is None:
        return side(lift, column, part)
    place, ends = constant_place(key), bounds(key)
    if place is not None:
        return element(lift, column, place)
    if ends is None:
        raise no_rule("iloc of a Series with these rows")
    return between(lift, column, *ends)


def row_side(lift: Lifter, column: Column1, key: Value) -> Part | None:
    """Return the side that ``[:cut]`` is, where `cut` is computed from the number of rows."""
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)):
        return None
    low, high, step = key.owner.items
    if step != Const(None):
        return None
    part = positional_part(lift, column.node, low, high, column.part)
    if part is None and column.part is not None:
        part = lift.learner.constant_cut(column.node, low, high, column.part)
    return part
