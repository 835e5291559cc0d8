"""Lists and sets: what changes them, and elements of them."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Concat, Limit, Select
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, headers, one_hot_rows, sided, sizes
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Items,
    Leaf,
    Order,
    Part,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library import list_elements
from lester_gui.rewrite.lift.library.collections import known_elements, ordered, unconditional
from lester_gui.rewrite.lift.library.mappings import coded, from_entries
from lester_gui.rewrite.lift.library.pandas_elements import constant_place
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.side_orders import in_order as in_side_order
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.neighbours import element
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped, moved
from lester_gui.rewrite.lift.wide_rows import WideRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MOST_HEADER_LINES = 3
"""A list that is cut behind so few elements is rid of its header, not split into rows to train on and rows to test on."""


@method("wide", "append")
def append_to_wide(lift: Lifter, content: WideRow, args: Arguments) -> Value:
    """``row.append(x)`` where the data tell how long the row is already."""
    unconditional(lift, args)
    lift.set(args.owner, one_hot_rows.joined(lift, content, Items((args.positional[0],))))
    return Const(None)


@method("list", "append")
def append(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.append(x)`` outside a loop over rows, or to a list of this row."""
    if not isinstance(content, Items):
        raise no_rule("appending to a list of rows outside a loop")
    unconditional(lift, args)
    lift.set(args.owner, Items((*content.values, args.positional[0]), content.kind))
    return Const(None)


@method("list", "extend")
@method("wide", "extend")
def extend(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.extend(ys)``, ``xs += ys``."""
    unconditional(lift, args)
    other = lift.content(args.positional[0])
    if isinstance(content, WideRow) or isinstance(other, WideRow):
        lift.set(args.owner, one_hot_rows.joined(lift, content, other))
        return Const(None)
    values = known_elements(lift, other)
    if isinstance(content, Items) and values is not None:
        lift.set(args.owner, Items((*content.values, *values), content.kind))
    elif isinstance(content, Items) and not content.values and isinstance(other, Rows):
        lift.set(args.owner, other)
    elif isinstance(content, Rows) and isinstance(other, Rows):
        lift.set(args.owner, after_each_other(lift, content, other))
    else:
        raise no_rule("extending a list with this object")
    return Const(None)


@method("list", "sort")
def sort(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.sort(key=…)``."""
    given = args.bind(key=None, reverse=False)
    if isinstance(content, Items) and content.kind == "files" and lift.content(given["key"]) == Const(None):
        names = sorted((lift.text(v) for v in content.values), reverse=bool(lift.const(given["reverse"])))
        lift.set(args.owner, Items(tuple(Const(n) for n in names)))
        return Const(None)
    if isinstance(content, Rows) and content.part is not None and lift.content(given["key"]) == Const(None):
        column = as_column(lift, content)
        lift.set(args.owner, in_side_order(column, bool(lift.const(given["reverse"]))))
        return Const(None)
    if not isinstance(content, Rows):
        raise no_rule("sorting this list")
    lift.set(args.owner, ordered(lift, content, given["key"], bool(lift.const(given["reverse"]))))
    return Const(None)


@method("list", "copy")
@method("dict", "copy")
def copy(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.copy()``."""
    return lift.new(content)


@method("list", "tolist", "to_list")
def as_list(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``frame.columns.tolist()``."""
    return lift.new(content)


@attribute("list", "str")
@attribute("list", "values")
def names_as_text(lift: Lifter, content: Value, owner: Value) -> Value:
    """``frame.columns.str``, ``frame.columns.values``."""
    if not isinstance(content, Items):
        raise no_rule("this attribute of a list")
    return Accessor(content, "names.str")


@method("names.str", "lower", "upper", "strip", "replace", "title")
def change_names(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.columns.str.lower()``."""
    assert isinstance(accessor.owner, Items)
    given = [lift.text(v) for v in args.positional]
    what = args.what.rsplit(".", 1)[-1]
    return lift.new(Items(tuple(Const(getattr(lift.text(v), what)(*given)) for v in accessor.owner.values)))


@method("names.str", "tolist", "__getitem__")
def plain_names(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.columns.values.tolist()``."""
    if not args.what.endswith("tolist"):
        raise no_rule("an element of a list of names")
    return lift.new(accessor.owner)


@method("list", "index", "count", "pop", "insert", "remove", "clear", "reverse")
def other(lift: Lifter, content: Value, args: Arguments) -> Value:
    """What depends on positions, or deletes."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Items) and what in ("index", "count") and all(isinstance(v, Const) for v in content.values):
        target = lift.content(args.positional[0])
        if isinstance(target, Const):
            values = [lift.const(v) for v in content.values]
            return Const(getattr(values, what)(target.value))
        if what == "index" and isinstance(target, Cell):
            return coded(lift, Vocabulary("listed", None, None, tuple(lift.const(v) for v in content.values)), target)
    if what == "remove" and isinstance(content, Items) and all(isinstance(v, Const) for v in content.values) and not lift.loops:
        unconditional(lift, args)
        values = list(content.values)
        values.remove(lift.content(args.positional[0]))
        lift.set(args.owner, Items(tuple(values), content.kind))
        return Const(None)
    if what in ("index", "count"):
        raise no_rule(f"list.{what} of this")
    raise Stopped(Reason.EFFECT, f"list.{what} changes which elements a list has")


@method("list", "add", "update", "discard")
def set_change(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``names.add(x)`` outside a loop over rows."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Items) and content.kind == "set" and what == "add":
        value = lift.content(args.positional[0])
        if isinstance(value, Const):
            unconditional(lift, args)
            lift.set(args.owner, Items(tuple(dict.fromkeys((*content.values, value))), "set"))
            return Const(None)
    raise no_rule(f"set.{what} here")


@method("list", "__getitem__")
def item(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs[i]`` at the current row, ``xs[:cut]``, ``xs[order]``."""
    key = lift.content(args.positional[0])
    if isinstance(content, Items):
        if isinstance(key, Cell) and content.ordered:
            return by_row(lift, content, key)
        if content.kind == "index":
            from lester_gui.rewrite.lift.library.pandas_names import chosen_names

            return chosen_names(lift, content, key)
        raise no_rule("an element whose place is not known")
    if not isinstance(content, Rows):
        raise no_rule("an element of this object")
    label = content.template.expr if isinstance(content.template, Cell) else None
    numbered = isinstance(label, Leaf) and label.kind == "position" and content.part is None
    if numbered and isinstance(key, Column1) and key.cell.type is Type.BOOL and key.index == ():  # ``frame.index[mask]``
        from lester_gui.rewrite.lift.library.pandas_labels import chosen_by

        if lift.align.same(key.node, content.node):
            return chosen_by(lift, Frame(key.node, (), ()), key)
    if isinstance(key, Cell) and lift.inner:
        from lester_gui.rewrite.lift.nested import element_at

        inner = element_at(lift, content, key)
        if inner is not None:
            return inner
    beside = element(lift, args.owner, key)
    if beside is not None:
        return beside
    header = headers.first_row(lift, content, args.owner) if key == Const(0) else None
    if header is not None:
        return header
    if isinstance(key, Cell) and key.expr == lift.position(content.node).expr and lift.loops:
        node = lift.loops[-1].node
        assert node is not None
        return moved(lift, content.template, content.node, node)
    if isinstance(key, Accessor) and key.kind == "slice":
        return _slice(lift, content, key)
    if isinstance(key, Order):
        from lester_gui.rewrite.lift.library.splitting import by_order

        part = by_order(lift, content.node, key)
        if part is not None and content.part is None:
            return lift.new(replace(content, part=part))
    place = constant_place(key)
    if place is not None:
        return list_elements.element(lift, content, args.owner, place)
    if isinstance(key, Cell) and sizes.is_inside(key):
        return list_elements.element(lift, content, args.owner, key)
    raise no_rule("an element of a list of rows")


def _slice(lift: Lifter, rows: Rows, key: Accessor) -> Value:
    from lester_gui.rewrite.lift.library.splitting import positional_part

    assert isinstance(key.owner, Tup)
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step != Const(None):
        count, start = lift.const(step), lift.const(low) or 0
        if high != Const(None) or rows.part is not None or not isinstance(count, int) or not 0 <= start < count:
            raise no_rule("a slice with a step")
        from lester_gui.rewrite.lift.masks import every

        return lift.new(replace(rows, part=every(lift, rows.node, count, {start})))
    in_two = cut_in_two(lift, low, high)
    table = sided.as_table(lift, rows, low, high) if in_two or lift.is_size(low) or lift.is_size(high) else None
    if table is not None:
        return lift.new(table)
    part: Part | None = positional_part(lift, rows.node, low, high, rows.part)
    if part is None and in_two:
        part = lift.learner.constant_cut(rows.node, low, high, rows.part)
    if part is not None:
        return lift.new(replace(rows, part=part))
    if low == Const(1) and high == Const(None):
        below = headers.without_first(lift, rows)
        if below is not None:
            return lift.new(below)
    start, end = lift.const(low) or 0, lift.const(high)
    if rows.part is not None or start < 0 or (end is not None and end < 0):
        raise no_rule("this slice of a list of rows")
    count = 2**62 if end is None else max(end - start, 0)
    out = lift.step(Limit, lift.naming.called(rows.node), parent=rows.node, count=count, offset=start)
    return lift.new(Rows(out, rows.template))


def cut_in_two(lift: Lifter, low: Value, high: Value) -> bool:
    """Whether a slice up to a number, or from one on, is one of two that the script makes at that number."""
    bound = high if low in (Const(None), Const(0)) else low if high == Const(None) else None
    if not isinstance(bound, Const) or not isinstance(bound.value, int) or bound.value <= MOST_HEADER_LINES:
        return False
    before, after = False, False
    for node in ast.walk(lift.script.tree):
        if isinstance(node, ast.Slice) and node.step is None and (node.lower is None) != (node.upper is None):
            end = node.upper or node.lower
            value = lift.names.get(end.id) if isinstance(end, ast.Name) else None
            if value == bound or (isinstance(end, ast.Constant) and end.value == bound.value):
                before, after = before or node.upper is not None, after or node.lower is not None
    return before and after


def by_row(lift: Lifter, content: Items, key: Cell) -> Value:
    """Return the element of a literal list at a place that the row decides."""
    table = Entries(tuple((Const(i), v) for i, v in enumerate(content.values)))
    return from_entries(lift, table, key)


def sequence_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """``xs + ys`` and ``[x] * n``."""
    if any(isinstance(v, Items) and v.kind != "list" for v in (a, b)):
        raise no_rule("arithmetic on an array of a fixed size, a set or an index")
    if op == "Mult":
        sequence, count = (a, b) if isinstance(a, Items | Tup | Rows) else (b, a)
        if isinstance(sequence, Items) and isinstance(count, Const) and isinstance(count.value, int):
            return lift.new(Items(sequence.values * count.value))
        if isinstance(sequence, Items) and len(sequence.values) == 1 and isinstance(count, Cell | Accessor):
            zeros = one_hot_rows.zeros(lift, sequence.values[0], count)
            if zeros is not None:
                return lift.new(zeros)
            from lester_gui.rewrite.lift.arrays import filled_with

            return filled_with(lift, count, sequence.values[0])
        raise no_rule("repeating this list")
    if op != "Add":
        raise no_rule(f"{op} on lists")
    if isinstance(a, WideRow) or isinstance(b, WideRow):
        return lift.new(one_hot_rows.joined(lift, a, b))
    x, y = (v.values if isinstance(v, Items | Tup) else None for v in (a, b))
    if x is not None and y is not None:
        return Tup(x + y) if isinstance(a, Tup) else lift.new(Items(x + y))
    if isinstance(a, Rows) and isinstance(b, Rows):
        return lift.new(after_each_other(lift, a, b))
    raise no_rule("putting these lists together")


def after_each_other(lift: Lifter, a: Rows, b: Rows) -> Rows:
    """Return the rows of two lists, one after the other; their elements must have the same shape."""
    if a.part is not None or b.part is not None:
        raise no_rule("putting sides of a split together")
    left, right = leaves(lift, a.template), leaves(lift, b.template)
    if [c.type for c in left] != [c.type for c in right]:
        raise shape("Lists of different elements are put together")
    names: list[str] = []
    for c in left:
        base, n = lift.called_cell(c) or "value", 1
        name = base
        while name in names:
            n += 1
            name = f"{base}_{n}"
        names.append(name)
    inputs = []
    for rows, flat in ((a, left), (b, right)):
        frame = Frame(rows.node, tuple(zip(names, flat, strict=True)))
        node, _ = lift.materialise(frame)
        inputs.append(node)
    if inputs[0] is inputs[1]:
        inputs[1] = lift.step(
            Select, lift.naming.called(inputs[1]), inputs[1], parent=inputs[1], columns=tuple((n, n) for n in names)
        )
    out = lift.step(Concat, lift.naming.called(inputs[0]), inputs=tuple(inputs))
    queue = iter(names)
    return Rows(out, mapped(lift, a.template, lambda c: cells.column(out, next(queue))))
