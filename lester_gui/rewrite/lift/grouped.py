"""Functions of one group: what a lambda that is given to ``agg``, ``transform`` or ``apply`` computes of the group's rows.

The body is lifted once, on the columns of the whole table; what it takes over all rows (a mean, a count) is noted as a measure
of the group. What comes out is an expression over measures (one value per group) or over the row and measures (one per row).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr, Literal, substitute, walk
from lester_gui.ir.nodes import Measure, Node, Project, Window, WindowColumn
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Leaf, Value
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class Scope:
    """The group whose function is being lifted: its table, and what the function took over all rows so far."""

    node: Node
    measures: list[tuple[str, Cell, Cell]] = field(default_factory=list)  # function, of which cell, as which leaf

    def measure(self, lift: Lifter, function: str, column: Cell, node: Node) -> Cell:
        """Return a value over all rows of the group.

        Raises
        ------
        Stopped
            If the aggregate is not known, or the rows are not the group's.
        """
        if node is not self.node:
            raise shape("A function of a group looks at other rows than the group's")
        if function not in AGGREGATES:
            raise no_rule(f"{function} of a group")
        for known, cell, leaf in self.measures:
            if (known, cell) == (function, column):
                return leaf
        if column.type not in AGGREGATES[function].accepts:
            raise shape(f"{function} is taken of a {column.type}")
        if any(isinstance(e, Leaf) for e in walk(column.expr)):
            raise no_rule("a total over values that are compared with another total")
        kind, nullable = AGGREGATES[function].result((column.type, column.nullable))
        made = Cell(Leaf("measure", lift.number(), function, kind, nullable), kind, nullable)
        self.measures.append((function, column, made))
        return made

    def size(self, lift: Lifter) -> Cell:
        """Return the number of rows of the group."""
        return self.measure(lift, "size", Cell(Literal(1), Type.INT), self.node)


@contextmanager
def scope_of(lift: Lifter, node: Node) -> Iterator[Scope]:
    """Lift what follows as a function of one group of the rows of `node`."""
    before = lift.group
    lift.group = Scope(node)
    try:
        with lift.using(pandas=True):
            yield lift.group
    finally:
        lift.group = before


def computed(lift: Lifter, node: Node, function: Value, argument: Value) -> tuple[Value, Scope]:
    """Return what a function makes of a group, and the measures that it took.

    Raises
    ------
    Stopped
        If a rule is missing, or it changes something.
    """
    from lester_gui.rewrite.lift.expressions.call import invoke
    from lester_gui.rewrite.lift.library.table import Arguments

    with scope_of(lift, node) as scope:
        value = lift.content(invoke(lift, function, Arguments("a function of a group", [argument])))
    return value, scope


def of_measures(value: Value) -> Cell:
    """Return a value that only depends on measures as a cell.

    Raises
    ------
    Stopped
        If it is another value for each row.
    """
    if isinstance(value, Column1) or not isinstance(value, Cell | Const):
        raise shape("A function of a group does not yield one value")
    cell = cells.cell_of(value)
    if any(isinstance(e, Column) or (isinstance(e, Leaf) and e.kind != "measure") for e in walk(cell.expr)):
        raise shape("A function of a group does not yield one value per group")
    return cell


def filled_in(cell: Cell, table: dict[Expr, Expr], node: Node) -> Cell:
    """Return a cell with the columns that hold its measures."""
    return cells.retyped(
        Cell(substitute(cell.expr, lambda e: table.get(e) if isinstance(e, Leaf) else None), cell.type, cell.nullable), node
    )


def with_arguments(lift: Lifter, node: Node, wanted: list[tuple[str, Cell]]) -> tuple[Node, list[str | None]]:
    """Return a node with a column for each cell that a measure is taken of, and these columns' names."""
    names: list[str | None] = []
    new: dict[str, Expr] = {}
    for function, cell in wanted:
        if function == "size":
            names.append(None)
        elif isinstance(cell.expr, Column):
            names.append(cell.expr.name)
        else:
            known = next((n for n, e in new.items() if e == cell.expr), None)
            name = known or lift.free_column(node, f"of_{len(new) + 1}")
            new[name] = cell.expr
            names.append(name)
    if new:
        node = lift.step(Project, lift.naming.called(node), node, parent=node, assigned=tuple(new.items()))
    return node, names


def measures_for(lift: Lifter, scopes: list[Scope], names: list[str]) -> tuple[Node, list[Measure], dict[Expr, Expr]]:
    """Return the node to aggregate, the measures of all scopes under free names, and which column each leaf is."""
    every = [(function, cell, leaf) for s in scopes for function, cell, leaf in s.measures]
    node, columns = with_arguments(lift, scopes[0].node, [(f, c) for f, c, _ in every])
    table: dict[Expr, Expr] = {}
    made: list[Measure] = []
    for (function, _, leaf), column in zip(every, columns, strict=True):
        base, n = f"{column or 'rows'}_{function}", 1
        name = base
        while name in names or any(m.name == name for m in made):
            n += 1
            name = f"{base}_{n}"
        made.append(Measure(name, function, column))
        table[leaf.expr] = Column(name)
    return node, made, table


def on_each_row(lift: Lifter, frame: Frame, keys: tuple[str, ...], dropna: bool, scope: Scope, value: Value) -> tuple[Node, Cell]:
    """Return node and cell of a function of a group, on each row of the group: what ``transform`` gives."""
    if isinstance(value, Column1):
        if value.node is not scope.node:
            raise shape("A function of a group looks at other rows than the group's")
        cell = value.cell
    else:
        cell = of_measures(value)
    node, columns = with_arguments(lift, lift.tip(scope.node), [(f, c) for f, c, _ in scope.measures])
    table: dict[Expr, Expr] = {}
    windows: list[WindowColumn] = []
    for (function, _, leaf), column in zip(scope.measures, columns, strict=True):
        name = lift.free_column(node, f"{column or 'rows'}_{function}")
        while any(w.name == name for w in windows):
            name += "_2"
        windows.append(WindowColumn(name, function, column))
        table[leaf.expr] = Column(name)
    if windows:
        call = lift.naming.called(node)
        node = lift.step(Window, call, node, parent=node, by=keys, columns=tuple(windows), drop_null_keys=dropna)
        lift.tips[id(scope.node)] = (lift.line, node)
    elif keys and dropna and any(node.schema.field(k).nullable for k in keys):
        raise no_rule("a transform without totals where keys may be missing")
    cell = lift.move(cell, scope.node, node) if not scope.measures else filled_in(cell, table, node)
    if dropna and isinstance(value, Column1):
        cell = _without_keyless(node, keys, cell)
    return node, cell


def _without_keyless(node: Node, keys: tuple[str, ...], cell: Cell) -> Cell:
    """Return the cell, missing on rows that are in no group."""
    from lester_gui.rewrite.lift import paths

    missing = [cells.make("not_null", cells.column(node, k)).expr for k in keys]
    return cells.choose(paths.conjunction(missing), cell, Cell(Literal(None, cell.type), cell.type, True))
