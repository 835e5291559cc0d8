"""Columns across a plan: where a view's column comes from, hop by hop, and which columns a source column reaches."""

from __future__ import annotations

from dataclasses import dataclass

from lester_gui.ir.column_lineage import ColumnLineage, column_lineage
from lester_gui.ir.nodes import Node, Read
from lester_gui.ir.plan import Plan


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a column's way back: `column` of `view` is made from `from_column` of `from_view`.

    `lines` are the script's lines of the step that makes `view`.
    """

    view: str
    column: str
    from_view: str
    from_column: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class SourceColumn:
    """A column of a source, and the view that reads it."""

    source: str
    column: str
    view: str


def lineage_of(plan: Plan) -> dict[str, ColumnLineage]:
    """Return the column lineage of every view, by name."""
    return column_lineage(*plan.kept, plan.prepared)


def source_columns(plan: Plan, view: str, column: str) -> tuple[SourceColumn, ...]:
    """Return the source columns that a view's column comes from, none for a column made of constants."""
    found = lineage_of(plan)[view].origins[column]
    return tuple(sorted(_of(plan, read, name) for read, name in found))


def deciding_columns(plan: Plan, view: str) -> tuple[SourceColumn, ...]:
    """Return the source columns that decide which rows a view has, and in what order."""
    return tuple(sorted(_of(plan, read, name) for read, name in lineage_of(plan)[view].control))


def chain(plan: Plan, view: str, column: str) -> tuple[Hop, ...]:
    """Return the way of a column back to its sources, nearest step first.

    Views that only pass the column on are part of the way.
    """
    out: dict[Hop, None] = {}
    waiting: list[tuple[Node, str]] = [(plan.view(view), column)]
    seen = {(view, column)}
    while waiting:
        node, name = waiting.pop(0)
        for side, parent_column in node.definitions()[name]:
            parent = node.parents[side]
            out[Hop(node.name, name, parent.name, parent_column, node.lines)] = None
            if (parent.name, parent_column) not in seen:
                seen.add((parent.name, parent_column))
                waiting.append((parent, parent_column))
    return tuple(out)


def reached(plan: Plan, source: str, column: str) -> dict[str, tuple[str, ...]]:
    """Return view → its columns whose cells come from a source column, in plan order; views without any are left out."""
    reads = {r.name for r in plan.reads if r.source == source}
    out: dict[str, tuple[str, ...]] = {}
    lineage = lineage_of(plan)
    for node in plan.views:
        names = tuple(n for n, found in lineage[node.name].origins.items() if any(r in reads and c == column for r, c in found))
        if names:
            out[node.name] = names
    return out


def _of(plan: Plan, read: str, column: str) -> SourceColumn:
    node = plan.view(read)
    assert isinstance(node, Read)
    return SourceColumn(node.source, column, read)
