"""Loops over groups: ``for key, group in frame.groupby(column)``, whose body looks at the rows of one group.

What the body takes of a group (a mean, the number of rows that meet a condition) is a measure. So the body is run once to see
which ones it takes; then there is a table with one row per group and a column for each measure, and the loop goes through its
rows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column
from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure, Node
from lester_gui.rewrite.lift import cells, grouped, loops
from lester_gui.rewrite.lift.domain import Cell, Rows, Tup, Value
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class Measured(grouped.Scope):
    """A group of which every measure is known: a column of the table that has one row per group."""

    known: list[tuple[str, Cell, Node, Cell]] = field(default_factory=list)  # function, of which cell, over what, where it stands

    def taken(self, lift: Lifter, function: str, column: Cell, node: Node, leaf: Cell) -> Cell:
        """Return the column that holds a measure."""
        for name, cell, over, made in self.known:
            if (name, cell) == (function, column) and over is node:
                return made
        raise no_rule(f"{function} of other rows of a group")


def run(
    lift: Lifter, group: Grouping, bind: Callable[[Value], None], body: list[ast.stmt], names: tuple[str, ...], node: ast.AST
) -> None:
    """Run a loop over groups.

    Raises
    ------
    Stopped
        If the body needs the rows of a group themselves, or anything of them that is no measure.
    """
    from lester_gui.rewrite.lift.library.pandas_groups import rows_of

    if group.columns:
        raise no_rule("a loop over groups of chosen columns")
    table, frame = rows_of(lift, group)
    size = Measure(lift.free_column(table, "rows"), "size", None)

    def through(out: Node, scope: grouped.Scope, dry: bool) -> None:
        keys = tuple(cells.column(out, k) for k in group.keys)
        key: Value = Tup(keys) if group.listed else keys[0]

        def named(value: Value) -> None:
            bind(Tup((value, lift.new(frame))))

        with lift.using(pandas=True):
            rows = Rows(out, key)
            loops.run(lift, rows, named, body, names, node, lambda: grouped.scope_of(lift, scope), dry)

    seen = grouped.Scope(table, group.keys, group.dropna)
    through(_one_row_each(lift, group, table, table, [size]), seen, dry=True)
    source, measures, where = grouped.measures_for(lift, [seen], list(group.keys))
    out = _one_row_each(lift, group, table, source, measures or [size])
    found = []
    for function, cell, leaf, over in seen.measures:
        held = where[leaf.expr]
        assert isinstance(held, Column)
        found.append((function, cell, over, cells.column(out, held.name)))
    through(out, Measured(table, group.keys, group.dropna, known=found), dry=False)


def _one_row_each(lift: Lifter, group: Grouping, table: Node, source: Node, measures: list[Measure]) -> Aggregate:
    return lift.step(
        Aggregate,
        lift.naming.called(table),
        parent=source,
        by=group.keys,
        measures=tuple(measures),
        order=GroupOrder.SORTED if group.sort else GroupOrder.FIRST_SEEN,
        drop_null_keys=group.dropna,
    )
