"""The rules by which views follow a change: for each class of node, which rows are affected and how they are computed again.

A handler fills `FRESH` with recomputed rows, numbered as before, and returns SQL for the numbers of the rows they replace.
`HANDLERS` has one entry per class of node; to add a class, add its rule here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import Worker
from lester_gui.maintenance.numbering import place
from lester_gui.maintenance.view_change import ViewChange, identical, new_rows, old_rows
from lester_gui.runtime import udf
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, compile_node, distinct_columns, group_condition, key_condition
from lester_gui.runtime.compile_windows import partition_keys
from lester_gui.runtime.lookups import MEMBERS
from lester_gui.runtime.provenance import ELEMENTS, at_most_one_match, creates_identity, identifying, occurrences
from lester_gui.runtime.read import ReadTable
from lester_gui.store.catalogue import Snapshot
from lester_gui.store.points import few_values, rows_among, rows_at
from lester_gui.store.registered import registered

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
class ViewWork:
    """What the handlers share."""

    con: duckdb.DuckDBPyConnection
    plan: Plan
    tables: dict[str, str]
    positions: dict[str, int]
    edges: dict[str, dict[int, str]]
    lookups: dict[str, dict[str, str]]
    changes: dict[str, ViewChange]
    snapshots: Mapping[str, Snapshot]
    worker: Worker

    def old(self, node: Node) -> str:
        return old_rows(self.positions[node.name])

    def new(self, node: Node) -> str:
        return new_rows(self.positions[node.name])

    def moved(self, node: Node) -> bool:
        return not self.changes[node.name].is_empty


Affected = str | None
"""SQL of the row numbers that were computed again; None when all were."""


class Whole(Exception):
    """A handler's restriction is not sound for this change, so the view is computed as a whole. The text says why."""


# One handler per class: fill FRESH with recomputed rows and say which rows they replace


def read_rows(work: ViewWork, node: Read, change: SourceChange, table: ReadTable | None) -> Affected:
    """Fill FRESH with the corrected and new rows of a source; `table` is what its reader yields now, if it was read again."""
    touched = sorted(change.removed | change.corrected | change.added)
    _ids(work.con, AFFECTED, touched)
    comes = change.corrected | change.added
    if table is None or not comes:
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS SELECT * FROM {work.tables[node.name]} LIMIT 0")
    else:
        fill_read(work, node, table, comes)
    return rows_among(work.con, ROW_NO, work.tables[node.name], "__p0", f"SELECT id FROM {AFFECTED}")


def fill_read(work: ViewWork, node: Read, table: ReadTable, wanted: Collection[int] | None) -> None:
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
    store(work.con, data, "maintained_fresh")


def _row_wise(work: ViewWork, node: Filter | Project | Select) -> Affected:
    parent = node.parent
    compute(work, node, [work.new(parent)])
    return f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"


def _join(work: ViewWork, node: Join) -> Affected:
    if node.how in (JoinKind.RIGHT, JoinKind.OUTER):
        raise Whole("rows without a match come and go on both sides")
    left, right = work.tables[node.left.name], work.tables[node.right.name]
    condition = key_condition(node)
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_affected AS SELECT {ROW_NO} AS id FROM {work.old(node.left)} "
        f"UNION SELECT {ROW_NO} FROM {work.new(node.left)} UNION {_left_beside(work, node)}"
    )
    some_left = _numbered(work, left, f"SELECT id FROM {AFFECTED}")
    some_right = f"(SELECT r.* FROM {right} r WHERE EXISTS (SELECT 1 FROM {some_left} l WHERE {condition}))"
    if not _exist(work, some_left):
        some_right = f"(SELECT * FROM {right} WHERE FALSE)"
    compute(work, node, [some_left, some_right])
    if at_most_one_match(node):
        return f"SELECT id FROM {AFFECTED}"
    if work.changes[node.left.name].renumbered or work.changes[node.right.name].renumbered:
        raise Whole("rows before it changed places")
    view, width = work.tables[node.name], range(len(occurrences(node.left)))
    gone = f"(SELECT * FROM {work.old(node.left)} UNION ALL SELECT * FROM {some_left})"
    same_left = " AND ".join(f"v.__p{i} IS NOT DISTINCT FROM l.__p{i}" for i in identifying(node.left) if i in width)
    first = identifying(node.left)[0]
    view = _containing(work, node, first, f"SELECT __p{first} FROM {gone}")
    affected = f"SELECT v.{ROW_NO} FROM {view} v WHERE EXISTS (SELECT 1 FROM {gone} l WHERE {same_left})"
    _number_as_before(work, node, affected)
    return affected


def _left_beside(work: ViewWork, node: Join) -> str:
    """Return SQL of the numbers of left rows beside which a right row stood that left or changed, or stands one that came."""
    left, right = work.tables[node.left.name], node.right
    if not work.moved(right):
        return "SELECT 0 WHERE FALSE"
    scan = f"SELECT l.{ROW_NO} FROM {left} l WHERE EXISTS (SELECT 1 FROM "
    scan += f"(SELECT * FROM {work.old(right)} UNION ALL SELECT * FROM {work.new(right)}) r WHERE {key_condition(node)})"
    if node.take is not Take.ALL or node.how not in (JoinKind.INNER, JoinKind.LEFT, JoinKind.CROSS):
        return scan  # a right row may decide about rows that it is not in
    same = " AND ".join([f"o.{ROW_NO} = n.{ROW_NO}", *(identical(right, b, "o", "n") for _, b in node.on)])
    if _exist(work, f"(FROM {work.new(right)} n WHERE NOT EXISTS (SELECT 1 FROM {work.old(right)} o WHERE {same}))"):
        return scan  # it may stand beside rows that none stood beside before
    shift, first = len(occurrences(node.left)), identifying(right)[0]
    beside = _containing(work, node, shift + first, f"SELECT __p{first} FROM {work.old(right)}")
    if beside == work.tables[node.name]:
        return scan
    if at_most_one_match(node):
        return f"SELECT {ROW_NO} FROM {beside}"
    own = identifying(node.left)[0]
    found = few_values(work.con, f"SELECT __p{own} FROM {beside}")
    return scan if found is None else rows_at(ROW_NO, left, f"__p{own}", found)


def _containing(work: ViewWork, node: Node, occurrence: int, values: str) -> str:
    """Return SQL for FROM with those rows of a view, as it was, whose provenance has one of few values, or with all rows."""
    table = work.tables[node.name]
    found = few_values(work.con, values)
    if found is None:
        return table
    lookup = work.lookups[node.name].get(str(occurrence))
    if lookup is None:
        return f"({rows_at('*', table, f'__p{occurrence}', found)})"
    return _numbered(work, table, rows_at("row_no", lookup, "value", found))


def _numbered(work: ViewWork, table: str, numbers: str) -> str:
    """Return SQL for FROM with the rows of a view that have some numbers."""
    return f"({rows_among(work.con, '*', table, ROW_NO, numbers)})"


def _exist(work: ViewWork, rows: str) -> bool:
    return bool(work.con.execute(f"SELECT EXISTS (SELECT 1 FROM {rows} x)").fetchall()[0][0])


def _groups_left(work: ViewWork, node: Aggregate) -> tuple[str, str] | None:
    """Return SQL of the numbers of few groups that rows left, and of the rows that stay in them; None if rows came or are many.

    The edges and lookup tables show the groups as they were.
    """
    parent = node.parent
    lookup, edges = work.lookups[node.name].get(MEMBERS), work.edges[node.name].get(0)
    if not node.by or lookup is None or edges is None or _exist(work, work.new(parent)):
        return None
    gone = few_values(work.con, f"SELECT {ROW_NO} FROM {work.old(parent)}")
    if gone is None:
        return None
    groups = few_values(work.con, rows_at("row_no", edges, "parent_no", gone))
    if groups is None:
        return None
    members = few_values(work.con, rows_at("parent_no", lookup, "row_no", groups))
    if members is None:
        return None
    numbers = rows_at(ROW_NO, work.tables[node.name], ROW_NO, groups)
    return numbers, f"({rows_at('*', work.tables[parent.name], ROW_NO, set(members) - set(gone))})"


def _aggregate(work: ViewWork, node: Aggregate) -> Affected:
    parent, view = node.parent, work.tables[node.name]
    keys = ", ".join(identifier(n) for n in node.by) or "1 AS __all"
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_keys AS SELECT DISTINCT {keys} FROM "
        f"(SELECT * FROM {work.old(parent)} UNION ALL SELECT * FROM {work.new(parent)})"
    )
    members = (
        f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {group_condition(node)}))"
    )
    affected = f"SELECT p.{ROW_NO} FROM {view} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {group_condition(node)})"
    few = _groups_left(work, node)
    if few is not None:
        affected, members = few
        view = _numbered(work, view, affected)
    if node.order is GroupOrder.FIRST_SEEN and node.by and _first_moved(work, node, members):
        raise Whole("the order of groups follows their first rows, and one of these changed")
    compute(work, node, [members])
    if node.by:
        same = " AND ".join(f"f.{identifier(n)} IS NOT DISTINCT FROM v.{identifier(n)}" for n in node.by)
        number_from(work, node, f"SELECT f.{ROW_NO} AS fresh, v.{ROW_NO} AS number FROM {FRESH} f LEFT JOIN {view} v ON {same}")
    return affected


def _first_moved(work: ViewWork, node: Aggregate, members: str) -> bool:
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


def _distinct(work: ViewWork, node: Distinct) -> Affected:
    parent, view, names = node.parent, work.tables[node.name], distinct_columns(node)
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_keys AS SELECT DISTINCT {', '.join(map(identifier, names))} FROM "
        f"(SELECT * FROM {work.old(parent)} UNION ALL SELECT * FROM {work.new(parent)})"
    )
    same = " AND ".join(f"p.{identifier(n)} IS NOT DISTINCT FROM g.{identifier(n)}" for n in names)
    compute(work, node, [f"(SELECT p.* FROM {work.tables[parent.name]} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same}))"])
    return f"SELECT p.{ROW_NO} FROM {view} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {same})"


def _rearranged(work: ViewWork, node: Sort | Concat) -> Affected:
    """Rows leave without moving the others; a row that comes needs its place among all."""
    for parent in node.parents:
        if work.changes[parent.name].added or work.changes[parent.name].changed or work.changes[parent.name].renumbered:
            raise Whole("a row that comes or changes needs its place among all others")
    shift, gone = 0, []
    for parent in node.parents:
        same = " AND ".join(f"v.__p{i + shift} IS NOT DISTINCT FROM o.__p{i}" for i in identifying(parent))
        first = identifying(parent)[0]
        rows = _containing(work, node, shift + first, f"SELECT __p{first} FROM {work.old(parent)}")
        gone.append(f"SELECT v.{ROW_NO} FROM {rows} v WHERE EXISTS (SELECT 1 FROM {work.old(parent)} o WHERE {same})")
        shift += len(occurrences(parent)) if isinstance(node, Concat) else 0
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS SELECT * FROM {work.tables[node.name]} LIMIT 0")
    return " UNION ".join(gone)


def _limit(work: ViewWork, node: Limit) -> Affected:
    raise Whole("rows move up when one before them leaves")


def _broadcast(work: ViewWork, node: Broadcast) -> Affected:
    parent, left = node.parent, work.tables[node.parent.name]
    if work.moved(node.of):
        raise Whole("the row whose value every row gets may be another one")
    touched = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"
    compute(work, node, [f"(SELECT * FROM {left} WHERE {ROW_NO} IN ({touched}))", work.tables[node.of.name]])
    return touched


def _window(work: ViewWork, node: Window) -> Affected:
    """All rows of the groups that a row left, came to or changed in; rows that come out as they were are left alone."""
    parent, table = node.parent, work.tables[node.parent.name]
    keys = [f"{k} AS __k{i}" for i, k in enumerate(partition_keys(node))] or ["1 AS __all"]
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE maintained_keys AS SELECT DISTINCT {', '.join(keys)} FROM "
        f"(SELECT * FROM {work.old(parent)} UNION ALL SELECT * FROM {work.new(parent)})"
    )
    same = [f"{k} IS NOT DISTINCT FROM g.__k{i}" for i, k in enumerate(partition_keys(node, "p"))]
    members = f"(SELECT p.* FROM {table} p WHERE EXISTS (SELECT 1 FROM {KEYS} g WHERE {' AND '.join(same) or 'TRUE'}))"
    compute(work, node, [members])
    return f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {FRESH}"


def _explode(work: ViewWork, node: Explode) -> Affected:
    parent = node.parent
    compute(work, node, [work.new(parent)])
    touched = f"SELECT {ROW_NO} FROM {work.old(parent)} UNION SELECT {ROW_NO} FROM {work.new(parent)}"
    return f"SELECT {ROW_NO} FROM {work.tables[node.name]} WHERE {ROW_NO} // {ELEMENTS} IN ({touched})"


def _opaque(work: ViewWork, node: Opaque) -> Affected:
    raise Whole("nobody knows which rows the step looks at")


HANDLERS: Final[dict[type[Node], Callable[[ViewWork, Any], Affected]]] = {
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
    Window: _window,
    Explode: _explode,
    Opaque: _opaque,
    Read: read_rows,  # type: ignore[dict-item]  # called with its source's change
}


def _number_as_before(work: ViewWork, node: Node, affected: str) -> None:
    view = work.tables[node.name]
    same = " AND ".join(f"f.__p{i} IS NOT DISTINCT FROM v.__p{i}" for i in identifying(node))
    old = f"(SELECT * FROM {view} WHERE {ROW_NO} IN ({affected}))"
    number_from(work, node, f"SELECT f.{ROW_NO} AS fresh, v.{ROW_NO} AS number FROM {FRESH} f LEFT JOIN {old} v ON {same}")


def number_from(work: ViewWork, node: Node, pairs: str) -> None:
    """Give the rows of FRESH the numbers that `pairs` (fresh, number) has for them.

    Raises
    ------
    Whole
        If a row has none: it is new and needs its place among all others.
    """
    work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_pairs AS {pairs}")
    try:
        missing = work.con.execute("SELECT count(*) FROM temp.main.maintained_pairs WHERE number IS NULL").fetchall()[0][0]
        if missing:
            raise Whole("a new row needs its place among all others")
        own = f", __p0 = {'n.number' if creates_identity(node) else '__p0'}" if creates_identity(node) else ""
        work.con.execute(
            f"UPDATE {FRESH} SET {ROW_NO} = n.number{own} FROM temp.main.maintained_pairs n WHERE n.fresh = {ROW_NO}"
        )
    finally:
        work.con.execute("DROP TABLE IF EXISTS temp.main.maintained_pairs")


# SQL


def compute(work: ViewWork, node: Node, parents: list[str]) -> None:
    """Fill FRESH with what a step makes of its parents, each given by any SQL that can stand in FROM."""
    with udf.with_calls(work.con, work.plan, node, parents, work.worker.evaluate) as (sources, calls):
        compiled = compile_node(node, sources, calls)
        work.con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_fresh AS {compiled.select}")


def _ids(con: duckdb.DuckDBPyConnection, table: str, values: Collection[int]) -> None:
    store(con, pa.table({"id": pa.array(list(values), pa.int64())}), table.rpartition(".")[2])


def store(con: duckdb.DuckDBPyConnection, data: pa.Table, table: str) -> None:
    """Put rows into a temporary table."""
    with registered(con, maintained_arrow=data):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM maintained_arrow")
