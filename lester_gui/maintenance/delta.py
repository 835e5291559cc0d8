"""Carry a change of source rows through the views of a run.

One rule for deletion, correction and insertion: the output rows that involve an affected parent row are deleted and computed
again from the parents, restricted to the affected rows or groups, by the same compiler that made the view. Where no such
restriction is sound (a limit, a sort into which a row comes), the one view is computed again as a whole and compared; rows that
come out as they were keep their numbers. `HANDLERS` has one entry per class of node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from lester_gui import faults
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
)
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import Worker
from lester_gui.maintenance.numbering import place
from lester_gui.maintenance.view_change import DELTA, KEPT, RECOMPUTED, ViewChange, forget, new_rows, old_rows, settle
from lester_gui.progress import Context
from lester_gui.runtime import functions, materialize, udf
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, compile_node, distinct_columns, group_condition, key_condition
from lester_gui.runtime.materialize import count_rows, data_errors, views_of
from lester_gui.runtime.provenance import at_most_one_match, creates_identity, identifying, occurrences
from lester_gui.runtime.read import ReadTable, read_snapshot
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, View

FRESH: Final = "temp.main.maintained_fresh"
AFFECTED: Final = "temp.main.maintained_affected"
KEYS: Final = "temp.main.maintained_keys"


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What happened to the rows of a source, whose snapshot shows it already."""

    removed: frozenset[int] = frozenset()
    corrected: frozenset[int] = frozenset()
    added: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.removed or self.corrected or self.added)


@dataclass(frozen=True, slots=True)
class Maintained:
    """The views of a run after a change, and the plan bound to the types that follow from the remaining rows."""

    plan: Plan
    changes: dict[str, ViewChange]
    retyped: tuple[str, ...]

    def close(self, con: duckdb.DuckDBPyConnection) -> None:
        """Drop the temporary tables with the rows before and after."""
        forget(con, len(self.plan.views))


@dataclass(frozen=True, slots=True)
class _Work:
    """What the handlers share."""

    con: duckdb.DuckDBPyConnection
    plan: Plan
    tables: dict[str, str]
    positions: dict[str, int]
    edges: dict[str, dict[int, str]]
    changes: dict[str, ViewChange]
    worker: Worker

    def old(self, node: Node) -> str:
        return old_rows(self.positions[node.name])

    def new(self, node: Node) -> str:
        return new_rows(self.positions[node.name])

    def moved(self, node: Node) -> bool:
        return not self.changes[node.name].is_empty


Affected = str | None
"""SQL of the row numbers that were computed again; None when all were."""


class _Whole(Exception):
    """A handler's restriction is not sound for this change, so the view is computed as a whole. The text says why."""


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
    reads = _read_again(con, plan, sources, snapshots)
    bound = plan.rebind({name: table.schema for name, table in reads.items()})
    views = views_of(con, run)
    before = {n.name: [f.type for f in n.schema] for n in plan.views}
    retyped = _with_descendants(bound, {n.name for n in bound.views if [f.type for f in n.schema] != before[n.name]})
    work = _Work(
        con,
        bound,
        {name: f"lester.{v.table_name}" for name, v in views.items()},
        {name: v.position for name, v in views.items()},
        {name: {int(k): f"lester.{t}" for k, t in json.loads(v.edges_json).items()} for name, v in views.items()},
        {},
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
    con: duckdb.DuckDBPyConnection, plan: Plan, sources: Mapping[str, SourceChange], snapshots: Mapping[str, Snapshot]
) -> dict[str, ReadTable]:
    """Read again the sources whose rows changed: pandas infers types from all rows, and new text needs a reader in any case."""
    out = {}
    for read in plan.reads:
        change = sources.get(read.source)
        if change is None or change.is_empty:
            continue
        if read.reader is Reader.PANDAS_CSV or change.corrected or change.added:
            out[read.name] = read_snapshot(con, read, snapshots[read.source])
    return out


def _with_descendants(plan: Plan, names: Collection[str]) -> set[str]:
    out = set(names)
    for node in plan.views:
        if any(p.name in out for p in node.parents):
            out.add(node.name)
    return out


def _maintain(
    work: _Work, node: Node, sources: Mapping[str, SourceChange], reads: Mapping[str, ReadTable], retyped: Collection[str]
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
            affected: Affected = _read(work, node, change, reads.get(node.name))
        elif not any(work.moved(p) for p in node.parents):
            return _kept(work, node)
        else:
            affected = HANDLERS[type(node)](work, node)
        done = settle(work.con, node, position, work.tables[node.name], FRESH, affected)
        _maintain_edges(work, node, whole=False)
        return ViewChange(node.name, kind, DELTA, *done, rows=_rows(work, node))
    except _Whole as reason:
        return _recompute(work, node, str(reason))
    finally:
        for table in (FRESH, AFFECTED, KEYS):
            work.con.execute(f"DROP TABLE IF EXISTS {table}")


def _kept(work: _Work, node: Node) -> ViewChange:
    position, table = work.positions[node.name], work.tables[node.name]
    for side in ("old", "new"):
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_{side}_{position} AS SELECT * FROM {table} LIMIT 0")
    return ViewChange(node.name, type(node).__name__.lower(), KEPT, rows=_rows(work, node))


def _rows(work: _Work, node: Node) -> int:
    return count_rows(work.con, work.tables[node.name].removeprefix("lester."))


def _enter(con: duckdb.DuckDBPyConnection, node: Node, view: View) -> None:
    columns = json.dumps([[f.name, str(f.type), f.nullable] for f in node.schema])
    changes: dict[str, object] = {"rows": count_rows(con, view.table_name), "columns_json": columns}
    catalogue.update(con, View, changes, run=view.run, name=view.name)


# One handler per class: fill FRESH with recomputed rows and say which rows they replace


def _read(work: _Work, node: Read, change: SourceChange, table: ReadTable | None) -> Affected:
    touched = sorted(change.removed | change.corrected | change.added)
    _ids(work.con, AFFECTED, touched)
    if table is None:
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS SELECT * FROM {work.tables[node.name]} LIMIT 0")
    else:
        keep = change.corrected | change.added
        _fill_read(work, node, table, keep)
    return f"SELECT {ROW_NO} FROM {work.tables[node.name]} WHERE __p0 IN (SELECT id FROM {AFFECTED})"


def _fill_read(work: _Work, node: Read, table: ReadTable, wanted: Collection[int] | None) -> None:
    """Put rows of a source into FRESH under their old numbers; new rows get numbers between their neighbours."""
    known = dict(work.con.execute(f"SELECT __p0, {ROW_NO} FROM {work.tables[node.name]}").fetchall())
    numbers = [known.get(row_id) for row_id in table.row_ids]
    placed = [int(n) for n in numbers if n is not None] if None not in numbers else place(numbers)
    if any(n is not None and n != p for n, p in zip(numbers, placed, strict=True)):
        wanted = None  # a gap was used up: every row has another number
        work.con.execute(f"INSERT INTO {AFFECTED} SELECT __p0 FROM {work.tables[node.name]}")
    chosen = [i for i, row_id in enumerate(table.row_ids) if wanted is None or row_id in wanted]
    data = table.columns.select(list(node.schema.names)).take(pa.array(chosen, pa.int64()))
    data = data.append_column(ROW_NO, pa.array([placed[i] for i in chosen], pa.int64()))
    data = data.append_column("__p0", pa.array([table.row_ids[i] for i in chosen], pa.int64()))
    _store(work.con, data, "maintained_fresh")


def _row_wise(work: _Work, node: Filter | Project | Select) -> Affected:
    parent = node.parent
    _compute(work, node, [work.new(parent)])
    return f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"


def _join(work: _Work, node: Join) -> Affected:
    if node.how in (JoinKind.RIGHT, JoinKind.OUTER):
        raise _Whole("rows without a match come and go on both sides")
    left, right = work.tables[node.left.name], work.tables[node.right.name]
    condition = key_condition(node)
    changed_right = f"(SELECT * FROM {work.old(node.right)} UNION ALL SELECT * FROM {work.new(node.right)})"
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_affected AS SELECT {ROW_NO} AS id FROM {work.old(node.left)} "
        f"UNION SELECT {ROW_NO} FROM {work.new(node.left)} "
        f"UNION SELECT l.{ROW_NO} FROM {left} l WHERE EXISTS (SELECT 1 FROM {changed_right} r WHERE {condition})"
    )
    some_left = f"(SELECT * FROM {left} WHERE {ROW_NO} IN (SELECT id FROM {AFFECTED}))"
    some_right = f"(SELECT r.* FROM {right} r WHERE EXISTS (SELECT 1 FROM {some_left} l WHERE {condition}))"
    _compute(work, node, [some_left, some_right])
    if at_most_one_match(node):
        return f"SELECT id FROM {AFFECTED}"
    if work.changes[node.left.name].renumbered or work.changes[node.right.name].renumbered:
        raise _Whole("rows before it changed places")
    view, width = work.tables[node.name], range(len(occurrences(node.left)))
    gone = f"(SELECT * FROM {work.old(node.left)} UNION ALL SELECT * FROM {some_left})"
    same_left = " AND ".join(f"v.__p{i} IS NOT DISTINCT FROM l.__p{i}" for i in identifying(node.left) if i in width)
    affected = f"SELECT v.{ROW_NO} FROM {view} v WHERE EXISTS (SELECT 1 FROM {gone} l WHERE {same_left})"
    _number_as_before(work, node, affected)
    return affected


def _aggregate(work: _Work, node: Aggregate) -> Affected:
    parent, view = node.parent, work.tables[node.name]
    keys = ", ".join(identifier(n) for n in node.by) or "1 AS __all"
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_keys AS SELECT DISTINCT {keys} FROM "
        f"(SELECT * FROM {work.old(parent)} UNION ALL SELECT * FROM {work.new(parent)})"
    )
    members = (
        f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {group_condition(node)}))"
    )
    if node.order is GroupOrder.FIRST_SEEN and node.by and _first_moved(work, node, members):
        raise _Whole("the order of groups follows their first rows, and one of these changed")
    _compute(work, node, [members])
    affected = f"SELECT p.{ROW_NO} FROM {view} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {group_condition(node)})"
    if node.by:
        same = " AND ".join(f"f.{identifier(n)} IS NOT DISTINCT FROM v.{identifier(n)}" for n in node.by)
        _number_from(work, node, f"SELECT f.{ROW_NO} AS fresh, v.{ROW_NO} AS number FROM {FRESH} f LEFT JOIN {view} v ON {same}")
    return affected


def _first_moved(work: _Work, node: Aggregate, members: str) -> bool:
    """Whether the first row of a group that stays is another one than before."""
    keys = ", ".join(identifier(n) for n in node.by)
    parent = node.parent
    before = (
        f"(SELECT * FROM {members} WHERE {ROW_NO} NOT IN (SELECT {ROW_NO} FROM {work.new(parent)}) "
        f"UNION ALL SELECT * FROM {work.old(parent)})"
    )
    firsts = [f"(SELECT {keys}, min({ROW_NO}) AS first FROM {rows} GROUP BY {keys})" for rows in (members, before)]
    same = " AND ".join(f"a.{identifier(n)} IS NOT DISTINCT FROM b.{identifier(n)}" for n in node.by)
    row = work.con.execute(f"SELECT count(*) FROM {firsts[0]} a JOIN {firsts[1]} b ON {same} WHERE a.first <> b.first").fetchall()
    return bool(row[0][0])


def _distinct(work: _Work, node: Distinct) -> Affected:
    parent, view, names = node.parent, work.tables[node.name], distinct_columns(node)
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_keys AS SELECT DISTINCT {', '.join(map(identifier, names))} FROM "
        f"(SELECT * FROM {work.old(parent)} UNION ALL SELECT * FROM {work.new(parent)})"
    )
    same = " AND ".join(f"p.{identifier(n)} IS NOT DISTINCT FROM g.{identifier(n)}" for n in names)
    _compute(work, node, [f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same}))"])
    return f"SELECT p.{ROW_NO} FROM {view} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same})"


def _rearranged(work: _Work, node: Sort | Concat) -> Affected:
    """Rows leave without moving the others; a row that comes needs its place among all."""
    for parent in node.parents:
        if work.changes[parent.name].added or work.changes[parent.name].changed or work.changes[parent.name].renumbered:
            raise _Whole("a row that comes or changes needs its place among all others")
    view, shift, tests = work.tables[node.name], 0, []
    for parent in node.parents:
        same = " AND ".join(f"v.__p{i + shift} IS NOT DISTINCT FROM o.__p{i}" for i in identifying(parent))
        tests.append(f"EXISTS (SELECT 1 FROM {work.old(parent)} o WHERE {same})")
        shift += len(occurrences(parent)) if isinstance(node, Concat) else 0
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS SELECT * FROM {view} LIMIT 0")
    return f"SELECT v.{ROW_NO} FROM {view} v WHERE {' OR '.join(tests)}"


def _limit(work: _Work, node: Limit) -> Affected:
    raise _Whole("rows move up when one before them leaves")


def _broadcast(work: _Work, node: Broadcast) -> Affected:
    parent, left = node.parent, work.tables[node.parent.name]
    if work.moved(node.of):
        raise _Whole("the row whose value every row gets may be another one")
    touched = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"
    _compute(work, node, [f"(SELECT * FROM {left} WHERE {ROW_NO} IN ({touched}))", work.tables[node.of.name]])
    return touched


def _opaque(work: _Work, node: Opaque) -> Affected:
    raise _Whole("nobody knows which rows the step looks at")


HANDLERS: Final[dict[type[Node], Callable[[_Work, Any], Affected]]] = {
    Filter: _row_wise,
    Project: _row_wise,
    Select: _row_wise,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _rearranged,
    Sort: _rearranged,
    Limit: _limit,
    Broadcast: _broadcast,
    Opaque: _opaque,
    Read: _read,  # type: ignore[dict-item]  # called with its source's change
}


# Recomputing one view as a whole


def _recompute(work: _Work, node: Node, why: str) -> ViewChange:
    renumbered = _compute_whole(work, node)
    done = settle(work.con, node, work.positions[node.name], work.tables[node.name], FRESH, None)
    _maintain_edges(work, node, whole=True)
    kind = type(node).__name__.lower()
    return ViewChange(node.name, kind, RECOMPUTED, *done, rows=_rows(work, node), why=why, renumbered=renumbered)


def _retype(work: _Work, node: Node, table: ReadTable | None) -> ViewChange:
    """Make a view again whose columns have other types on the remaining rows; all its rows count as changed."""
    position, view = work.positions[node.name], work.tables[node.name]
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_old_{position} AS SELECT * FROM {view}")
    renumbered = False
    if isinstance(node, Read):
        assert table is not None  # only a reading can have changed its types
        work.con.execute("CREATE OR REPLACE TEMP TABLE maintained_affected (id BIGINT)")
        _fill_read(work, node, table, None)
    else:
        renumbered = _compute_whole(work, node)
    work.con.execute(f"DROP TABLE {view}")
    work.con.execute(f"CREATE TABLE {view} AS SELECT * FROM {FRESH} ORDER BY {ROW_NO}")
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_new_{position} AS SELECT * FROM {FRESH}")
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


def _compute_whole(work: _Work, node: Node) -> bool:
    """Fill FRESH with all rows of a view under their old numbers; say whether a row that stays got another one."""
    parents = [work.tables[p.name] for p in node.parents]
    if isinstance(node, Opaque):
        _store(work.con, materialize.opaque_rows(work.con, node, parents, work.worker.run_opaque), "maintained_fresh")
    else:
        _compute(work, node, parents)
    view = work.tables[node.name]
    if isinstance(node, Aggregate):
        same = " AND ".join(f"f.{identifier(n)} IS NOT DISTINCT FROM v.{identifier(n)}" for n in node.by) or "TRUE"
    elif isinstance(node, Concat | Sort) or (isinstance(node, Join) and not at_most_one_match(node)):
        same = " AND ".join(f"f.__p{i} IS NOT DISTINCT FROM v.__p{i}" for i in identifying(node))
    else:
        return False  # the numbers are the parent's, or rows have no identity that could be kept
    if isinstance(node, Aggregate) and _key_types_changed(work, node):
        return True
    pairs = work.con.execute(
        f"SELECT f.{ROW_NO}, v.{ROW_NO} FROM {FRESH} f LEFT JOIN {view} v ON {same} ORDER BY f.{ROW_NO}"
    ).fetchall()
    numbers = [old for _, old in pairs]
    placed = place(numbers)
    data = pa.table({"fresh": pa.array([n for n, _ in pairs], pa.int64()), "number": pa.array(placed, pa.int64())})
    _store(work.con, data, "maintained_numbers")
    _number_from(work, node, "SELECT fresh, number FROM temp.main.maintained_numbers")
    work.con.execute("DROP TABLE temp.main.maintained_numbers")
    return any(old is not None and old != new for old, new in zip(numbers, placed, strict=True))


def _key_types_changed(work: _Work, node: Aggregate) -> bool:
    """Whether the group keys have another type than in the view as it stands, so that groups cannot be matched."""
    kinds = [
        {d[0]: str(d[1]) for d in work.con.execute(f"SELECT * FROM {table} LIMIT 0").description or ()}
        for table in (FRESH, work.tables[node.name])
    ]
    return any(kinds[0][n] != kinds[1][n] for n in node.by)


def _number_as_before(work: _Work, node: Node, affected: str) -> None:
    view = work.tables[node.name]
    same = " AND ".join(f"f.__p{i} IS NOT DISTINCT FROM v.__p{i}" for i in identifying(node))
    old = f"(SELECT * FROM {view} WHERE {ROW_NO} IN ({affected}))"
    _number_from(work, node, f"SELECT f.{ROW_NO} AS fresh, v.{ROW_NO} AS number FROM {FRESH} f LEFT JOIN {old} v ON {same}")


def _number_from(work: _Work, node: Node, pairs: str) -> None:
    """Give the rows of FRESH the numbers that `pairs` (fresh, number) has for them.

    Raises
    ------
    _Whole
        If a row has none: it is new and needs its place among all others.
    """
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_pairs AS {pairs}")
    try:
        missing = work.con.execute("SELECT count(*) FROM temp.main.maintained_pairs WHERE number IS NULL").fetchall()[0][0]
        if missing:
            raise _Whole("a new row needs its place among all others")
        own = f", __p0 = {'n.number' if creates_identity(node) else '__p0'}" if creates_identity(node) else ""
        work.con.execute(
            f"UPDATE {FRESH} SET {ROW_NO} = n.number{own} FROM temp.main.maintained_pairs n WHERE n.fresh = {ROW_NO}"
        )
    finally:
        work.con.execute("DROP TABLE IF EXISTS temp.main.maintained_pairs")


# Edges


def _maintain_edges(work: _Work, node: Node, whole: bool) -> None:
    """Bring the edge tables of a view that creates row identity up to date."""
    for number, edges in work.edges[node.name].items():
        parent = node.parents[number]
        if whole:
            work.con.execute(f"DELETE FROM {edges}")
            source = work.tables[parent.name]
        elif isinstance(node, Distinct):
            names = distinct_columns(node)
            same = " AND ".join(f"p.{identifier(n)} IS NOT DISTINCT FROM g.{identifier(n)}" for n in names)
            source = f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same}))"
            gone = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT p.{ROW_NO} FROM {source} p"
            work.con.execute(f"DELETE FROM {edges} WHERE parent_no IN ({gone})")
        else:
            source = work.new(parent)
            gone = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"
            work.con.execute(f"DELETE FROM {edges} WHERE parent_no IN ({gone})")
        edge_sql = compile_node(node, [source]).edges[number](work.tables[node.name])
        work.con.execute(f"INSERT INTO {edges} {edge_sql}")


# SQL


def _compute(work: _Work, node: Node, parents: list[str]) -> None:
    with udf.with_calls(work.con, work.plan, node, parents, work.worker.evaluate) as (sources, calls):
        compiled = compile_node(node, sources, calls)
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS {compiled.select}")


def _ids(con: duckdb.DuckDBPyConnection, table: str, values: Collection[int]) -> None:
    _store(con, pa.table({"id": pa.array(list(values), pa.int64())}), table.rpartition(".")[2])


def _store(con: duckdb.DuckDBPyConnection, data: pa.Table, table: str) -> None:
    con.register("maintained_arrow", data)
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM maintained_arrow")
    finally:
        con.unregister("maintained_arrow")
