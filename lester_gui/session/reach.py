"""How far one person got in one run: their own rows in every view, on both sides of the split, and their cells of X.

A footprint says which rows a person touched at all. Their *own* rows are those that carry one of their source rows and so leave
with them; a value broadcast from their row to everybody, or a mean that they have a part in, makes no row theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from lester_gui.features.column_map import FeatureColumn, column_map
from lester_gui.ir.column_lineage import column_lineage
from lester_gui.ir.nodes import Aggregate, Broadcast, Concat, Join, JoinKind, Node, Opaque, Read
from lester_gui.ir.plan import Plan, topological
from lester_gui.lineage.footprint import CONTROL, DATA, KINDS, Footprint, footprint
from lester_gui.maintenance import learned
from lester_gui.progress import Context
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.runtime.provenance import creates_identity, occurrence_map
from lester_gui.store.catalogue import Run, View


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of X and how many of its cells were made from the person's rows; `row_no` is the first of these rows."""

    column: FeatureColumn
    cells: int
    row_no: int | None


@dataclass(frozen=True, slots=True)
class Reached:
    """What one person touched in one run.

    Attributes
    ----------
    footprint : Footprint
        All touched rows, by kind.
    own : dict
        View → row numbers of the person's own rows, in order.
    sides : dict
        ``train`` and ``test`` → the row numbers of their own prepared rows there.
    cells : tuple of Cells
        Every column of X.
    used : dict
        Source → column → ``data`` (feeds X or the label) or ``control`` (decides about rows), for columns that the plan uses.
    """

    run: Run
    plan: Plan
    views: dict[str, View]
    footprint: Footprint
    own: dict[str, tuple[int, ...]]
    sides: dict[str, tuple[int, ...]]
    cells: tuple[Cells, ...]
    used: dict[str, dict[str, str]]

    def kind(self, view: str) -> str:
        """Return how a view counts: ``data`` if it has own rows, else the strongest kind of touched rows, else nothing."""
        if self.own[view]:
            return DATA
        return next((k for k in KINDS if self.footprint.views[view].count(k)), "")

    def rows(self, view: str) -> int:
        """Return how many rows of a view hold the person: their own ones, and groups that they have a part in."""
        if isinstance(self.plan.view(view), Aggregate):
            return self.footprint.views[view].count()
        return len(self.own[view])

    def touched(self, side: str) -> int:
        """Return how many prepared rows of one side they touched in any way."""
        return self.footprint.sides[side].count()

    @property
    def is_coarse(self) -> bool:
        """Whether an opaque step stands before the prepared rows, so that nobody's own rows can be told from others'."""
        return any(isinstance(n, Opaque) and not n.keeps_rows for n in topological(self.plan.prepared))

    @property
    def of(self) -> dict[str, int]:
        """Side → how many rows it has."""
        return {side: found.rows for side, found in self.footprint.sides.items()}

    @property
    def touches_training(self) -> bool:
        return self.footprint.trains


@dataclass(frozen=True, slots=True)
class Ways:
    """What everybody's way through a run has in common.

    Attributes
    ----------
    columns : tuple of (FeatureColumn, frozenset of str)
        Every column of X, and the views that read a source it is made from.
    used : dict
        As in `Reached`.
    """

    plan: Plan
    views: dict[str, View]
    columns: tuple[tuple[FeatureColumn, frozenset[str]], ...]
    used: dict[str, dict[str, str]]


def ways_through(connection: duckdb.DuckDBPyConnection, run: Run, plan: Plan) -> Ways:
    """Return what everybody's way through a run has in common."""
    assert run.id is not None
    origins = column_lineage(*plan.views)[plan.prepared.name].origins
    columns = tuple(
        (column, frozenset(read for source in column.sources for read, _ in origins[source]))
        for column in column_map(learned.load_encoder(connection, run.id)).columns
    )
    return Ways(plan, views_of(connection, run.id), columns, used_columns(plan))


def reach(
    connection: duckdb.DuckDBPyConnection, run: Run, ways: Ways, rows: Mapping[str, Sequence[int]], ctx: Context
) -> Reached:
    """Follow a person's source rows through a run.

    Parameters
    ----------
    rows
        Source → row ids.
    """
    assert run.id is not None
    plan, views = ways.plan, ways.views
    found = footprint(connection, plan, run.id, rows, ctx)
    own = own_rows(connection, plan, views, found)
    sides = _sides(found, own[plan.prepared.name])
    return Reached(run, plan, views, found, own, sides, _cells(connection, ways, found, own), ways.used)


def own_rows(
    connection: duckdb.DuckDBPyConnection, plan: Plan, views: Mapping[str, View], found: Footprint
) -> dict[str, tuple[int, ...]]:
    """Return view → row numbers of the rows that carry one of the person's source rows, or are a group of theirs alone."""
    out: dict[str, tuple[int, ...]] = {}
    origins = occurrence_map(plan)
    carried = _carried(plan)
    for node in plan.views:
        if creates_identity(node):
            out[node.name] = tuple(found.views[node.name].numbers(DATA))
            continue
        behind_each = [
            (number, found.sources.get(behind.source, ()) if isinstance(behind := plan.view(origin), Read) else out[origin])
            for number, (origin, carries) in enumerate(zip(origins[node.name], carried[node.name], strict=True))
            if carries
        ]
        rows = found.provenance.get(node.name)
        if rows is not None:  # every own row is touched
            wanted = [(number, set(values)) for number, values in behind_each if values]
            out[node.name] = tuple(sorted(n for n, c in rows.items() if any(c[number] in values for number, values in wanted)))
            continue
        conditions, arguments = [], []
        for number, values in behind_each:
            if values:
                conditions.append(f"__p{number} IN (SELECT unnest(?::BIGINT[]))")
                arguments.append(list(values))
        if not conditions:
            out[node.name] = ()
            continue
        table = f"lester.{views[node.name].table_name}"
        sql = f"SELECT {ROW_NO} FROM {table} WHERE {' OR '.join(conditions)} ORDER BY {ROW_NO}"
        out[node.name] = tuple(n for (n,) in connection.execute(sql, arguments).fetchall())
    return out


def used_columns(plan: Plan) -> dict[str, dict[str, str]]:
    """Return source → column → ``data`` where it feeds X or the label, ``control`` where it only decides about rows."""
    lineage = column_lineage(*plan.views)[plan.prepared.name]
    feeding = {c for block in plan.encode.blocks for c in block.columns}
    data = frozenset().union(*(lineage.origins[c] for c in feeding)) | lineage.of_expression(plan.label.expr)
    control = set(lineage.control)
    for expression in plan.split.expressions:
        control |= lineage.of_expression(expression)
    out: dict[str, dict[str, str]] = {}
    for node in plan.reads:
        known = out.setdefault(node.source, {})
        for name in node.schema.names:
            if (node.name, name) in data:
                known[name] = DATA
            elif (node.name, name) in control:
                known.setdefault(name, CONTROL)
    return out


def _carried(plan: Plan) -> dict[str, tuple[bool, ...]]:
    """Return per view and occurrence whether the row is that occurrence's; what a broadcast takes from elsewhere is not."""
    out: dict[str, tuple[bool, ...]] = {}
    for node in plan.views:
        if isinstance(node, Read) or creates_identity(node):
            out[node.name] = (True,)
        elif isinstance(node, Broadcast):
            out[node.name] = out[node.parent.name] + (False,) * len(out[node.of.name])
        elif len(node.parents) > 1 and _keeps_all(node):
            out[node.name] = tuple(c for p in node.parents for c in out[p.name])
        else:
            out[node.name] = out[node.parents[0].name]
    return out


def _keeps_all(node: Node) -> bool:
    """Whether a row has the occurrences of all parents; semi joins and opaque steps that keep rows have the first parent's."""
    if isinstance(node, Join):
        return node.how not in (JoinKind.SEMI, JoinKind.ANTI)
    return isinstance(node, Concat)


def _sides(found: Footprint, own: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return the own prepared rows of every side in the script's order; each of them is touched."""
    mine = set(own)
    out = {}
    for side, rows in found.sides.items():
        touched = rows.touched
        placed = zip(touched.column("position").to_pylist(), touched.column("row_no").to_pylist(), strict=True)
        out[side] = tuple(n for _, n in sorted(placed) if n in mine)
    return out


def _cells(
    connection: duckdb.DuckDBPyConnection, ways: Ways, found: Footprint, own: Mapping[str, tuple[int, ...]]
) -> tuple[Cells, ...]:
    """Count, per column of X, the own prepared rows in which a source row of the person is behind one of its columns."""
    reads = _reads_per_row(connection, ways.plan, ways.views, found, own)
    out = []
    for column, behind in ways.columns:
        rows = [n for n in own[ways.plan.prepared.name] if not behind or behind & reads[n]]
        out.append(Cells(column, len(rows), rows[0] if rows else None))
    return tuple(out)


def _reads_per_row(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    views: Mapping[str, View],
    found: Footprint,
    own: Mapping[str, tuple[int, ...]],
) -> dict[int, set[str]]:
    """Return own prepared row → the views that read a source of which one of the person's rows is in it."""
    node = plan.prepared
    numbers = own[node.name]
    out: dict[int, set[str]] = {n: set() for n in numbers}
    if not numbers:
        return out
    origins = occurrence_map(plan)[node.name]
    few = found.provenance.get(node.name)
    rows: list[tuple[Any, ...]]
    if few is not None:
        rows = [(n, *few[n]) for n in numbers]
    else:
        carried = ", ".join(f"__p{k}" for k in range(len(origins)))
        sql = f"SELECT {ROW_NO}, {carried} FROM lester.{views[node.name].table_name}"
        rows = connection.execute(f"{sql} WHERE {ROW_NO} IN (SELECT unnest(?::BIGINT[]))", [list(numbers)]).fetchall()
    for k, origin in enumerate(origins, start=1):
        behind = plan.view(origin)
        if isinstance(behind, Read):
            values, reads = set(found.sources.get(behind.source, ())), {behind.name}
        else:
            values = set(found.views[origin].numbers())
            reads = {n.name for n in topological(behind) if isinstance(n, Read) and found.sources.get(n.source)}
        for row in rows:
            if row[k] in values:
                out[row[0]] |= reads
    return out
