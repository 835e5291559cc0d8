"""pandas: long tables made wide, a column for each value of a column: pivot_table, pivot, unstack, crosstab.

Which columns there are, the data tell, and a plan must not say what only the data tell. So a wide table has the columns that the
script asks for by name, and a mark that there may be others: to use all of its columns is to stop at the mark. A name that is
asked for is known in the next pass over the script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.nodes import Aggregate, Filter, Measure, Node, Project
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Result, Value
from lester_gui.rewrite.lift.library.pandas_encoded import whole
from lester_gui.rewrite.lift.library.pandas_frame import MARK, aligned
from lester_gui.rewrite.lift.library.pandas_groups import known_function
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

OF_VALUES = ("mean", "min", "max", "median", "first", "last")
"""Functions that yield nothing for no value: pandas leaves out rows that have nothing else."""
COUNTED = ("sum", "count", "size", "nunique")
"""Functions that yield a number for no value, too: a cell without any row is missing nevertheless."""


@dataclass(frozen=True, slots=True)
class Wide:
    """A table to make wide: rows by `index`, columns by `column`, and in each cell a function of `value`."""

    frame: Frame
    index: tuple[str, ...]
    column: str
    value: str | None
    function: str
    fill: Cell | None = None
    fill_missing: bool = True
    shares: bool = False  # of the rows that the index has, as ``normalize="index"`` gives them


@function("pandas.pivot_table", "pandas.pivot")
def pivot_function(lift: Lifter, args: Arguments) -> Value:
    """``pd.pivot_table(frame, …)``."""
    data = args.positional.pop(0) if args.positional else args.keywords.pop("data", Const(None))
    frame = lift.content(data)
    if not isinstance(frame, Frame):
        raise no_rule(f"{args.what} of this object")
    return pivot(lift, frame, args)


@method("frame", "pivot_table", "pivot")
def pivot(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.pivot_table(index=…, columns=…, values=…, aggfunc=…)``; one that is only looked at may be any."""
    try:
        return lift.new(wide(lift, _asked(lift, frame, args)))
    except Stopped:
        if lift.is_shown(args):
            return Result("table of two keys")
        raise


def _asked(lift: Lifter, frame: Frame, args: Arguments) -> Wide:
    frame = whole(lift, frame, "A pivot")
    if args.what.endswith("pivot"):
        given = args.bind(columns=None, index=None, values=None)
    else:
        given = args.bind(
            "values", "index", "columns", "aggfunc", "fill_value", ignored=("observed",), values=None, index=None, columns=None,
            aggfunc="mean", fill_value=None,
        )  # fmt: skip
    value = lift.content(given["values"])
    index = lift.strings(given["index"])
    column = lift.strings(given["columns"])
    if len(column) != 1 or not isinstance(value, Const) or not isinstance(value.value, str):
        raise no_rule("a pivot of several columns or values")
    if args.what.endswith("pivot"):
        keys = [frame.get(n) for n in (*index, *column)]
        if any(not isinstance(k, Cell) or k.nullable for k in keys):
            raise no_rule("a pivot by keys that may be missing")
        return Wide(frame, index, column[0], value.value, "first of one")
    name = known_function(lift, given["aggfunc"])
    if name not in (*OF_VALUES, *COUNTED):
        raise no_rule("a pivot with this function")
    fill = lift.content(given["fill_value"])
    return Wide(frame, index, column[0], value.value, name, None if fill == Const(None) else cells.cell_of(fill))


@method("series", "unstack")
def unstack(lift: Lifter, column: Column1, args: Arguments) -> Value:
    """``frame.groupby([a, b])[value].mean().unstack()``: the last level of the index becomes the columns."""
    given = args.bind("level", "fill_value", level=-1, fill_value=None)
    index = column.index or ()
    level = lift.const(given["level"])
    names = dict(enumerate(index)) | {-1: index[-1] if index else None} | {n: n for n in index}
    if len(index) < 2 or column.part is not None or level not in names or not isinstance(column.node, Aggregate):
        raise no_rule("unstack of this Series")
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    rest = tuple(n for n in index if n != names[level])
    frame = Frame(node, tuple((n, cells.column(node, n)) for n in (*index, name)))
    fill = lift.content(given["fill_value"])
    filled = None if fill == Const(None) else cells.cell_of(fill)
    return lift.new(wide(lift, Wide(frame, rest, str(names[level]), name, "first of one", filled, fill_missing=False)))


@function("pandas.crosstab")
def crosstab(lift: Lifter, args: Arguments) -> Value:
    """``pd.crosstab(a, b)``: how many rows have both values; with ``normalize="index"``, which share of those that have `a`."""
    if lift.is_shown(args):
        return Result("table of two keys")
    given = args.bind("index", "columns", normalize=False)
    normalised = lift.const(given["normalize"])
    if normalised not in (False, "index"):
        raise no_rule("crosstab with shares of columns or of all rows")
    a, b = lift.content(given["index"]), lift.content(given["columns"])
    if not isinstance(a, Column1) or not isinstance(b, Column1) or not a.name or not b.name or a.name == b.name:
        raise no_rule("crosstab of these objects")
    frame = Frame(a.node, ((a.name, a.cell),), a.index, (), a.part)
    frame, cell = aligned(lift, frame, b)
    frame = frame.with_columns({b.name: cell})
    frame = whole(lift, frame, "A crosstab")
    return lift.new(
        wide(lift, Wide(frame, (a.name,), b.name, None, "size", cells.cell_of(Const(0)), shares=normalised == "index"))
    )


# -- the wide table ----------------------------------------------------------------------------------------------------


def request(lift: Lifter, frame: Frame, name: str) -> None:
    """Note that a script asks a table for a column that it does not have, if a pivot may give it."""
    found = []
    for mark in frame.names:
        if MARK in mark:
            before, pivot_line, after = mark.split(MARK)
            if name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after):
                found.append((len(before) + len(after), pivot_line, name[len(before) : len(name) - len(after)]))
    longest = [(pivot_line, value) for size, pivot_line, value in found if size == max(size for size, _, _ in found)]
    if len(longest) == 1:  # where two pivots may have it, the one whose names have more in common with it
        lift.hints.setdefault(("pivot", *longest[0]), name)


def wide(lift: Lifter, asked: Wide) -> Frame:
    """Return the wide table, with the columns that the script asks for."""
    named = {n: c for n, c in asked.frame.columns if isinstance(c, Cell)} | dict(asked.frame.levels)
    keys = (*asked.index, asked.column)
    for n in (*keys, *([asked.value] if asked.value is not None else [])):
        if n not in named:
            raise shape(f"There is no column {n!r} to pivot by")
    if named[asked.column].type not in (Type.STR, Type.INT):
        raise no_rule(f"a pivot by a {named[asked.column].type}")
    wanted = [*dict.fromkeys((*keys, *([asked.value] if asked.value is not None else [])))]
    if len(set(keys)) != len(keys) or asked.value in keys:
        raise no_rule("a pivot that uses a column twice")
    node, frame = lift.materialise(Frame(asked.frame.node, tuple((n, named[n]) for n in wanted)))
    node, frame = _rows_that_count(lift, node, frame, asked)
    names = [str(hint[2]) for hint in lift.hints if hint[:2] == ("pivot", str(lift.line))]
    return _columns(lift, node, frame, asked, names)


def _rows_that_count(lift: Lifter, node: Node, frame: Frame, asked: Wide) -> tuple[Node, Frame]:
    """Return the rows that have a key for the columns and, where pandas drops rows of nothing but missing values, a value."""
    needed = [asked.column] if asked.function != "first of one" else []
    if asked.function in OF_VALUES and asked.value is not None:
        needed.append(asked.value)
    conditions = [cells.make("not_null", c).expr for n in needed if isinstance(c := frame.get(n), Cell)]
    if not conditions:
        return node, frame
    out = lift.step(Filter, lift.naming.called(node), parent=node, predicate=paths.conjunction(conditions))
    return out, Frame(out, tuple((n, cells.column(out, n)) for n in frame.names))


def _columns(lift: Lifter, node: Node, frame: Frame, asked: Wide, names: list[str]) -> Frame:
    key = cells.cell_of(frame.get(asked.column) or Const(None))
    value = cells.cell_of(Const(1)) if asked.value is None else cells.cell_of(frame.get(asked.value) or Const(None))
    one = cells.cell_of(Const(1))
    new: dict[str, Expr] = {}
    measures: list[Measure] = []
    made: list[tuple[str, str, str]] = []  # as what the script knows a column, where its value is, where its number of rows is
    function_ = {"first of one": "first", "size": "count"}.get(asked.function, asked.function)
    for n in names:
        if key.type is Type.INT and not n.lstrip("-").isdigit():
            continue
        literal = Literal(int(n)) if key.type is Type.INT else Literal(n)
        here = cells.compare("Eq", key, Cell(literal, key.type), pandas=True).expr
        taken = one if asked.function == "size" else value
        held, counted = lift.free_column(node, f"{asked.value or asked.column}_{n}"), lift.free_column(node, f"rows_{n}")
        new[held] = cells.choose(here, taken, cells.missing(taken.type)).expr
        new[counted] = cells.choose(here, one, cells.missing(Type.INT)).expr
        out_value = n if n not in asked.index else held
        measures += [Measure(f"{out_value}", function_, held), Measure(counted, "count", counted)]
        made.append((n, out_value, counted))
    call = lift.naming.called(node)
    if new:
        node = lift.step(Project, call, node, parent=node, assigned=tuple(new.items()))
    rows = lift.free_column(node, "rows")
    if asked.shares:
        measures.append(Measure(rows, "size", None))
    measures = measures or [Measure(lift.free_column(node, "rows"), "size", None)]
    out = lift.step(Aggregate, call, parent=node, by=asked.index, measures=tuple(measures))
    columns: dict[str, Value] = {}
    for n, held, counted in made:
        cell = cells.column(out, held)
        there = cells.compare("Gt", cells.column(out, counted), cells.cell_of(Const(0)), pandas=True).expr
        # where no row has the value there is no such column, and the script fails
        some = cells.make("present", lift.state(node, cells.column(node, counted), "max", f"has_{n}"))
        exists = cells.compare("Gt", some, cells.cell_of(Const(0)), pandas=True).expr
        made_cell = _cell(asked, cell, there)
        if asked.shares:
            made_cell = cells.arithmetic("Div", made_cell, cells.column(out, rows), pandas=True)
        columns[n] = cells.choose(exists, made_cell, cells.missing(made_cell.type))
    columns[f"{MARK}{lift.line}{MARK}"] = Result("columns for values that the script does not name")
    levels = tuple((k, cells.column(out, k)) for k in asked.index)
    return Frame(out, tuple(columns.items()), asked.index, levels)


def _cell(asked: Wide, cell: Cell, there: Expr) -> Cell:
    """Return what a cell of the wide table holds, where a cell without any row is missing or filled."""
    nothing = cells.missing(cell.type)
    if asked.fill is None:
        return cell if asked.function in OF_VALUES or asked.function == "first of one" else cells.choose(there, cell, nothing)
    if asked.function in COUNTED or not asked.fill_missing:
        return cells.choose(there, cell, asked.fill)
    return cells.make("coalesce", cell, asked.fill)
