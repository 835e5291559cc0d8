"""Which source columns a view's columns come from (data), and which decide what rows it has, and where (control)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lester_gui.ir.expressions import Expr, columns_of
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Window,
)
from lester_gui.ir.plan import topological

SourceColumn = tuple[str, str]  # name of the read view, its column
ParentColumn = tuple[int, str]


@dataclass(frozen=True, slots=True)
class ColumnLineage:
    """The lineage of one view.

    Attributes
    ----------
    origins : dict of str to frozenset
        Output column → the source columns that its cells come from.
    control : frozenset
        The source columns that decide which rows the view has and in what order, on the whole way from the sources.
    """

    origins: dict[str, frozenset[SourceColumn]]
    control: frozenset[SourceColumn]

    def of_expression(self, expr: Expr) -> frozenset[SourceColumn]:
        """Return the source columns that an expression over the view reads."""
        return _union(self.origins[name] for name in columns_of(expr))


def column_lineage(*roots: Node) -> dict[str, ColumnLineage]:
    """Return the lineage of every node below `roots`, by view name."""
    out: dict[str, ColumnLineage] = {}
    for node in topological(*roots):
        above = [out[p.name] for p in node.parents]
        if isinstance(node, Read):
            out[node.name] = ColumnLineage({c: frozenset({(node.name, c)}) for c in node.schema.names}, frozenset())
            continue
        origins = {
            name: _union(above[side].origins[column] for side, column in sources) for name, sources in node.definitions().items()
        }
        own = _union(above[side].origins[column] for side, column in CONTROL[type(node)](node))
        out[node.name] = ColumnLineage(origins, own.union(*(a.control for a in above)))
    return out


def origins(node: Node) -> dict[str, frozenset[SourceColumn]]:
    """Return output column → the source columns that its cells come from."""
    return column_lineage(node)[node.name].origins


def control(node: Node) -> frozenset[SourceColumn]:
    """Return the source columns that decide which rows `node` has and in what order."""
    return column_lineage(node)[node.name].control


def _union(sets: Iterable[frozenset[SourceColumn]]) -> frozenset[SourceColumn]:
    return frozenset().union(*sets)


def _nothing(node: Node) -> list[ParentColumn]:
    return []


def _filter(node: Filter) -> list[ParentColumn]:
    return [(0, c) for c in columns_of(node.predicate)]


def _join(node: Join) -> list[ParentColumn]:
    return [pair for a, b in node.on for pair in ((0, a), (1, b))]


def _aggregate(node: Aggregate) -> list[ParentColumn]:
    return [(0, c) for c in node.by]


def _distinct(node: Distinct) -> list[ParentColumn]:
    return [(0, c) for c in node.subset or node.parent.schema.names]


def _sort(node: Sort) -> list[ParentColumn]:
    return [(0, c) for c, _ in node.by]


def _window(node: Window) -> list[ParentColumn]:
    return [(0, c) for c in dict.fromkeys([*node.by, *(c for c, _ in node.order)])]


def _opaque(node: Opaque) -> list[ParentColumn]:
    return [(i, c) for i, parent in enumerate(node.inputs) for c in parent.schema.names]


# which of its parents' columns each node looks at to decide about rows
CONTROL: dict[type[Node], Callable[[Any], list[ParentColumn]]] = {
    Read: _nothing,
    Filter: _filter,
    Project: _nothing,
    Select: _nothing,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _nothing,
    Sort: _sort,
    Limit: _nothing,  # which rows come first was decided above
    Broadcast: _nothing,
    Window: _window,  # decides about no row, but about whose cells are computed together
    Explode: lambda node: [(0, node.column)],  # its length decides how many rows there are
    Opaque: _opaque,
}
