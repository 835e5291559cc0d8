"""One row of a view: which source rows it came from, what it depends on, why it is there, and where it went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from lester_gui.errors import UserError
from lester_gui.ir.column_lineage import CONTROL as CONTROL_COLUMNS
from lester_gui.ir.nodes import Aggregate, Concat, Distinct, Explode, Node, Opaque, Read, Window
from lester_gui.ir.plan import Plan, topological
from lester_gui.lineage.columns import lineage_of
from lester_gui.lineage.footprint import CONTROL, DATA, KINDS, STATE, Footprint, Touched, Walk, touched_sides
from lester_gui.lineage.neighbours import behind_a_window, given_rows, parent_rows, rows_beside
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.runtime.provenance import creates_identity, occurrences
from lester_gui.store.catalogue import View


@dataclass(frozen=True, slots=True)
class SourceRows:
    """Source rows behind a row, in one way.

    Attributes
    ----------
    source, view : str
        The source, and the view that reads it.
    kind : str
        ``data``: its cells are in the row; ``state``: it is one of many behind a group's value; ``control``: it lost against
        an equal row.
    row_ids : tuple of int
        In order; all of them.
    columns : tuple of str
        The source columns that the view's columns come from.
    """

    source: str
    view: str
    kind: str
    row_ids: tuple[int, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A row that was made of several: a group, rows that are equal, or the rows that a window looked at.

    `members` is how many rows of `parent` it has.
    """

    view: str
    row_no: int
    parent: str
    members: int
    kind: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A step on the way that decides about rows: the view, its kind, the columns it looks at, the script's lines."""

    view: str
    kind: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RowLineage:
    """Where a row came from, what it depends on, and why it is there."""

    view: str
    row_no: int
    sources: tuple[SourceRows, ...]
    groups: tuple[Group, ...]
    kept_because: tuple[Condition, ...]


def came_from(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, view: str, row_no: int) -> RowLineage:
    """Return what a row of a view came from.

    Raises
    ------
    UserError
        If the view has no such row.
    """
    views = views_of(connection, run)
    start = plan.view(view)
    if not _rows(connection, views[view], [row_no], [ROW_NO]):
        raise UserError(f"{view!r} has no such row any more", hint="Load the view again.")
    found: dict[tuple[str, str], set[int]] = {}  # (read view, kind) → row ids
    groups: dict[tuple[str, int], Group] = {}
    waiting: list[tuple[Node, str, set[int]]] = [(start, DATA, {row_no})]
    done: dict[tuple[str, str], set[int]] = {}
    while waiting:
        node, kind, numbers = waiting.pop()
        numbers = numbers - done.setdefault((node.name, kind), set())
        if not numbers:
            continue
        done[node.name, kind] |= numbers
        if isinstance(node, Opaque) and not node.keeps_rows:
            for parent in node.inputs:  # nothing is known about the inside
                waiting.append((parent, STATE, _numbers(connection, views[parent.name])))
            continue
        if isinstance(node, Aggregate | Distinct | Explode):
            waiting.extend(_members(connection, views, node, kind, numbers, groups))
            continue
        if not isinstance(node, Read) and behind_a_window(node):
            waiting.extend((parent, kind, rows) for parent, rows in parent_rows(connection, views, node, numbers))
            if isinstance(node, Window):
                waiting.append((node.parent, weaker(kind), _beside(connection, views, node, kind, numbers, groups)))
            continue
        for number, origin in enumerate(occurrences(node)):
            values = {v for (v,) in _rows(connection, views[node.name], numbers, [f"__p{number}"]) if v is not None}
            if isinstance(origin_node := plan.view(origin), Read):
                found.setdefault((origin, kind), set()).update(values)
            elif values:
                waiting.append((origin_node, kind, values))
    way = _on_the_way(connection, views, start, row_no)
    conditions = tuple(c for c in kept_because(plan, view) if c.view in way)
    return RowLineage(view, row_no, _source_rows(plan, view, found), tuple(groups.values()), conditions)


def went_to(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, view: str, row_no: int) -> Footprint:
    """Return what one row of a view touched further on; views that do not come after it are left out."""
    start = plan.view(view)
    with Walk(connection, plan, run) as walk:
        after = {start.name}
        out: dict[str, Touched] = {}
        for node in plan.views:
            if node is start:
                own = f"SELECT {ROW_NO} AS row_no, 1 AS strength FROM {walk.table(node)} WHERE {ROW_NO} = {int(row_no)}"
                walk.mark(node, [own])
            elif any(p.name in after for p in node.parents):
                after.add(node.name)
                walk.follow(node, {})
                out[node.name] = Touched(node.name, walk.views[node.name].rows, walk.touched(node))
            else:
                walk.mark(node, ["SELECT CAST(0 AS BIGINT) AS row_no, 1 AS strength WHERE FALSE"])
        return Footprint(run, {}, out, touched_sides(connection, plan, walk, run))


def kept_because(plan: Plan, view: str) -> tuple[Condition, ...]:
    """Return the steps on the way to a view that look at columns to decide about rows, nearest first."""
    out = []
    for node in reversed(topological(plan.view(view))):
        looked_at = CONTROL_COLUMNS[type(node)](node)
        if looked_at and not isinstance(node, Window):  # whose columns decide about values, not about rows
            columns = tuple(dict.fromkeys(column for _, column in looked_at))
            out.append(Condition(node.name, type(node).__name__.lower(), columns, node.lines))
    return tuple(out)


def _on_the_way(connection: duckdb.DuckDBPyConnection, views: dict[str, View], start: Node, row_no: int) -> set[str]:
    """Return the views that a row came through: of rows put under each other only the part that it stood in."""
    out: set[str] = set()
    waiting: list[tuple[Node, set[int]]] = [(start, {row_no})]
    while waiting:
        node, numbers = waiting.pop()
        before = topological(node)
        if creates_identity(node) or not any(isinstance(n, Concat) for n in before):
            out |= {n.name for n in before}
            continue
        out.add(node.name)
        held = parent_rows(connection, views, node, numbers)
        waiting.extend((parent, rows) for parent, rows in held if rows)
        asked = [p for p in node.parents if p not in [parent for parent, _ in held]]  # only whether there is such a row
        out |= {n.name for parent in asked for n in topological(parent)}
    return out


def _members(
    connection: duckdb.DuckDBPyConnection,
    views: dict[str, View],
    node: Aggregate | Distinct | Explode,
    kind: str,
    numbers: set[int],
    groups: dict[tuple[str, int], Group],
) -> list[tuple[Node, str, set[int]]]:
    """Enter the groups, and return their parents' rows with the way in which they matter."""
    edge = f"lester.{views[node.name].table_name.replace('view_', 'edge_', 1)}_0"
    with given_rows(connection, numbers) as chosen:
        pairs = connection.execute(
            f"SELECT row_no, parent_no FROM {edge} WHERE row_no IN (SELECT number FROM {chosen}) ORDER BY ALL"
        ).fetchall()
    counts: dict[int, int] = {}
    for row, _ in pairs:
        counts[row] = counts.get(row, 0) + 1
    for row, members in counts.items() if not isinstance(node, Explode) else ():  # an element is no group
        own = kind if isinstance(node, Distinct) or members == 1 else weaker(kind)
        groups.setdefault((node.name, row), Group(node.name, row, node.parent.name, members, own))
    if isinstance(node, Distinct):
        return [
            (node.parent, kind, {p for row, p in pairs if p == row}),
            (node.parent, CONTROL, {p for row, p in pairs if p != row}),
        ]
    single = {p for row, p in pairs if counts[row] == 1}
    return [(node.parent, kind, single), (node.parent, weaker(kind), {p for _, p in pairs} - single)]


def weaker(kind: str) -> str:
    """Return how rows matter that were computed with a row which matters in this way."""
    return CONTROL if kind == CONTROL else STATE


def _beside(
    connection: duckdb.DuckDBPyConnection,
    views: dict[str, View],
    node: Window,
    kind: str,
    numbers: set[int],
    groups: dict[tuple[str, int], Group],
) -> set[int]:
    """Enter what rows of a window were computed with, and return these rows of its parent."""
    out: set[int] = set()
    for row, others in rows_beside(connection, views, node, numbers).items():
        groups.setdefault((node.name, row), Group(node.name, row, node.parent.name, len(others) + 1, weaker(kind)))
        out |= others
    return out


def _source_rows(plan: Plan, view: str, found: dict[tuple[str, str], set[int]]) -> tuple[SourceRows, ...]:
    origins = lineage_of(plan)[view].origins
    out = []
    for read in plan.reads:
        used = {c for columns in origins.values() for r, c in columns if r == read.name}
        columns = tuple(n for n in read.schema.names if n in used)
        stronger: set[int] = set()
        for kind in KINDS:
            ids = found.get((read.name, kind), set()) - stronger
            stronger |= ids
            if ids:
                out.append(SourceRows(read.source, read.name, kind, tuple(sorted(ids)), columns))
    return tuple(out)


def _rows(
    connection: duckdb.DuckDBPyConnection, view: View, numbers: Iterable[int], columns: list[str]
) -> list[tuple[int | None, ...]]:
    with given_rows(connection, numbers) as chosen:
        return connection.execute(
            f"SELECT {', '.join(columns)} FROM lester.{view.table_name} WHERE {ROW_NO} IN (SELECT number FROM {chosen})"
        ).fetchall()


def _numbers(connection: duckdb.DuckDBPyConnection, view: View) -> set[int]:
    return {n for (n,) in connection.execute(f"SELECT {ROW_NO} FROM lester.{view.table_name}").fetchall()}
