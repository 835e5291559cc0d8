"""pandas: wide tables made long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.nodes import Concat, Project, Select
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Frame, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("pandas.melt")
def melt_function(lift: Lifter, args: Arguments) -> Value:
    """``pd.melt(frame, …)``."""
    frame = lift.content(args.positional.pop(0) if args.positional else args.keywords.pop("frame"))
    if not isinstance(frame, Frame):
        raise no_rule("melt of this object")
    return melt(lift, frame, args)


@method("frame", "melt")
def melt(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.melt(id_vars, value_vars, …)``: all rows of the first value column, then all of the second, and so on."""
    given = args.bind(
        "id_vars", "value_vars", "var_name", "value_name", id_vars=None, value_vars=None, var_name=None, value_name="value",
        col_level=None, ignore_index=True,
    )  # fmt: skip
    frame = whole(lift, frame, "Melting a table")
    if lift.content(given["col_level"]) != Const(None) or not lift.const(given["ignore_index"]):
        raise no_rule("melt with these options")
    ids = () if lift.content(given["id_vars"]) == Const(None) else lift.strings(given["id_vars"])
    rest = tuple(n for n in frame.names if n not in ids)
    values = rest if lift.content(given["value_vars"]) == Const(None) else lift.strings(given["value_vars"])
    variable = "variable" if lift.content(given["var_name"]) == Const(None) else lift.text(given["var_name"])
    value = lift.text(given["value_name"])
    if len({*ids, variable, value}) != len(ids) + 2 or value in frame.names or not values:
        raise shape("melt gives two columns one name, or has no column to melt")
    return lift.new(melted(lift, frame, ids, values, variable, value))


def melted(lift: Lifter, frame: Frame, ids: tuple[str, ...], values: tuple[str, ...], variable: str, value: str) -> Frame:
    """Return one row for each row of `frame` and each column of `values`."""
    missing = [n for n in (*ids, *values) if not isinstance(frame.get(n), Cell)]
    if missing:
        raise shape(f"There is no column {missing[0]!r} to melt")
    node, frame = lift.materialise(frame)
    held = {n: cells.cell_of(c) for n, c in frame.columns if isinstance(c, Cell)}
    kinds = {held[n].type for n in values}
    if len(kinds) > 1 and kinds != {Type.INT, Type.FLOAT}:
        raise shape("Columns of different types are melted into one")
    call = lift.naming.called(node)
    parts = []
    for name in values:
        cell = held[name] if len(kinds) == 1 else cells.make("to_float", held[name])
        new: dict[str, Expr] = {lift.free_column(node, variable): Literal(name), lift.free_column(node, value): cell.expr}
        made = lift.step(Project, call, node, parent=node, assigned=tuple(new.items()))
        pairs = (*((n, n) for n in ids), *zip((variable, value), new, strict=True))
        parts.append(lift.step(Select, call, made, parent=made, columns=pairs))
    if len(parts) == 1:
        out = parts[0]
        return Frame(out, tuple((n, cells.column(out, n)) for n in out.schema.names), ())
    long = lift.step(Concat, call, inputs=tuple(parts))
    return Frame(long, tuple((n, cells.column(long, n)) for n in long.schema.names), ())
