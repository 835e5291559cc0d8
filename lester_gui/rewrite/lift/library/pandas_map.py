"""pandas: ``map`` and ``apply`` of a Series: by a dict, by another Series, or by a function of one value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, side_totals
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Keyed, Leaf, Tup, Value
from lester_gui.rewrite.lift.library.mappings import default_of
from lester_gui.rewrite.lift.library.pandas_series import absent, mapped
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.side_totals import SideTable
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("series", "map", "apply", "transform")
def translate(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.map({…})``, ``column.map(function)``, ``column.map(series)``."""
    from lester_gui.rewrite.lift.expressions.call import invoke
    from lester_gui.rewrite.lift.stages import looked_up

    what = args.what.rsplit(".", 1)[-1]
    target = args.positional[0] if args.positional else next(iter(args.keywords.values()))
    content = lift.content(target)
    if isinstance(content, Entries):
        return mapped(column, by_table(lift, column.cell, content, default_of(lift, content)))
    if isinstance(content, SideTable):
        found = side_totals.column(lift, column, content)
        if content.missing is None:
            return found
        if column.cell.nullable:
            raise no_rule("map of values that may be missing with a dict that makes new values")
        return mapped(found, cells.make("coalesce", found.cell, cells.cell_of(lift.content(content.missing))))
    if lift.kind(content) == "formula of totals of a side":
        from lester_gui.rewrite.lift.library import pandas_side_formulas

        assert isinstance(content, pandas_side_formulas.SideFormula)
        return pandas_side_formulas.looked_up(column, content)
    if isinstance(content, Column1):
        node, cell = looked_up(lift, column, content)
        return replace(column, node=node, cell=cell)
    if isinstance(content, Keyed):
        return by_dict(lift, column, content)
    if column.cell.nullable and what == "apply":
        lift.note("missing-in-function", column.name)
    more = lift.content(args.keywords.get("args", Tup(())))
    named = {k: v for k, v in args.keywords.items() if k not in ("func", "arg", "args", "na_action", "convert_dtype")}
    if (
        lift.content(args.keywords.get("na_action", Const(None))) != Const(None)
        or not isinstance(more, Tup)
        or (what != "apply" and named)
    ):
        raise no_rule(f"Series.{what} with these options")
    with lift.using(pandas=True):
        out = lift.content(invoke(lift, target, Arguments(what, [column.cell, *more.items], named)))
    return mapped(column, cells.cell_of(out))


def by_dict(lift: Lifter, column: Column1, table: Keyed) -> Column1:
    """Return what a dict that was filled from rows holds under each value of a column, missing where it has none."""
    from lester_gui.rewrite.lift.stages import get, lookup

    if table.template is None or len(table.keys) != 1:
        raise no_rule("map with this dict")
    value = lift.content(table.template)
    if not isinstance(value, Cell):
        raise no_rule("map with a dict of records")
    node, name = lift.as_column(table.node, value, table.name or "value")
    keyed = replace(table, node=node, template=cells.column(node, name))
    if table.missing is not None:  # a defaultdict or Counter, which pandas asks as ``d[key]``
        if column.cell.nullable:
            raise no_rule("map of values that may be missing with a dict that makes new values")
        key = cells.make("present", column.cell)  # which NaN is which key of a dict, no plan tells
        found = cells.cell_of(lift.content(get(lift, keyed, key, table.missing)))
    else:
        found = Cell(Leaf("get", lookup(lift, keyed, column.cell), name, value.type, True), value.type, True)
    out, (cell,) = lift.resolve(column.node, found)
    return replace(column, node=out, cell=cell)


def by_table(lift: Lifter, cell: Cell, table: Entries, default: Value | None = None) -> Cell:
    """Return the value of a literal table under a cell; what is not in it is missing, or a `default`."""
    pairs = [(cells.cell_of(lift.content(k)), lift.content(v)) for k, v in table.items]
    values = [v for _, v in pairs if not absent(v)]
    if not values:
        raise shape("A table without values")
    if cell.nullable and any(absent(lift.content(k)) for k, _ in table.items):
        raise shape("map with a dict that has a missing value as a key")
    kind = cells.cell_of(values[0]).type
    if any(cells.cell_of(v).type is Type.FLOAT for v in values) and kind is Type.INT:
        kind = Type.FLOAT
    missing = Cell(Literal(None, kind), kind, True)
    both = cell.type is Type.BOOL and not cell.nullable and {lift.const(k) for k, _ in table.items} == {True, False}
    if both and not any(absent(v) for _, v in pairs):
        missing = cells.make("present", missing)  # no file so far has a gap there, and no later step expects one
    out = missing if default is None else cells.cell_of(default)
    for key, value in reversed(pairs):
        new = missing if absent(value) else cells.cell_of(value)
        out = cells.choose(cells.compare("Eq", cell, key, True).expr, new, out)
    return out
