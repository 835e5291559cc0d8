"""Elements of lists: templates over the current row, mapped, moved, settled and taken apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Const,
    Entries,
    Fields,
    InLoop,
    Items,
    LineOf,
    Ref,
    Result,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.nested_dicts import NestedOf
from lester_gui.rewrite.lift.side_totals import SideListOf
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape
from lester_gui.rewrite.lift.whole_lines import as_text
from lester_gui.rewrite.lift.wide_rows import OneHotRow, WideRow
from lester_gui.rewrite.lift.word_values import WordRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

OF_A_TEXT = ("pieces", "match", "findall")
"""Kinds of what is taken of a text, which stands first in their owner."""


def leaves(lift: Lifter, value: Value) -> list[Cell]:
    """Return the cells of a template, in order."""
    out: list[Cell] = []

    def keep(cell: Cell) -> Cell:
        out.append(cell)
        return cell

    mapped(lift, value, keep)
    return out


def moved(lift: Lifter, value: Value, source: Node, target: Node) -> Value:
    """Return an element over `source` as the same element over `target`."""
    return mapped(lift, value, lambda c: lift.move(c, source, target))


def mapped(lift: Lifter, value: Value, change: Callable[[Cell], Cell]) -> Value:
    """Return a template with every cell changed; lists and dicts become values of their own."""
    content = lift.content(value)
    if isinstance(content, Cell):
        return change(content)
    if isinstance(content, Tup):
        return Tup(tuple(mapped(lift, v, change) for v in content.items))
    if isinstance(content, Items):
        return Items(tuple(mapped(lift, v, change) for v in content.values), content.kind)
    if isinstance(content, Entries):
        return replace(content, items=tuple((k, mapped(lift, v, change)) for k, v in content.items))
    if isinstance(content, WideRow):
        return replace(content, parts=tuple(mapped(lift, v, change) for v in content.parts))
    if isinstance(content, WordRow):
        return content if content.cell is None else replace(content, cell=change(content.cell))
    if isinstance(content, OneHotRow):
        return content if content.value is None else replace(content, value=mapped(lift, content.value, change))
    if isinstance(content, Json):
        there = None if content.there is None else change(content.there)
        filled = None if content.filled is None else change(content.filled)
        return replace(content, columns=tuple((n, change(c)) for n, c in content.columns), there=there, filled=filled)
    if isinstance(content, Several):
        return content.changed(change)
    if isinstance(content, JsonList):
        return JsonList(change(content.text), None if content.none is None else change(content.none))
    if isinstance(content, GroupOf | NestedOf):
        return replace(content, key=mapped(lift, content.key, change))
    if isinstance(content, SideListOf):
        return replace(content, keys=tuple(change(k) for k in content.keys))
    if isinstance(content, Lazy):
        return replace(content, parameters=tuple((n, change(c)) for n, c in content.parameters))
    if isinstance(content, Accessor) and content.kind in OF_A_TEXT and isinstance(content.owner, Tup):
        text, *rest = content.owner.items
        return replace(content, owner=Tup((mapped(lift, text, change), *rest)))
    if isinstance(content, Const | Fields | LineOf):
        return content
    raise shape("A list holds objects that are not values of a row")


def settled(lift: Lifter, value: Value) -> Value:
    """Return a template as it is now; the lists and dicts in it must not change any more."""
    if isinstance(value, Ref):
        lift.shared.add(value.id)
    content = lift.content(value)
    if isinstance(content, InLoop):
        raise Stopped(Reason.ALIAS, "A list or dict that a loop fills is put into another one")
    if isinstance(content, Tup):
        return Tup(tuple(settled(lift, v) for v in content.items))
    if isinstance(content, Items):
        return Items(tuple(settled(lift, v) for v in content.values), content.kind)
    if isinstance(content, Entries):
        return replace(content, items=tuple((k, settled(lift, v)) for k, v in content.items))
    if isinstance(content, WideRow):
        return replace(content, parts=tuple(settled(lift, v) for v in content.parts))
    if isinstance(content, Cell | Const | Fields | Json | JsonList | Several | OneHotRow | WordRow | Lazy):
        return content
    if isinstance(content, Accessor) and content.kind in OF_A_TEXT:
        return content
    if isinstance(content, LineOf):
        return as_text(lift, content)
    if isinstance(content, Result):
        raise shape("A list is filled with values that are not lifted")
    raise shape("A list is filled with objects that are not values of a row")
