"""pandas: ``column.interpolate()``: what is missing between two values lies on the line between them, by place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import columns_of
from lester_gui.ir.nodes import WindowColumn
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Column1, Value
from lester_gui.rewrite.lift.library.pandas_windows import groups_around, windowed
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("series", "interpolate")
def interpolate(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``column.interpolate()``: linear by place; after the last value there is that value, before the first one none."""
    given = args.bind("method", method="linear", axis=0, limit=None, inplace=False, limit_direction=None, limit_area=None)
    plain = lift.const(given["method"]) == "linear" and lift.const(given["limit_direction"]) in (None, "forward", "both")
    if not plain or any(lift.const(given[n]) for n in ("axis", "limit", "inplace", "limit_area")):
        raise no_rule("interpolate with these options")
    if column.cell.type not in (Type.INT, Type.FLOAT):
        raise no_rule(f"interpolate of a {column.cell.type}")
    by, dropna = groups_around(lift, column, "interpolate")
    value = cells.make("to_float", column.cell)
    node, name = lift.as_column(column.node, value, column.name or "value")
    node, place = windowed(lift, node, by, WindowColumn("place", "row_number"), dropna)
    gone = cells.make("is_null", cells.column(node, name)).expr
    node, known = lift.as_column(node, cells.choose(gone, cells.missing(Type.INT), place), f"{name}_place")
    names: dict[str, str] = {}
    for shown, fill, of in (("last", "ffill", name), ("next", "bfill", name), ("from", "ffill", known), ("to", "bfill", known)):
        node, cell = windowed(lift, node, by, WindowColumn(f"{name}_{shown}", fill, of), dropna)
        names[shown] = columns_of(cell.expr)[0]
    held = {shown: cells.column(node, n) for shown, n in names.items()}
    place, own = cells.column(node, columns_of(place.expr)[0]), cells.column(node, name)
    slope = cells.make("float_div", cells.make("sub", held["next"], held["last"]), cells.make("sub", held["to"], held["from"]))
    steps = cells.make("to_float", cells.make("sub", place, held["from"]))
    between = cells.make("add", cells.make("mul", slope, steps), held["last"])
    after = cells.choose(cells.make("is_null", held["next"]).expr, held["last"], between)
    if lift.const(given["limit_direction"]) == "both":
        after = cells.choose(cells.make("is_null", held["last"]).expr, held["next"], after)
    made = cells.choose(cells.make("is_null", own).expr, after, own)
    return replace(column, node=node, cell=made)
