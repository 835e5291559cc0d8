"""Functions of one group: what a lambda that is given to ``agg``, ``transform`` or ``apply`` computes of the group's rows.

The body is lifted once, on the columns of the whole table; what it takes over all rows (a mean, a count) is noted as a measure
of the group. What comes out is an expression over measures (one value per group) or over the row and measures (one per row).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr, Literal, substitute, walk
from lester_gui.ir.nodes import Aggregate, Measure, Node, Project, Window, WindowColumn
from lester_gui.ir.operators import AGGREGATES, QUANTILE
from lester_gui.rewrite.lift import cells, chosen
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Frame, Keyed, Leaf, Tup, Value
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class Scope:
    """The group whose function is being lifted: its table and keys, and what the function took over all rows so far."""

    node: Node
    keys: tuple[str, ...] = ()
    dropna: bool = True
    measures: list[tuple[str, Cell, Cell, Node]] = field(default_factory=list)  # function, of which cell, as which leaf, where

    def quantile(self, lift: Lifter, column: Cell, node: Node, share: float) -> Cell:
        """Return a quantile of the rows of the group, which an aggregate has and a window has not."""
        if not lift.align.same(node, self.node):
            raise no_rule("a quantile of some rows of a group")
        if node is not self.node:
            column = lift.move(column, node, self.node)
        if any(isinstance(e, Leaf) for e in walk(column.expr)) or column.type not in QUANTILE.accepts:
            raise no_rule("a quantile of this value of a group")
        kind, nullable = QUANTILE.result((column.type, column.nullable))
        made = Cell(Leaf("measure", lift.number(), "quantile", kind, nullable), kind, nullable)
        return self.taken(lift, f"quantile {share!r}", column, self.node, made)

    def measure(self, lift: Lifter, function: str, column: Cell, node: Node) -> Cell:
        """Return a value over all rows of the group.

        Raises
        ------
        Stopped
            If the aggregate is not known, or the rows are not the group's.
        """
        if not lift.align.same(node, self.node):
            column, node = _of_some_rows(lift, function, column, node, self.node)
            function = "count" if function == "size" else function
        if node is not self.node:
            with suppress(Stopped):  # so that a measure that is taken twice is one; a window's value is over the window alone
                column, node = lift.move(column, node, self.node), self.node
        if function not in AGGREGATES:
            raise no_rule(f"{function} of a group")
        for known, cell, leaf, over in self.measures:
            if (known, cell) == (function, column) and over is node:
                return leaf
        if column.type not in AGGREGATES[function].accepts:
            raise shape(f"{function} is taken of a {column.type}")
        if any(isinstance(e, Leaf) for e in walk(column.expr)):
            raise no_rule("a total over values that are compared with another total")
        kind, nullable = AGGREGATES[function].result((column.type, column.nullable))
        made = Cell(Leaf("measure", lift.number(), function, kind, nullable), kind, nullable)
        return self.taken(lift, function, column, node, made)

    def taken(self, lift: Lifter, function: str, column: Cell, node: Node, leaf: Cell) -> Cell:
        """Note a measure, and return what stands for it."""
        self.measures.append((function, column, leaf, node))
        return leaf


def _of_some_rows(lift: Lifter, function: str, column: Cell, node: Node, whole: Node) -> tuple[Cell, Node]:
    """Return a measure of the rows of a group that a condition chooses as one of all rows: the others have no value.

    Raises
    ------
    Stopped
        If the rows are not the group's, or an empty choice would be something else than a group without values.
    """
    if function not in ("size", "count", "sum", "mean", "min", "max", "std", "var", "median", "nunique"):
        raise no_rule(f"{function} of some rows of a group")
    over, condition, column = chosen.rows_among(lift, node, whole, column)
    missing = cells.missing(column.type)
    return cells.choose(condition, column, missing), over


@contextmanager
def scope_of(lift: Lifter, scope: Scope) -> Iterator[Scope]:
    """Lift what follows as a function of one group."""
    before = lift.group
    lift.group = scope
    try:
        with lift.using(pandas=True):
            yield lift.group
    finally:
        lift.group = before


def computed(lift: Lifter, scope: Scope, function: Value, argument: Value) -> Value:
    """Return what a function makes of a group; the scope knows which measures it took.

    Raises
    ------
    Stopped
        If a rule is missing, or it changes something.
    """
    from lester_gui.rewrite.lift.expressions.call import invoke
    from lester_gui.rewrite.lift.library.table import Arguments

    with scope_of(lift, scope):
        return lift.content(invoke(lift, function, Arguments("a function of a group", [argument])))


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
    every = [m for s in scopes for m in s.measures]
    node, wanted = over_one_node(lift, scopes[0].node, every)
    node, columns = with_arguments(lift, node, wanted)
    table: dict[Expr, Expr] = {}
    made: list[Measure] = []
    for (function, _, leaf, _), column in zip(every, columns, strict=True):
        function, _, share = function.partition(" ")
        base, n = f"{column or 'rows'}_{function}", 1
        name = base
        while name in names or any(m.name == name for m in made):
            n += 1
            name = f"{base}_{n}"
        made.append(Measure(name, function, column, float(share) if share else None))
        table[leaf.expr] = Column(name)
    return node, made, table


def over_one_node(lift: Lifter, base: Node, measures: list[tuple[str, Cell, Cell, Node]]) -> tuple[Node, list[tuple[str, Cell]]]:
    """Return a node with the rows of `base`, and of which of its cells each measure is taken."""
    node, exprs = lift.align.together((Literal(True), base), *((cell.expr, over) for _, cell, _, over in measures))
    return node, [(f, Cell(e, c.type, c.nullable)) for (f, c, _, _), e in zip(measures, exprs[1:], strict=True)]


def on_each_row(lift: Lifter, frame: Frame, keys: tuple[str, ...], dropna: bool, scope: Scope, value: Value) -> tuple[Node, Cell]:
    """Return node and cell of a function of a group, on each row of the group: what ``transform`` gives."""
    over = lift.tip(scope.node)
    if isinstance(value, Column1):
        if not lift.align.same(value.node, scope.node):
            raise shape("A function of a group looks at other rows than the group's")
        cell = value.cell
        if value.node is not scope.node:
            over, (moved, _) = lift.align.together((cell.expr, value.node), (Literal(True), over))
            cell = Cell(moved, cell.type, cell.nullable)
    else:
        cell = of_measures(value)
    node, wanted = over_one_node(lift, over, scope.measures)
    node, columns = with_arguments(lift, node, wanted)
    table: dict[Expr, Expr] = {}
    windows: list[WindowColumn] = []
    for (function, _, leaf, _), column in zip(scope.measures, columns, strict=True):
        if " " in function:  # no window has it: it is computed for each group, and looked up
            node, table[leaf.expr] = _quantile_on_each_row(lift, node, keys, dropna, str(column), float(function.split()[1]))
    if isinstance(value, Column1) and value.node is not scope.node and scope.measures:
        cell = Cell(lift.align.move(cell.expr, over, node), cell.type, cell.nullable)
    for (function, _, leaf, _), column in zip(scope.measures, columns, strict=True):
        if leaf.expr in table:
            continue
        name = lift.free_column(node, f"{column or 'rows'}_{function}")
        while any(w.name == name for w in windows):
            name += "_2"
        windows.append(WindowColumn(name, function, column))
        table[leaf.expr] = Column(name)
    if windows:
        call = lift.naming.called(node)
        node = lift.step(Window, call, node, parent=node, by=keys, columns=tuple(windows), drop_null_keys=dropna)
        lift.tips[id(scope.node)] = (lift.line, node)
    elif (
        not scope.measures
        and keys
        and dropna
        and (not isinstance(value, Column1) or value.node is scope.node)
        and any(node.schema.field(k).nullable for k in keys)
    ):
        raise no_rule("a transform without totals where keys may be missing")
    if scope.measures:
        cell = filled_in(cell, table, node)
    elif not isinstance(value, Column1) or value.node is scope.node:
        cell = lift.move(cell, scope.node, node)
    if dropna and isinstance(value, Column1):
        cell = without_keyless(node, keys, cell)
    return node, cell


def _quantile_on_each_row(
    lift: Lifter, node: Node, keys: tuple[str, ...], dropna: bool, column: str, share: float
) -> tuple[Node, Expr]:
    """Return a node with the rows of `node`, and what is the quantile of a row's group there."""
    from lester_gui.rewrite.lift.stages import lookup

    name = lift.free_column(node, f"{column}_quantile")
    measures = (Measure(name, "quantile", column, share),)
    out = lift.step(Aggregate, f"{column}_quantiles", parent=node, by=keys, measures=measures, drop_null_keys=dropna)
    keyed = Keyed(out, keys, cells.column(out, name), "only", 0)
    ident = lookup(lift, keyed, Tup(tuple(cells.column(node, k) for k in keys)), nulls=not dropna)
    kind = out.schema.field(name).type
    made, (cell,) = lift.resolve(node, Cell(Leaf("get", ident, name, kind, True), kind, True))
    return made, cell.expr


def without_keyless(node: Node, keys: tuple[str, ...], cell: Cell) -> Cell:
    """Return the cell, missing on rows that are in no group."""
    from lester_gui.rewrite.lift import paths

    missing = [cells.make("not_null", cells.column(node, k)).expr for k in keys]
    return cells.choose(paths.conjunction(missing), cell, cells.missing(cell.type))
