"""pandas: formulas of totals of the training rows' groups: smoothed means, ``(mean * count + 10 * prior) / (count + 10)``.

What ``train.groupby(key)[column].agg(["mean", "count"])`` gives is a table of totals that have the same keys. A formula of them
is computed anew where it is looked up: for each row, of the totals under its key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, side_totals
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Frame, Items, Part, Result, Tup, Value
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.objects import KINDS
from lester_gui.rewrite.lift.side_totals import SideGroups, SideTable
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class SideFormula(Value):
    """A Series that is computed of totals with the same keys.

    Attributes
    ----------
    keys : tuple of Cell
        Over `node`, whose rows were split.
    cell : Cell
        What is under a key, written in lookups under `keys`.
    """

    node: Node
    part: Part
    keys: tuple[Cell, ...]
    cell: Cell


@dataclass(frozen=True, slots=True)
class SideFrame(Value):
    """Several such Series under names; their keys are in the index, or, once they were `reset`, columns like others."""

    columns: tuple[tuple[str, SideFormula], ...]
    keys: tuple[str, ...] = ()
    reset: bool = False


KINDS[SideFormula] = "formula of totals of a side"
KINDS[SideFrame] = "table of totals of a side"


def frame_of(lift: Lifter, groups: SideGroups, args: Arguments) -> SideFrame | None:
    """Return ``grouped[column].agg(["mean", "count"])``, ``grouped.agg(m=(column, "mean"))``; None for a single function.

    Raises
    ------
    Stopped
        If a function is none that a total of one side can be.
    """
    asked: dict[str, tuple[str, str]] = {}
    spec = lift.content(args.positional[0]) if args.positional else None
    if isinstance(spec, Items | Tup) and groups.series and not args.keywords:
        asked = {f: (groups.columns[0], f) for f in lift.strings(spec)}
    elif spec is None and args.keywords and "func" not in args.keywords:
        for name, value in args.keywords.items():
            pair = lift.content(value)
            if isinstance(pair, Tup) and len(pair.items) == 2 and not groups.columns:
                asked[name] = (lift.text(pair.items[0]), lift.text(pair.items[1]))
            elif groups.series:
                asked[name] = (groups.columns[0], lift.text(value))
            else:
                raise no_rule("agg of groups of one side of a split with this argument")
    if not asked:
        return None
    tables = {n: side_totals.table(replace(groups, columns=(c,), series=True), f) for n, (c, f) in asked.items()}
    return SideFrame(tuple((n, formula_of(lift, t)) for n, t in tables.items()), groups.keys)


def formula_of(lift: Lifter, table: SideTable) -> SideFormula:
    """Return a total as a formula."""
    return SideFormula(table.node, table.part, table.keys, side_totals.looked_up(lift, table.keys, table))


def arithmetic(lift: Lifter, a: Value, b: Value, apply: Callable[[Cell, Cell], Cell]) -> Value | None:
    """Return an operator applied to formulas with the same keys, or to one and a value; None where neither is a formula.

    Raises
    ------
    Stopped
        If their keys differ, or the other one is a value of each row.
    """
    if not any(isinstance(v, SideTable | SideFormula) for v in (a, b)):
        return None
    formulas: list[SideFormula] = []
    parts: list[Cell] = []
    for value in (a, b):
        if isinstance(value, SideTable):
            if value.missing is not None:
                raise no_rule("arithmetic on a dict")
            value = formula_of(lift, value)
        if isinstance(value, SideFormula):
            formulas.append(value)
        parts.append(value.cell if isinstance(value, SideFormula) else _scalar(value))
    first = formulas[0]
    if any((f.node, f.part, f.keys) != (first.node, first.part, first.keys) for f in formulas[1:]):
        raise shape("Totals of groups by different keys are combined")
    made = apply(*parts)
    if made.type is not Type.FLOAT:
        raise no_rule("this operator on totals of one side of a split")
    return replace(first, cell=made)


def _scalar(value: Value) -> Cell:
    cell = cells.cell_of(value)
    if any(isinstance(e, Column) for e in walk(cell.expr)) or not cell.type.is_number:
        raise shape("Totals of groups are combined with a value of each row")
    return cell


def looked_up(column: Column1, formula: SideFormula) -> Column1:
    """Return ``column.map(formula)``: missing where the training rows have no such key, as the totals are."""
    return Column1(column.node, filled_in((column.cell,), formula), column.name, column.part, False, column.index)


def filled_in(keys: tuple[Cell, ...], formula: SideFormula) -> Cell:
    """Return a formula of the totals under the keys of each row."""
    return Cell(side_totals.at(formula.cell.expr, formula.keys, keys), formula.cell.type, True)


@method("table of totals of a side", "__getitem__")
def chosen(lift: Lifter, content: SideFrame, args: Arguments) -> Value:
    """``stats["mean"]``."""
    name = lift.text(args.positional[0])
    found = dict(content.columns).get(name)
    if found is None:
        raise shape(f"There is no column {name!r}")
    return found


@method("table of totals of a side", "__setitem__")
def put(lift: Lifter, content: SideFrame, args: Arguments) -> Value:
    """``stats["smooth"] = …``."""
    name, value = lift.text(args.positional[0]), lift.content(args.positional[1])
    if isinstance(value, SideTable) and value.missing is None:
        value = formula_of(lift, value)
    if not isinstance(value, SideFormula):
        raise no_rule("a column of this beside totals of one side of a split")
    if len({f.keys for _, f in (*content.columns, (name, value))}) != 1:
        raise shape("Totals of groups by different keys are combined")
    lift.set(args.owner, replace(content, columns=tuple((dict(content.columns) | {name: value}).items())))
    return Const(None)


@method("formula of totals of a side", "to_dict", "copy", "sort_index", "sort_values", "rename", "astype")
def same(lift: Lifter, content: SideFormula, args: Arguments) -> Value:
    """The same values, for those who look them up."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    if what == "astype" and lift.const(args.positional[0]) not in ("float", "float64"):
        raise no_rule("astype of totals of one side of a split")
    return content


@method("table of totals of a side", "reset_index", "copy", "rename")
def as_columns(lift: Lifter, content: SideFrame, args: Arguments) -> Value:
    """``stats.reset_index()``, ``stats.rename(columns={…})``."""
    what = args.what.rsplit(".", 1)[-1]
    if lift.is_shown(args):
        return Result(what)
    if what == "reset_index":
        args.bind()
        if content.reset:
            raise no_rule("reset_index once more")
        return lift.new(replace(content, reset=True))
    if what == "copy":
        return lift.new(content)
    new = lift.content(args.bind(columns=None)["columns"])
    if not isinstance(new, Entries):
        raise no_rule("rename of this table")
    names = {lift.text(k): lift.text(v) for k, v in new.items}
    if set(names) & set(content.keys):
        raise no_rule("other names for the keys of totals of one side of a split")
    return lift.new(replace(content, columns=tuple((names.get(n, n), f) for n, f in content.columns)))


def merged(lift: Lifter, left: Frame, right: SideFrame, given: dict[str, Value]) -> Frame:
    """Return ``left.merge(stats, on=key, how="left")``: every row as it is, with the totals under its key.

    Raises
    ------
    Stopped
        If it may leave rows out, or is not by the keys of the groups.
    """
    none = Const(None)
    by_index = bool(lift.const(given["right_index"]))
    names = given["left_on"] if lift.content(given["on"]) == none else given["on"]
    keys = lift.strings(names) if lift.content(names) != none else ()
    named = lift.strings(given["right_on"]) if lift.content(given["right_on"]) != none else None
    plain = lift.const(given["how"]) == "left" and not lift.const(given["left_index"]) and not lift.const(given["indicator"])
    if not plain or len(keys) != len(right.keys) or by_index == right.reset:
        raise no_rule("a merge with totals of one side of a split in this way")
    if (named or (keys if lift.content(given["on"]) != none or by_index else None)) != (keys if by_index else right.keys):
        raise no_rule("a merge with totals of one side of a split by other columns")
    if {n for n, _ in right.columns} & set(left.names) or (named is not None and named != keys):
        raise no_rule("a merge with totals of one side of a split whose columns get other names")
    cells_of = [left.get(k) for k in keys]
    known = tuple(c for c in cells_of if isinstance(c, Cell))
    if len(known) != len(keys):
        raise shape("There is no such column to merge by")
    new = {n: filled_in(known, f) for n, f in right.columns}
    return replace(left.with_columns(dict(new)), index=None, levels=(), origin=None)
