"""Carry a change of source rows through the views of a run.

One rule for deletion, correction and insertion: the output rows that involve an affected parent row are deleted and computed
again from the parents, restricted to the affected rows or groups, by the same compiler that made the view. Where no such
restriction is sound (a limit, a sort into which a row comes), the one view is computed again as a whole and compared; rows that
come out as they were keep their numbers. `HANDLERS` has one entry per class of node.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from lester_gui import faults
from lester_gui.ir.nodes import Aggregate, Concat, Distinct, Join, Node, Opaque, Read, Sort
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.delta_rules import (
    AFFECTED,
    FRESH,
    HANDLERS,
    KEYS,
    Affected,
    SourceChange,
    ViewWork,
    Whole,
    compute,
    fill_read,
    number_from,
    read_rows,
    store,
)
from lester_gui.maintenance.learned import Worker
from lester_gui.maintenance.numbering import place
from lester_gui.maintenance.view_change import DELTA, KEPT, RECOMPUTED, ViewChange, forget, new_rows, old_rows, settle
from lester_gui.progress import Context
from lester_gui.runtime import functions, inferred_types, materialize
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, compile_node, distinct_columns
from lester_gui.runtime.lookups import change_members, change_rows, lookups_of
from lester_gui.runtime.materialize import count_rows, data_errors, views_of
from lester_gui.runtime.provenance import at_most_one_match, creates_identity, identifying
from lester_gui.runtime.read import ReadTable, read_snapshot
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, View
from lester_gui.store.points import delete_among, rows_among

GONE: Final = "temp.main.maintained_gone"
COME: Final = "temp.main.maintained_come"


@dataclass(frozen=True, slots=True)
class Maintained:
    """The views of a run after a change, and the plan bound to the types that follow from the remaining rows."""

    plan: Plan
    changes: dict[str, ViewChange]
    retyped: tuple[str, ...]

    def close(self, con: duckdb.DuckDBPyConnection) -> None:
        """Drop the temporary tables with the rows before and after."""
        forget(con, len(self.plan.views))


def maintain_views(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    sources: Mapping[str, SourceChange],
    snapshots: Mapping[str, Snapshot],
    worker: Worker,
    ctx: Context,
) -> Maintained:
    """Bring the views of a run up to date, within the caller's transaction.

    Parameters
    ----------
    plan : Plan
        The run's plan, bound to the types it had.
    sources : mapping
        Source name → its change.
    snapshots : mapping
        Source name → the snapshot, already changed.

    Returns
    -------
    Maintained
        Its temporary tables hold every view's affected rows until `close`.

    Raises
    ------
    UserError
        If a step meets a value for which the script would stop.
    """
    functions.register(con)
    views = views_of(con, run)
    reads = _read_again(con, plan, views, sources, snapshots)
    bound = plan.rebind({name: table.schema for name, table in reads.items()})
    before = {n.name: [f.type for f in n.schema] for n in plan.views}
    retyped = _with_descendants(bound, {n.name for n in bound.views if [f.type for f in n.schema] != before[n.name]})
    work = ViewWork(
        con,
        bound,
        {name: f"lester.{v.table_name}" for name, v in views.items()},
        {name: v.position for name, v in views.items()},
        {name: {int(k): f"lester.{t}" for k, t in json.loads(v.edges_json).items()} for name, v in views.items()},
        {name: lookups_of(v) for name, v in views.items()},
        {},
        snapshots,
        worker,
    )
    for node in bound.views:
        ctx.advance(f"Maintaining {node.name}")
        with data_errors(node):
            work.changes[node.name] = _maintain(work, node, sources, reads, retyped)
        _enter(con, node, views[node.name])
        faults.point("apply.view")
    return Maintained(bound, work.changes, tuple(n.name for n in bound.views if n.name in retyped))


def _read_again(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    views: Mapping[str, View],
    sources: Mapping[str, SourceChange],
    snapshots: Mapping[str, Snapshot],
) -> dict[str, ReadTable]:
    """Read again the sources whose rows changed, if need be: where types may follow from the rows that left, and for new text."""
    out = {}
    for read in plan.reads:
        change = sources.get(read.source)
        if change is None or change.is_empty:
            continue
        table, comes = views[read.name].table_name, bool(change.corrected or change.added)
        if comes or (read.reader.infers and not inferred_types.stay(con, read, table, change.removed)):
            out[read.name] = read_snapshot(con, read, snapshots[read.source])
            inferred_types.remember(con, read, out[read.name].columns, table)
    return out


def _with_descendants(plan: Plan, names: Collection[str]) -> set[str]:
    out = set(names)
    for node in plan.views:
        if any(p.name in out for p in node.parents):
            out.add(node.name)
    return out


def _maintain(
    work: ViewWork, node: Node, sources: Mapping[str, SourceChange], reads: Mapping[str, ReadTable], retyped: Collection[str]
) -> ViewChange:
    done = _changed(work, node, sources, reads, retyped)
    for table in (FRESH, AFFECTED, KEYS):  # where a step stops, its transaction can do nothing more and takes them along
        work.con.execute(f"DROP TABLE IF EXISTS {table}")
    return done


def _changed(
    work: ViewWork, node: Node, sources: Mapping[str, SourceChange], reads: Mapping[str, ReadTable], retyped: Collection[str]
) -> ViewChange:
    kind = type(node).__name__.lower()
    position = work.positions[node.name]
    try:
        if node.name in retyped:
            return _retype(work, node, reads.get(node.name))
        if isinstance(node, Read):
            change = sources.get(node.source, SourceChange())
            if change.is_empty:
                return _kept(work, node)
            affected: Affected = read_rows(work, node, change, reads.get(node.name))
        elif not any(work.moved(p) for p in node.parents):
            return _kept(work, node)
        else:
            affected = HANDLERS[type(node)](work, node)
        done = settle(work.con, node, position, work.tables[node.name], FRESH, affected)
        change_rows(work.con, work.lookups[node.name], work.old(node), work.new(node))
        _maintain_edges(work, node, whole=False)
        return ViewChange(node.name, kind, DELTA, *done, rows=_rows(work, node))
    except Whole as reason:
        return _recompute(work, node, str(reason))


def _kept(work: ViewWork, node: Node) -> ViewChange:
    position, table = work.positions[node.name], work.tables[node.name]
    for side in ("old", "new"):
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_{side}_{position} AS SELECT * FROM {table} LIMIT 0")
    return ViewChange(node.name, type(node).__name__.lower(), KEPT, rows=_rows(work, node))


def _rows(work: ViewWork, node: Node) -> int:
    return count_rows(work.con, work.tables[node.name].removeprefix("lester."))


def _enter(con: duckdb.DuckDBPyConnection, node: Node, view: View) -> None:
    columns = json.dumps([[f.name, str(f.type), f.nullable] for f in node.schema])
    changes: dict[str, object] = {"rows": count_rows(con, view.table_name), "columns_json": columns}
    catalogue.update(con, View, changes, run=view.run, name=view.name)


# Recomputing one view as a whole


def _recompute(work: ViewWork, node: Node, why: str) -> ViewChange:
    renumbered = _compute_whole(work, node)
    done = settle(work.con, node, work.positions[node.name], work.tables[node.name], FRESH, None)
    change_rows(work.con, work.lookups[node.name], work.old(node), work.new(node))
    _maintain_edges(work, node, whole=True)
    kind = type(node).__name__.lower()
    return ViewChange(node.name, kind, RECOMPUTED, *done, rows=_rows(work, node), why=why, renumbered=renumbered)


def _retype(work: ViewWork, node: Node, table: ReadTable | None) -> ViewChange:
    """Make a view again whose columns have other types on the remaining rows; all its rows count as changed."""
    position, view = work.positions[node.name], work.tables[node.name]
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_old_{position} AS SELECT * FROM {view}")
    renumbered = False
    if isinstance(node, Read):
        assert table is not None  # only a reading can have changed its types
        work.con.execute("CREATE OR REPLACE TEMP TABLE maintained_affected (id BIGINT)")
        fill_read(work, node, table, None)
    else:
        renumbered = _compute_whole(work, node)
    work.con.execute(f"DROP TABLE {view}")
    work.con.execute(f"CREATE TABLE {view} AS SELECT * FROM {FRESH} ORDER BY {ROW_NO}")
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_new_{position} AS SELECT * FROM {FRESH}")
    change_rows(work.con, work.lookups[node.name], work.old(node), work.new(node))
    _maintain_edges(work, node, whole=True)
    old, new = (
        {n for (n,) in work.con.execute(f"SELECT {ROW_NO} FROM {rows}").fetchall()}
        for rows in (old_rows(position), new_rows(position))
    )
    kind, changed = type(node).__name__.lower(), len(old & new)
    return ViewChange(
        node.name,
        kind,
        RECOMPUTED,
        len(old - new),
        len(new - old),
        changed,
        changed * len(node.schema),
        len(new),
        "the types of its columns follow from the remaining rows and are others now",
        renumbered,
    )


def _compute_whole(work: ViewWork, node: Node) -> bool:
    """Fill FRESH with all rows of a view under their old numbers; say whether a row that stays got another one."""
    parents = [work.tables[p.name] for p in node.parents]
    if isinstance(node, Opaque):
        store(
            work.con, materialize.opaque_rows(work.con, node, parents, work.snapshots, work.worker.run_opaque), "maintained_fresh"
        )
    else:
        compute(work, node, parents)
    fresh, view = FRESH, work.tables[node.name]
    if isinstance(node, Aggregate):
        same = _same(node.by) or "TRUE"
    elif isinstance(node, Opaque) and creates_identity(node):  # equal rows are told apart by their order
        columns = ", ".join(identifier(n) for n in node.schema.names)
        fresh, view = (
            f"(SELECT *, row_number() OVER (PARTITION BY {columns} ORDER BY {ROW_NO}) AS __nth FROM {t})" for t in (fresh, view)
        )
        same = f"{_same(node.schema.names)} AND f.__nth = v.__nth"
    elif isinstance(node, Concat | Sort) or (isinstance(node, Join) and not at_most_one_match(node)):
        same = " AND ".join(f"f.__p{i} IS NOT DISTINCT FROM v.__p{i}" for i in identifying(node))
    else:
        return False  # the numbers are the parent's
    if isinstance(node, Aggregate) and _key_types_changed(work, node):
        return True
    pairs = work.con.execute(
        f"SELECT f.{ROW_NO}, v.{ROW_NO} FROM {fresh} f LEFT JOIN {view} v ON {same} ORDER BY f.{ROW_NO}"
    ).fetchall()
    numbers = [old for _, old in pairs]
    placed = place(numbers)
    data = pa.table({"fresh": pa.array([n for n, _ in pairs], pa.int64()), "number": pa.array(placed, pa.int64())})
    store(work.con, data, "maintained_numbers")
    number_from(work, node, "SELECT fresh, number FROM temp.main.maintained_numbers")
    work.con.execute("DROP TABLE temp.main.maintained_numbers")
    return any(old is not None and old != new for old, new in zip(numbers, placed, strict=True))


def _same(names: Iterable[str]) -> str:
    return " AND ".join(f"f.{identifier(n)} IS NOT DISTINCT FROM v.{identifier(n)}" for n in names)


def _key_types_changed(work: ViewWork, node: Aggregate) -> bool:
    """Whether the group keys have another type than in the view as it stands, so that groups cannot be matched."""
    kinds = [
        {d[0]: str(d[1]) for d in work.con.execute(f"SELECT * FROM {table} LIMIT 0").description or ()}
        for table in (FRESH, work.tables[node.name])
    ]
    return any(kinds[0][n] != kinds[1][n] for n in node.by)


# Edges


def _maintain_edges(work: ViewWork, node: Node, whole: bool) -> None:
    """Bring the edge tables of a view that creates row identity up to date."""
    for number, edges in work.edges[node.name].items():
        parent, lookups = node.parents[number], work.lookups[node.name]
        moved = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"
        if whole:
            source = work.tables[parent.name]
        elif isinstance(node, Distinct):
            names = distinct_columns(node)
            same = " AND ".join(f"p.{identifier(n)} IS NOT DISTINCT FROM g.{identifier(n)}" for n in names)
            source = f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same}))"
            moved = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT p.{ROW_NO} FROM {source} p"
        else:
            source = work.new(parent)
        edge_sql = compile_node(node, [source]).edges[number](work.tables[node.name])
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_come AS {edge_sql}")
        if whole:
            work.con.execute(f"DELETE FROM {edges}")
            change_members(work.con, lookups, None, COME)
        else:
            rows = rows_among(work.con, "*", edges, "parent_no", moved)
            work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_gone AS {rows}")
            delete_among(work.con, edges, "parent_no", moved)
            change_members(work.con, lookups, GONE, COME)
            work.con.execute(f"DROP TABLE {GONE}")
        work.con.execute(f"INSERT INTO {edges} SELECT * FROM {COME} ORDER BY parent_no")
        work.con.execute(f"DROP TABLE {COME}")
