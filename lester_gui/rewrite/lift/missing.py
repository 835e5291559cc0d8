"""None in a row: what it makes of a condition, and values that are known to be there because the script asked first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, columns_of, type_of, walk
from lester_gui.ir.nodes import Aggregate, Filter, Measure, Node, Project, Read, Reader, asked_to_be_there
from lester_gui.ir.operators import AGGREGATES, QUANTILE
from lester_gui.ir.plan import topological
from lester_gui.ir.schema import PlanError, Schema, Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Leaf, Maybe, Value
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.stop import shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter
    from lester_gui.rewrite.lift.records import State

PANDAS = frozenset({Reader.PANDAS_CSV, Reader.PANDAS_JSON, Reader.PANDAS_JSON_LINES})
FALSE_WHEN_EMPTY = frozenset({Type.BOOL, Type.INT, Type.FLOAT, Type.STR})  # points in time are always true


def may_come_to_miss(node: Node, name: str) -> bool:
    """Whether a column may miss values in other data: what pandas read, unless the script leaves out the rows that miss it."""
    if isinstance(node, Read):
        return node.reader in PANDAS
    if isinstance(node, Filter) and name in asked_to_be_there(node.predicate):
        return False
    if isinstance(node, Project) and name in dict(node.assigned):
        made = dict(node.assigned)[name]
        open_ended = {c for c in columns_of(made) if may_come_to_miss(node.parent, c)}
        fields = (replace(f, nullable=f.nullable or f.name in open_ended) for f in node.parent.schema)
        try:
            return type_of(made, Schema(tuple(fields)))[1]
        except PlanError:
            return False  # where a value is missing, the plan stops
    gaps = any(may_come_to_miss(node.parents[i], column) for i, column in node.definitions()[name])
    measure = next((m for m in node.measures if m.name == name), None) if isinstance(node, Aggregate) else None
    if measure is None or measure.column is None:
        return gaps
    function = AGGREGATES[measure.function] if measure.share is None else QUANTILE
    return function.result((node.parents[0].schema.field(measure.column).type, gaps))[1]


def as_read(node: Node, name: str) -> bool:
    """Whether pandas read a column as it is, so that a blank text in it is a missing value."""
    if isinstance(node, Read):
        return node.reader is Reader.PANDAS_CSV and not {"keep_default_na", "na_filter"} & {n for n, _ in node.options}
    if isinstance(node, Project) and name in dict(node.assigned):
        return False
    sources = node.definitions()[name]
    return bool(sources) and all(as_read(node.parents[i], column) for i, column in sources)


def present(lift: Lifter, value: Value) -> Value:
    """Return a value as one that is there, for places that the script reaches only where it is."""
    if not isinstance(value, Cell) or lift.pandas or not lift.nones:
        return value
    return cells.there(value)


def is_nothing(value: Value, other: Value) -> bool:
    """Whether ``value or other`` only puts 0, False or '' in the place of None."""
    if not (isinstance(value, Cell) and value.nullable and isinstance(other, Const) and value.type in FALSE_WHEN_EMPTY):
        return False
    plain = cells.NOTHING[value.type].value
    return type(other.value) is type(plain) and other.value == plain


def narrowed(lift: Lifter, value: Value) -> Value:
    """Return a value as one that is there if what the script asked on the way here says so."""
    if isinstance(value, Several) and lift.loops:
        from lester_gui.rewrite.lift import several_kinds

        return several_kinds.narrowed(lift, value)
    if isinstance(value, Maybe) and lift.loops and value.found != paths.TRUE:
        known = set(paths.conjuncts(lift.live))
        return value.value if all(c in known for c in paths.conjuncts(value.found)) else value
    if not isinstance(value, Cell) or not value.nullable or not (lift.loops or lift.pandas):
        return value
    if isinstance(value.expr, Leaf | Literal) and not _json(value):
        return value
    asked = {Apply("not_null", (value.expr,)), Apply("not", (Apply("is_null", (value.expr,)),))}
    if not asked & set(paths.conjuncts(lift.live)):
        return value
    return present(lift, value) if lift.loops else cells.there(value)


def _json(cell: Cell) -> bool:
    return isinstance(cell.expr, Leaf) and cell.expr.kind == "json"


def is_nan(lift: Lifter, cell: Cell) -> bool:
    """Whether a value of a row that may be missing is NaN (or NaT) where it is, as in a frame, and not None.

    Raises
    ------
    Stopped
        If it may be either, so that what the script asks of it has two answers.
    """
    if not cell.nullable:
        return False
    if lift.pandas:
        if cell.type is Type.BOOL or (lift.nones and any(_may_be_none(e) for e in walk(cell.expr))):
            raise shape("Whether a missing value is None or NaN here depends on where it comes from")
        return True
    if not isinstance(cell.expr, Column):
        return cell.type is Type.FLOAT and not lift.nones
    readers = _readers(lift)
    if True not in readers:
        return False
    if lift.nones or False in readers or cell.type is Type.BOOL:
        raise shape("Whether a missing value is None or NaN here depends on where it comes from")
    return True


def may_hold_nan(lift: Lifter) -> bool:
    """Whether values of the current row come from pandas, which has NaN where a text is missing, in this file or in another."""
    return lift.pandas or True in _readers(lift)


def _readers(lift: Lifter) -> set[bool]:
    """Whether pandas reads the rows of the current loop, for each source."""
    above = topological(lift.loops[-1].node) if lift.loops and lift.loops[-1].node is not None else ()
    return {n.reader in PANDAS for n in above if isinstance(n, Read)}


def _may_be_none(expr: Expr) -> bool:
    return isinstance(expr, Leaf | Call) or (isinstance(expr, Literal) and expr.value is None)


def as_text(lift: Lifter, cell: Cell) -> Cell:
    """Return ``str(cell)``: a missing value is ``nan`` or ``None``."""
    from lester_gui.rewrite.lift import kinds_of_number

    if cell.type is Type.FLOAT and not cell.nullable:
        return kinds_of_number.as_text(lift, cell)
    if cell.type is Type.FLOAT and not kinds_of_number.is_float(lift, cell):
        raise shape("The text of a number hangs on whether it is a whole number, and in some rows it may be one")
    cell = kinds_of_number.whole(lift, cell)
    if not is_nan(lift, cell):
        return cells.as_text(cell)
    if cell.type in (Type.DATE, Type.TIMESTAMP, Type.DURATION):
        raise shape("A point in time that may be missing is used as a text")
    there = cell if cell.type is Type.STR else cells.make("py_str", cell)
    return cells.make("coalesce", there, Cell(Literal("nan"), Type.STR))


def truth(lift: Lifter, cell: Cell) -> Expr:
    """Return ``bool(cell)``; None is false, and a point in time is true."""
    if not cell.nullable or lift.pandas or not lift.nones or cell.type not in cells.NOTHING:
        return cells.truth(cell).expr
    there = cells.make("not_null", cell).expr
    if cell.type in (Type.DATE, Type.TIMESTAMP):
        return there
    if cell.type is Type.FLOAT and any(_may_be_nan(e) for e in walk(cell.expr)):
        raise shape("A number that may be NaN, which is true, or None, which is false, is used as a condition")
    there_cell = present(lift, cell)
    assert isinstance(there_cell, Cell)
    return paths.both(there, cells.truth(there_cell).expr)


def _may_be_nan(expr: Expr) -> bool:
    """Whether a missing number may stand for NaN: a constant one, or what arithmetic of NumPy or pandas gives."""
    if isinstance(expr, Literal):
        return expr.value is None
    return isinstance(expr, Apply) and expr.operator in ("float_div", "sqrt", "log", "log1p", "to_number", "time_ratio")


def is_none(value: Json | JsonList) -> Expr:
    """Return the condition that a JSON object or list is None."""
    if isinstance(value, Json):
        return paths.FALSE if value.there is None else paths.negated(value.there.expr)
    return paths.FALSE if value.none is None else value.none.expr


def is_filled(value: JsonList) -> Expr:
    """Return the condition that a list is there and has elements."""
    return cells.compare("NotEq", value.text, Cell(Literal("[]"), Type.STR), pandas=False).expr


# -- totals of arrays --------------------------------------------------------------------------------------------------


def strict_total(lift: Lifter, source: Node, measure: Measure, state: State) -> Node | None:
    """Return the table of one row that holds a total of an array, which is NaN where one of the values is.

    Returns
    -------
    Node, optional
        None where no value can be missing.
    """
    if measure.column is None or not (source.schema.field(measure.column).nullable or may_come_to_miss(source, measure.column)):
        return None
    there, rows = (lift.free_column(source, f"{measure.name}_{n}") for n in ("values", "rows"))
    measures = (measure, Measure(there, "count", measure.column), Measure(rows, "size", None))
    made = lift.step(Aggregate, measure.name, lines=state.lines, parent=source, by=(), measures=measures)
    value = complete(cells.column(made, measure.name), cells.column(made, there), cells.column(made, rows))
    return lift.step(Project, measure.name, lines=state.lines, parent=made, assigned=((measure.name, value.expr),))


def complete(value: Cell, there: Cell, rows: Cell) -> Cell:
    """Return a total where as many values are there as there are rows, else NaN."""
    all_there = cells.compare("Eq", there, rows, pandas=True).expr
    return cells.choose(all_there, value, cells.missing(value.type))


def strict_measure(lift: Lifter, node: Node, cell: Cell, function: str) -> Cell:
    """Return a total of an array with the rows of a group, which is NaN where one of the values is."""
    taken = lift.group.measure
    value: Cell = taken(lift, function, cell, node)
    columns = columns_of(cell.expr)
    if not cell.nullable and not any(may_come_to_miss(node, c) for c in columns):
        return value
    return complete(value, taken(lift, "count", cell, node), taken(lift, "size", cells.cell_of(Const(1)), node))
