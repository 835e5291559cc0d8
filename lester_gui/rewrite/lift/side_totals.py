"""Totals of groups of the rows of one side of a split: what ``train.groupby("shop")["sales"].mean()`` gives.

Views do not know which rows are training rows, so these totals are no views. They are looked up in columns of either side, and
what is looked up becomes a part of a formula that encoders compute (see `formulas`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call, Expr, substitute, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Cell, Column1, Frame, Leaf, Part, Value
from lester_gui.rewrite.lift.splits import rows_of
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

FUNCTIONS = ("mean", "sum", "min", "max", "median", "count", "size", "nunique", "std", "var")


@dataclass(frozen=True, slots=True)
class SideGroups(Value):
    """``train.groupby(keys)``, perhaps with columns chosen; `series` when a single column was chosen by name."""

    frame: Frame
    keys: tuple[str, ...]
    columns: tuple[str, ...] = ()
    series: bool = False
    lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SideTable(Value):
    """A Series with one total for each value of its index, or a dict of them, taken of one side of a split.

    Attributes
    ----------
    node : Node
        Whose rows were split.
    keys, value : Cell
        What the rows are grouped by and what is aggregated, over `node`.
    function : str
        As `features.group_statistic` names it.
    """

    node: Node
    part: Part
    keys: tuple[Cell, ...]
    value: Cell
    function: str
    name: str = ""
    lines: tuple[int, ...] = field(default=(), compare=False)
    missing: Value | None = field(
        default=None, compare=False
    )  # what a defaultdict or Counter holds under a key that is not there


@dataclass(frozen=True, slots=True)
class SideDict(Value):
    """A dict with a value for each key that the rows of one side have.

    Attributes
    ----------
    keys : tuple of Cell
        Over `node`, whose rows were split.
    template : Value
        What is under a key, written in `keys` and in lookups under them.
    found : Expr
        Whether a key is there, written in the same way.
    """

    node: Node
    part: Part
    keys: tuple[Cell, ...]
    template: Value
    found: Expr
    missing: Value | None = field(default=None, compare=False)  # what a defaultdict holds under a key that is not there


@dataclass(frozen=True, slots=True)
class SideLists(Value):
    """A dict of lists with a number for each row of one side under its key; a row for which `cell` misses one gives none."""

    node: Node
    part: Part
    keys: tuple[Cell, ...]
    cell: Cell
    found: Expr
    plain: bool = False  # without a list under other keys, as a defaultdict has one
    lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SideOrder(Value):
    """The numbers of one side in order: ``sorted(xs)``. With `some`, those that the column does not miss."""

    column: Column1
    reverse: bool = False
    some: bool = False


@dataclass(frozen=True, slots=True)
class SideListOf(Value):
    """One of these lists, `maybe` empty where no row has the key."""

    lists: SideLists
    keys: tuple[Cell, ...]
    maybe: bool = False


def table(groups: SideGroups, function: str) -> SideTable:
    """Return an aggregate of a single column of groups.

    Raises
    ------
    Stopped
        If there are several columns, or keys or values that have no such total.
    """
    if function not in FUNCTIONS:
        raise no_rule(f"{function} of groups of one side of a split")
    keys = [groups.frame.get(k) for k in groups.keys]
    known = tuple(k for k in keys if isinstance(k, Cell))
    name = groups.columns[0] if groups.columns else ""
    value = known[0] if function == "size" and known else groups.frame.get(name)
    if function != "size" and (len(groups.columns) != 1 or not groups.series):
        raise no_rule("groups of several columns of one side of a split")
    if len(known) != len(keys) or not isinstance(value, Cell):
        raise shape("There is no such column to group by, or to aggregate")
    assert groups.frame.part is not None
    return checked(SideTable(groups.frame.node, groups.frame.part, known, value, function, name, groups.lines))


def checked(asked: SideTable) -> SideTable:
    """Return a table whose keys and values have the types that its total can be taken of.

    Raises
    ------
    Stopped
        If they have others.
    """
    if not all(k.type.is_plain for k in asked.keys):
        raise no_rule("groups of one side of a split by such a key")
    if asked.function not in ("size", "count", "nunique") and not asked.value.type.is_number:
        raise no_rule(f"{asked.function} of groups of one side of a split, of values that are no numbers")
    return asked


def at(expr: Expr, own: tuple[Cell, ...], keys: tuple[Cell, ...]) -> Expr:
    """Return an expression that is written in a key, and in lookups under it, as that of another key."""
    _agree(own, keys)
    table = {a.expr: b.expr for a, b in zip(own, keys, strict=True)}
    return substitute(expr, table.get)


def _agree(own: tuple[Cell, ...], keys: tuple[Cell, ...]) -> None:
    if len(keys) != len(own) or any(a.type is not b.type for a, b in zip(keys, own, strict=True)):
        raise shape("Totals of one side of a split are looked up by a key of another type")


def looked_up(lift: Lifter, keys: tuple[Cell, ...], asked: SideTable) -> Cell:
    """Return the total under the keys of each row, missing where the other rows had none such."""
    _agree(asked.keys, keys)
    name = next((n for n, known in lift.side_tables.items() if known == asked), f"side:{len(lift.side_tables)}")
    lift.side_tables[name] = asked
    return Cell(Call(name, tuple(k.expr for k in keys), Type.FLOAT, True), Type.FLOAT, True)


def column(lift: Lifter, content: Column1, asked: SideTable) -> Column1:
    """Return ``column.map(table)``."""
    return Column1(
        content.node,
        looked_up(lift, (content.cell,), asked),
        content.name,
        content.part,
        False,
        content.index,
    )


def is_lookup(lift: Lifter, expr: Expr) -> bool:
    """Whether an expression, without its parts, is the value under a key in such a table."""
    return isinstance(expr, Call) and expr.function in lift.side_tables


def of_sides(lift: Lifter, expr: Expr) -> bool:
    """Whether an expression has a total over one side of a split."""
    return any(is_lookup(lift, e) or is_total(lift, e) for e in walk(expr))


def is_total(lift: Lifter, expr: Expr) -> bool:
    """Whether an expression, without its parts, is a total over one side, or the number of its rows."""
    if not isinstance(expr, Leaf):
        return False
    if expr.kind == "count":
        return lift.counted[expr.ident][1] is not None
    return expr.kind == "state" and lift.states[expr.ident].part is not None


def mean_of_side(lift: Lifter, total: Cell, count: Cell) -> Cell | None:
    """Return ``sum(xs) / len(xs)`` over one side of a split, which encoders know as the mean; None for anything else."""
    if not (isinstance(total.expr, Leaf) and isinstance(count.expr, Leaf)):
        return None
    if (total.expr.kind, count.expr.kind) != ("state", "count"):
        return None
    state, (node, part) = lift.states[total.expr.ident], lift.counted[count.expr.ident]
    if state.part is None or state.function != "sum" or state.cell.nullable:
        return None
    if rows_of(lift.learner.splits, state.part) != part or not lift.align.same(state.node, node):
        return None
    return lift.state(state.node, state.cell, "mean", f"mean_{lift.called_cell(state.cell) or 'value'}", state.part)
