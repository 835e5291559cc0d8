"""Dicts of totals and of lists of one side of a split: what is under a key, and statistics of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import cells, side_dicts
from lester_gui.rewrite.lift.domain import Cell, Iterated, Present, Result, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.side_totals import SideDict, SideListOf, SideLists, SideTable

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("dict of a side", "__getitem__")
@method("lists of a side", "__getitem__")
def item(lift: Lifter, content: SideDict | SideLists, args: Arguments) -> Value:
    """``d[key]``."""
    return side_dicts.read(lift, content, args.positional[0])


@method("dict of a side", "get")
@method("lists of a side", "get")
def under_key(lift: Lifter, content: SideDict | SideLists, args: Arguments) -> Value:
    """``d.get(key, default)``."""
    given = args.bind("key", "default", default=None)
    return side_dicts.read(lift, content, given["key"], given["default"])


@method("dict of a side", "items", "keys")
@method("lists of a side", "items", "keys")
@method("totals of a side", "items", "keys")
def gone_through(lift: Lifter, content: SideDict | SideLists | SideTable, args: Arguments) -> Value:
    """``d.items()``, for a loop."""
    if lift.is_shown(args):
        return Result("keys")
    return Iterated(f"side {args.what.rsplit('.', 1)[-1]}", (content,))


def statistic(lift: Lifter, content: SideListOf | Present, what: str) -> Cell:
    """Return a statistic of the numbers that some rows of one side give to a list.

    Parameters
    ----------
    what
        ``sum``, ``len`` and others as Python calls them, or ``std0`` and its kind.
    """
    function = "count" if what == "len" else what
    if isinstance(content, SideListOf):
        return side_dicts.total_of(lift, content, "total" if what == "sum" else function)
    column = content.column
    return cells.there(lift.state(column.node, column.cell, function, what, column.part))
