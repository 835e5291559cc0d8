"""Follow a person's source rows through the views of a run, row by row, forward.

A row is touched in one of three ways, the strongest counts:

- ``data``: one of the person's source rows is in it; its cells, or some of them, came from there;
- ``state``: it holds or was computed with something that the person and others made together, such as a group's mean; a group
  that consists of the person's rows alone is data;
- ``control``: no cell came from the person, but they decided that the row is there, or which other row it was joined with.

Only the person's walk is expanded: few touched rows are looked up one by one (`few_rows`), more of them are joined once with each
view. Everything that erasing the rows changes is touched or promoted (`promotion`); the converse does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.ir.learning import TRAIN
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
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
from lester_gui.lineage import few_rows
from lester_gui.lineage.arrivals import candidates, order_is_unstable, turning_sides, unstable_columns, upset_rows
from lester_gui.lineage.few_rows import OWN, Carried, Rows, Touch, Touches
from lester_gui.progress import Context, silent
from lester_gui.runtime.compile_sql import ROW_NO, key_condition
from lester_gui.runtime.compile_windows import has_partition, partition_keys, placed_rows
from lester_gui.runtime.materialize import views_of
from lester_gui.runtime.provenance import at_most_one_match, identifying, occurrences
from lester_gui.runtime.split import split_table
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Run, View
from lester_gui.store.points import FEW, rows_at
from lester_gui.store.registered import registered

DATA: Final = "data"
STATE: Final = "state"
CONTROL: Final = "control"
KINDS: Final = (DATA, STATE, CONTROL)
_STRENGTH: Final = {kind: number for number, kind in enumerate(KINDS, start=1)}


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows that a person touched.

    Attributes
    ----------
    view : str
        The view's name, or ``train`` or ``test`` for the prepared rows of one side.
    rows : int
        How many rows there are.
    touched : pyarrow.Table
        ``row_no`` and ``kind`` of the touched ones, in order; of one side also ``position``, by which the script orders them.
    """

    view: str
    rows: int
    touched: pa.Table

    def count(self, kind: str | None = None) -> int:
        """Return how many rows are touched, in one way or in any."""
        return self.touched.num_rows if kind is None else len(self.numbers(kind))

    def numbers(self, kind: str | None = None) -> list[int]:
        """Return the row numbers that are touched, in one way or in any."""
        found = self.touched if kind is None else self.touched.filter(pc.equal(self.touched.column("kind"), kind))
        out: list[int] = found.column("row_no").to_pylist()
        return out


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a person touched in one run.

    Attributes
    ----------
    sources : dict
        Source → the person's row ids that the run read.
    views : dict
        View → its touched rows, in plan order.
    sides : dict
        Side (`Split.sides`) → its touched prepared rows; row numbers are those of the prepared view.
    provenance : dict
        View → touched row → its provenance, for the views of which few rows are touched.
    """

    run: int
    sources: dict[str, tuple[int, ...]]
    views: dict[str, Touched]
    sides: dict[str, Touched]
    provenance: dict[str, dict[int, Carried]] = field(default_factory=dict, repr=False)

    @property
    def is_empty(self) -> bool:
        return not any(self.sources.values())

    @property
    def trains(self) -> bool:
        """Whether any training row is touched."""
        return bool(self.sides[TRAIN].count())


def footprint(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    rows: Mapping[str, Sequence[int]],
    ctx: Context | None = None,
) -> Footprint:
    """Return what source rows touched in a run.

    Parameters
    ----------
    connection
        Any connection; only temporary tables are written.
    plan
        The run's bound plan.
    rows
        Source → row ids, as `store.subjects.search` gives them.
    """
    ctx = ctx or silent()
    with Walk(connection, plan, run) as walk:
        views: dict[str, Touched] = {}
        for node in plan.views:
            ctx.check_cancelled()
            walk.follow(node, rows)
            views[node.name] = Touched(node.name, walk.views[node.name].rows, walk.touched(node))
        sources = {r.source: walk.present(r, rows[r.source]) for r in plan.reads if rows.get(r.source)}
        return Footprint(run, sources, views, touched_sides(connection, plan, walk, run), walk.provenance())


class Walk:
    """The touched rows of each view so far: few in memory, many in temporary tables. Use as a context manager.

    Attributes
    ----------
    rows : Rows
        Looks rows up.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, run: int) -> None:
        self.connection = connection
        self.plan = plan
        self.views: dict[str, View] = views_of(connection, run)
        self.unstable = unstable_columns(plan)
        self.rows = Rows(connection, plan, self.views)
        self._few: dict[str, Touches] = {}
        self._tables: set[str] = set()  # views whose touched rows are in a temporary table
        self._coming: set[str] = set()  # views into which rows may come

    def __enter__(self) -> Walk:
        return self

    def __exit__(self, *error: object) -> None:
        for name in self._tables:
            self.connection.execute(f"DROP TABLE IF EXISTS {_mark(self.views[name])}")

    def table(self, node: Node) -> str:
        """Return the view's table."""
        return f"lester.{self.views[node.name].table_name}"

    def marks(self, node: Node) -> str:
        """Return the temporary table (row_no, strength) of the view's touched rows."""
        if node.name not in self._tables:
            few = self._few[node.name]
            numbers = pa.array(sorted(few), pa.int64())
            strengths = pa.array([few[n].strength for n in sorted(few)], pa.uint8())
            with registered(self.connection, followed_rows=pa.table({"row_no": numbers, "strength": strengths})):
                self._store(node, "SELECT * FROM followed_rows")
        return _mark(self.views[node.name])

    def _store(self, node: Node, select: str) -> None:
        name = _mark(self.views[node.name], qualified=False)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")
        self._tables.add(node.name)

    def edges(self, node: Node) -> str:
        """Return the edge table of a view that creates row identity."""
        view = self.views[node.name]
        return f"lester.{view.table_name.replace('view_', 'edge_', 1)}_0"

    def touched(self, node: Node) -> pa.Table:
        """Return ``row_no`` and ``kind`` of the view's touched rows."""
        few = self._few.get(node.name)
        if few is not None:
            kinds = pa.array([KINDS[few[n].strength - 1] for n in sorted(few)], pa.string())
            return pa.table({"row_no": pa.array(sorted(few), pa.int64()), "kind": kinds})
        return self.connection.execute(
            f"SELECT row_no, {_kind_sql()} AS kind FROM {self.marks(node)} ORDER BY row_no"
        ).to_arrow_table()

    def provenance(self) -> dict[str, dict[int, Carried]]:
        """Return view → touched row → its provenance, for the views of which few rows are touched."""
        return {name: {n: touch.carried for n, touch in few.items()} for name, few in self._few.items()}

    def present(self, node: Read, ids: Sequence[int]) -> tuple[int, ...]:
        """Return those of a source's row ids that the run read."""
        few = self._few.get(node.name)
        if few is not None:  # the rows that these ids touched
            return tuple(sorted({touch.carried[0] for touch in few.values() if touch.carried[0] is not None}))
        with registered(self.connection, followed_ids=pa.table({"id": pa.array(sorted(set(ids)), pa.int64())})):
            sql = f"SELECT DISTINCT __p0 FROM {self.table(node)} WHERE __p0 IN (FROM followed_ids) ORDER BY 1"
            return tuple(n for (n,) in self.connection.execute(sql).fetchall())

    def follow(self, node: Node, rows: Mapping[str, Sequence[int]]) -> None:
        """Find the touched rows of `node`; those of its parents are known."""
        if isinstance(node, Read):
            wanted = set(rows.get(node.source, ()))
            found_rows = self.rows.from_rows(node, 0, wanted) if len(wanted) <= FEW else None
            if found_rows is not None:
                self._few[node.name] = {n: Touch(OWN, carried) for n, carried in found_rows.items()}
                return
            ids = pa.table({"id": pa.array(sorted(set(rows.get(node.source, ()))), pa.int64())})
            with registered(self.connection, followed_ids=ids):
                own = f"SELECT {ROW_NO} AS row_no, 1 AS strength FROM {self.table(node)} WHERE __p0 IN (FROM followed_ids)"
                self.mark(node, [own])
            return
        coming = {i for i, p in enumerate(node.parents) if p.name in self._coming}
        turning = any(self.touches(node.parents[side]) for side in turning_sides(node, self.unstable))
        few = None if coming or turning else few_rows.follow(self, node, lambda parent: self._few.get(parent.name))
        if few is not None and len(few[0]) <= FEW:
            self._few[node.name], comes = few
            if comes:
                self._coming.add(node.name)
            return
        found = _RULES[type(node)](self, node)
        upset = upset_rows(self, node, coming, turning)
        if upset is not None:
            found.append(f"SELECT c.{ROW_NO}, {_STRENGTH[CONTROL]} FROM {self.table(node)} c WHERE {upset}")
        self.mark(node, found)
        if coming or any(self._exist(sql) for _, _, sql in candidates(self, node, self.unstable)):
            self._coming.add(node.name)

    def touches(self, node: Node) -> bool:
        """Whether the person touched any row of a view."""
        if node.name in self._few:
            return bool(self._few[node.name])
        return self._exist(f"SELECT 1 FROM {self.marks(node)}")

    def _exist(self, rows: str) -> bool:
        return bool(self.connection.execute(f"SELECT EXISTS ({rows})").fetchall()[0][0])

    def mark(self, node: Node, found: Sequence[str]) -> None:
        """Store the touched rows of `node`: SQL of (row_no, strength), the strongest counts."""
        every = " UNION ALL ".join(found)
        self._store(
            node, f"SELECT row_no, CAST(min(strength) AS UTINYINT) AS strength FROM ({every}) GROUP BY row_no ORDER BY row_no"
        )
        marked = self.connection.execute(f"SELECT row_no, strength FROM {self.marks(node)} LIMIT {FEW + 1}").fetchall()
        if len(marked) <= FEW:
            carried = self.rows.numbered(node, (n for n, _ in marked))
            self._few[node.name] = {n: Touch(strength, carried[n]) for n, strength in marked}

    def carried(self, node: Node, number: int, shift: int, keeps_numbers: bool) -> str:
        """Return SQL for the rows of `node` that contain a touched row of one parent.

        Parameters
        ----------
        number
            Which parent.
        shift
            How many provenance columns of `node` stand before that parent's.
        keeps_numbers
            Whether rows have the parent's row numbers.
        """
        parent = node.parents[number]
        if keeps_numbers:
            both = f"{self.table(node)} c JOIN {self.marks(parent)} t ON t.row_no = c.{ROW_NO}"
            return f"SELECT c.{ROW_NO} AS row_no, t.strength FROM {both}"
        same = " AND ".join(f"c.__p{shift + i} IS NOT DISTINCT FROM p.__p{i}" for i in identifying(parent))
        touched = f"(SELECT p.*, t.strength FROM {self.table(parent)} p JOIN {self.marks(parent)} t ON t.row_no = p.{ROW_NO})"
        return f"SELECT c.{ROW_NO} AS row_no, p.strength FROM {self.table(node)} c JOIN {touched} p ON {same}"

    def every(self, node: Node, parent: Node, strength: str, condition: str = "TRUE") -> str:
        """Return SQL that touches every row of `node` if a touched row of `parent` meets a condition over ``t``."""
        least = f"(SELECT min(strength) AS least FROM {self.marks(parent)} t WHERE {condition})"
        every = f"{self.table(node)} c CROSS JOIN {least} m WHERE m.least IS NOT NULL"
        return f"SELECT c.{ROW_NO} AS row_no, {strength} AS strength FROM {every}"


def _mark(view: View, qualified: bool = True) -> str:
    name = f"footprint_{view.position}"
    return f"temp.main.{name}" if qualified else name


def _kind_sql() -> str:
    return "CASE strength " + " ".join(f"WHEN {n} THEN '{kind}'" for kind, n in _STRENGTH.items()) + " END"


def touched_sides(connection: duckdb.DuckDBPyConnection, plan: Plan, walk: Walk, run: int) -> dict[str, Touched]:
    """Return the touched prepared rows of every side of the run's split; none if it has not been dealt yet."""
    entry = catalogue.get(connection, Run, id=run)
    facts = {} if entry is None else json.loads(entry.facts_json)
    dealt = (
        f"{TRAIN}_rows" in facts
        or connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = 'lester' AND table_name = ?", [split_table(run)]
        ).fetchone()
    )
    if not dealt:
        no_number = pa.array([], pa.int64())
        none = pa.table({"row_no": no_number, "kind": pa.array([], pa.string()), "position": no_number})
        return {side: Touched(side, 0, none) for side in plan.split.sides}
    table, touched = f"lester.{split_table(run)}", walk.touched(plan.prepared)
    if touched.num_rows <= FEW:
        found = _dealt(connection, table, touched)
    else:
        with registered(connection, followed_rows=touched):
            rows = f"followed_rows t JOIN {table} s USING (row_no) ORDER BY t.row_no"
            found = connection.execute(f"SELECT t.row_no, t.kind, s.side, s.position FROM {rows}").to_arrow_table()
    out = {}
    for side in plan.split.sides:
        count = facts.get(f"{side}_rows")
        if count is None:
            count = connection.execute(f"SELECT count(*) FROM {table} WHERE side = ?", [side]).fetchall()[0][0]
        out[side] = Touched(side, int(count), found.filter(pc.equal(found.column("side"), side)).drop_columns("side"))
    return out


def _dealt(connection: duckdb.DuckDBPyConnection, split: str, touched: pa.Table) -> pa.Table:
    """Return few touched rows with their side and position, which are looked up one by one."""
    numbers = touched.column("row_no").to_pylist()
    entries = connection.execute(rows_at("row_no, side, position", split, "row_no", numbers)).fetchall()
    placed = {n: (side, position) for n, side, position in entries}
    found = touched.filter(pa.array([n in placed for n in numbers], pa.bool_()))
    sides, positions = ([placed[n][i] for n in numbers if n in placed] for i in (0, 1))
    return found.append_column("side", pa.array(sides, pa.string())).append_column("position", pa.array(positions, pa.int64()))


def _row_wise(walk: Walk, node: Node) -> list[str]:
    return [walk.carried(node, 0, 0, keeps_numbers=True)]


def _sort(walk: Walk, node: Sort) -> list[str]:
    return [walk.carried(node, 0, 0, keeps_numbers=False)]


def _concat(walk: Walk, node: Concat) -> list[str]:
    out, shift = [], 0
    for number, parent in enumerate(node.inputs):
        out.append(walk.carried(node, number, shift, keeps_numbers=False))
        shift += len(occurrences(parent))
    return out


def _join(walk: Walk, node: Join) -> list[str]:
    out = [walk.carried(node, 0, 0, keeps_numbers=at_most_one_match(node))]
    if node.how in (JoinKind.SEMI, JoinKind.ANTI):
        return [*out, _decided(walk, node)]
    out.append(walk.carried(node, 1, len(occurrences(node.left)), keeps_numbers=False))
    if node.take is not Take.ALL:
        out.append(_decided(walk, node))
    return out


def _decided(walk: Walk, node: Join) -> str:
    """Rows whose left part matches a touched right row: it decides that they are there, or could have been taken."""
    right = f"(SELECT r.* FROM {walk.table(node.right)} r JOIN {walk.marks(node.right)} t ON t.row_no = r.{ROW_NO})"
    left = f"SELECT DISTINCT l.{ROW_NO} AS row_no FROM {walk.table(node.left)} l JOIN {right} r ON {key_condition(node)}"
    return f"SELECT c.{ROW_NO} AS row_no, {_STRENGTH[CONTROL]} FROM {walk.table(node)} c JOIN ({left}) d ON d.row_no = c.{ROW_NO}"


def _aggregate(walk: Walk, node: Aggregate) -> list[str]:
    """A group of touched rows alone is like them; only groups with a touched row are counted, which are few."""
    theirs = f"SELECT row_no FROM {walk.edges(node)} WHERE parent_no IN (SELECT row_no FROM {walk.marks(node.parent)})"
    members = (
        f"SELECT e.row_no, count(*) AS everybody, count(*) FILTER (WHERE t.strength = 1) AS own, min(t.strength) AS least "
        f"FROM {walk.edges(node)} e LEFT JOIN {walk.marks(node.parent)} t ON t.row_no = e.parent_no "
        f"WHERE e.row_no IN ({theirs}) GROUP BY e.row_no"
    )
    strength = f"CASE WHEN own = everybody THEN 1 WHEN least <= 2 THEN {_STRENGTH[STATE]} ELSE least END"
    return [f"SELECT row_no, {strength} AS strength FROM ({members})"]


def _distinct(walk: Walk, node: Distinct) -> list[str]:
    strength = f"CASE WHEN e.parent_no = e.row_no THEN t.strength ELSE {_STRENGTH[CONTROL]} END"
    members = f"{walk.edges(node)} e JOIN {walk.marks(node.parent)} t ON t.row_no = e.parent_no"
    return [f"SELECT e.row_no, {strength} AS strength FROM {members}"]


def _limit(walk: Walk, node: Limit) -> list[str]:
    """Rows ahead of the window (behind it, when counted from the end) decide where it is."""
    edge = f"(SELECT {'min' if node.offset >= 0 else 'max'}({ROW_NO}) FROM {walk.table(node)})"
    outside = f"t.row_no {'<' if node.offset >= 0 else '>'} {edge}"
    return [*_row_wise(walk, node), walk.every(node, node.parent, str(_STRENGTH[CONTROL]), outside)]


def _broadcast(walk: Walk, node: Broadcast) -> list[str]:
    taken = f"(SELECT {'min' if node.position == 'first' else 'max'}({ROW_NO}) FROM {walk.table(node.of)})"
    return [*_row_wise(walk, node), walk.every(node, node.of, "m.least", f"t.row_no = {taken}")]


def _window(walk: Walk, node: Window) -> list[str]:
    """A row's values depend on rows of its group, as far before and behind it as the functions look."""
    marked = f"(SELECT p.*, t.strength AS __strength FROM {walk.table(node.parent)} p"
    marked += f" LEFT JOIN {walk.marks(node.parent)} t ON t.row_no = p.{ROW_NO})"
    keys = f"PARTITION BY {', '.join(partition_keys(node, 'p'))} " if node.by else ""
    moves = order_is_unstable(node.parent, walk.unstable) or any(c in walk.unstable[node.parent.name] for c, _ in node.order)
    ends = []
    for side, word in ((0, "PRECEDING"), (1, "FOLLOWING")):
        reach = [c.reach[side] for c in node.columns]
        ends.append(f"UNBOUNDED {word}" if moves or None in reach else f"{max(r for r in reach if r is not None)} {word}")
    frame = f"OVER ({keys}ORDER BY p.__place ROWS BETWEEN {ends[0]} AND {ends[1]})"
    sql = f"SELECT p.{ROW_NO} AS row_no, min(p.__strength) {frame} AS least FROM {placed_rows(node, marked, ROW_NO)} p"
    sql += f" WHERE {has_partition(node, 'p')}"
    return [
        *_row_wise(walk, node),
        f"SELECT row_no, greatest(least, {_STRENGTH[STATE]}) AS strength FROM ({sql}) WHERE least IS NOT NULL",
    ]


def _explode(walk: Walk, node: Explode) -> list[str]:
    """Each row is of one row of the parent."""
    return [f"SELECT e.row_no, t.strength FROM {walk.edges(node)} e JOIN {walk.marks(node.parent)} t ON t.row_no = e.parent_no"]


def _opaque(walk: Walk, node: Opaque) -> list[str]:
    """Nothing is known about the inside, so every row depends on every input row."""
    if node.keeps_rows:
        others = [walk.every(node, p, str(_STRENGTH[CONTROL])) for p in node.inputs]
        return [*_row_wise(walk, node), *others]
    return [walk.every(node, p, str(_STRENGTH[STATE])) for p in node.inputs]


_RULES: Final[dict[type[Node], Callable[[Walk, Any], list[str]]]] = {
    Filter: _row_wise,
    Project: _row_wise,
    Select: _row_wise,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _concat,
    Sort: _sort,
    Limit: _limit,
    Broadcast: _broadcast,
    Window: _window,
    Explode: _explode,
    Opaque: _opaque,
}
