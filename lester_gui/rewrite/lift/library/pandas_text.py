"""pandas: the text and date accessors of a Series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_series import mapped
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@attribute("series", "str")
def text_accessor(lift: Lifter, column: Column1, owner: Value) -> Value:
    """``column.str``."""
    if column.cell.type is not Type.STR:
        raise shape(f".str of a {column.cell.type}")
    return Accessor(column, "series.str")


@method(
    "series.str",
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "len",
    "startswith",
    "endswith",
    "contains",
    "replace",
    "slice",
    "get",
    "split",
    "count",
    "cat",
    "title",
    "capitalize",
    "zfill",
    "match",
    "__getitem__",
)
def text_method(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """Text methods of a column; a missing text stays missing."""
    from lester_gui.rewrite.lift.library.text import slice_bounds, text_cell

    column = accessor.owner
    assert isinstance(column, Column1)
    what = "__getitem__" if args.what.endswith("[…]") else args.what.rsplit(".", 1)[-1]
    cell = column.cell
    if what in ("contains", "replace", "match"):
        pattern = lift.const(args.positional[0])
        regex = lift.const(args.given("regex") or Const(what != "replace"))
        if regex and any(c in pattern for c in r"\.^$*+?{}[]|()"):
            raise no_rule("a regular expression")
        if lift.const(args.given("case") or Const(True)) is False:
            cell = cells.make("lower", cell)
            args.positional[0] = Const(pattern.lower())
        if what == "match":
            what = "startswith"
    if what in ("contains", "startswith", "endswith"):
        out = cells.make(what, cell, cells.cell_of(lift.content(args.positional[0])))
        fallback = args.given("na")
        if fallback is not None and lift.content(fallback) != Const(None):
            out = cells.make("coalesce", out, cells.cell_of(lift.content(fallback)))
        return mapped(column, cells.make("coalesce", out, Cell(paths.FALSE, Type.BOOL)))
    if what == "len":
        return mapped(column, cells.make("str_len", cell))
    if what in ("slice", "__getitem__"):
        key = lift.content(args.positional[0]) if what == "__getitem__" else None
        bounds = slice_bounds(lift, key if key is not None else args)
        return mapped(column, cells.make("slice_text", cell, *bounds))
    if what == "split" and not args.keywords.get("expand"):
        return Accessor(Tup((column, lift.content(args.positional[0]) if args.positional else Const(None))), "series.split")
    positional = [lift.content(a) for a in args.positional]
    return mapped(column, text_cell(lift, what, cell, positional))


@attribute("series.split", "str")
def split_str(lift: Lifter, accessor: Accessor, owner: Value) -> Value:
    """``column.str.split(sep).str``."""
    return Accessor(accessor.owner, "series.pieces")


@method("series.pieces", "__getitem__", "get")
def piece(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``column.str.split(sep).str[0]``: the first piece always exists, others may be missing."""
    assert isinstance(accessor.owner, Tup)
    column, separator = accessor.owner.items
    assert isinstance(column, Column1)
    place = lift.const(args.positional[0])
    if place != 0 or separator == Const(None) or column.cell.nullable:
        raise no_rule("this piece of a split text")
    return mapped(column, cells.make("split_item", column.cell, cells.cell_of(separator), cells.cell_of(Const(0))))
