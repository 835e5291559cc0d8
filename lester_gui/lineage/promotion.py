"""Rows that an erasure may bring into a view: the next of equal rows, the next match, the row after a limit.

Provenance says what leaves; steps that are not monotone also let something in. What is returned are candidates, each named with
the parent's row: whether it really enters is known when the change is carried through the views (`maintenance`). No row enters a
view without a candidate there or above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from lester_gui.ir.column_lineage import CONTROL as CONTROL_COLUMNS
from lester_gui.ir.nodes import Aggregate, Broadcast, Distinct, Join, JoinKind, Keep, Limit, Node, Opaque, Read, Sort, Take
from lester_gui.ir.plan import Plan, topological
from lester_gui.lineage.footprint import Walk
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, distinct_columns, key_condition

NEXT_EQUAL: Final = "next of equal rows"
LAST_EQUAL_LEFT: Final = "no equal row is left beside it"
NEXT_MATCH: Final = "next match"
NO_MATCH_LEFT: Final = "no match is left"
MOVES_UP: Final = "moves up to the limit"
MAY_TURN: Final = "a value that decides may change"


@dataclass(frozen=True, slots=True)
class Promotion:
    """Rows of `parent` that may enter `view`, and why."""

    view: str
    parent: str
    reason: str
    row_nos: tuple[int, ...]


def promoted(
    connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, rows: Mapping[str, Sequence[int]]
) -> tuple[Promotion, ...]:
    """Return what erasing source rows may bring into the views of a run, in plan order; views without any are left out.

    Parameters
    ----------
    rows
        Source → row ids.
    """
    out: list[Promotion] = []
    unstable = _unstable_columns(plan)
    with Walk(connection, plan, run) as walk:
        for node in plan.views:
            walk.follow(node, rows)
            for parent, reason, sql in _candidates(walk, node, unstable):
                found = tuple(n for (n,) in connection.execute(f"SELECT DISTINCT * FROM ({sql}) ORDER BY 1").fetchall())
                if found:
                    out.append(Promotion(node.name, parent.name, reason, found))
    return tuple(out)


_OPEN: Final = (JoinKind.LEFT, JoinKind.RIGHT, JoinKind.OUTER)
Candidates = list[tuple[Node, str, str]]  # parent, reason, SQL of row numbers


def _candidates(walk: Walk, node: Node, unstable: Mapping[str, frozenset[str]]) -> Candidates:
    rule = _RULES.get(type(node))
    out = rule(walk, node) if rule else []
    sides = {side for side, column in CONTROL_COLUMNS[type(node)](node) if column in unstable[node.parents[side].name]}
    out += [(node.parents[side], MAY_TURN, f"SELECT row_no FROM {walk.marks(node.parents[side])}") for side in sorted(sides)]
    if isinstance(node, Limit) and _order_is_unstable(node, unstable):
        any_touched = f"EXISTS (SELECT 1 FROM {walk.marks(node.parent)})"
        outside = (
            f"SELECT {ROW_NO} FROM {walk.table(node.parent)} WHERE {ROW_NO} NOT IN (SELECT {ROW_NO} FROM {walk.table(node)})"
        )
        out.append((node.parent, MAY_TURN, f"{outside} AND {any_touched}"))
    return out


def _distinct(walk: Walk, node: Distinct) -> Candidates:
    """Among equal rows, the first (last) one that stays takes the place of a touched one. Touched rows may stay, too."""
    keys = ", ".join(identifier(n) for n in distinct_columns(node))
    marks = f"LEFT JOIN {walk.marks(node.parent)} t ON t.row_no = p.{ROW_NO}"
    marked = f"SELECT p.*, t.strength FROM {walk.table(node.parent)} p {marks}"
    lost = f"count(strength) OVER (PARTITION BY {keys}) > 0"
    if node.keep is Keep.NONE:
        may_be_alone = f"count(*) FILTER (WHERE strength IS NULL) OVER (PARTITION BY {keys}) <= 1"
        heir, reason = f"SELECT {ROW_NO} FROM ({marked}) QUALIFY {lost} AND {may_be_alone}", LAST_EQUAL_LEFT
    else:
        direction = "DESC" if node.keep is Keep.LAST else "ASC"
        before = f"PARTITION BY {keys} ORDER BY {ROW_NO} {direction} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
        is_next = f"coalesce(count(*) FILTER (WHERE strength IS NULL) OVER ({before}), 0) = 0"
        heir, reason = f"SELECT {ROW_NO} FROM ({marked}) QUALIFY {lost} AND {is_next}", NEXT_EQUAL
    return [
        (node.parent, reason, f"SELECT {ROW_NO} FROM ({heir}) WHERE {ROW_NO} NOT IN (SELECT {ROW_NO} FROM {walk.table(node)})")
    ]


def _join(walk: Walk, node: Join) -> Candidates:
    touched = f"(SELECT r.* FROM {walk.table(node.right)} r JOIN {walk.marks(node.right)} t ON t.row_no = r.{ROW_NO})"
    met = f"SELECT l.{ROW_NO} FROM {walk.table(node.left)} l JOIN {touched} r ON {key_condition(node)}"
    out: Candidates = []
    if node.take is not Take.ALL:
        same = " AND ".join(f"r.{identifier(b)} IS NOT DISTINCT FROM q.{identifier(b)}" for _, b in node.on)
        others = f"SELECT r.{ROW_NO} FROM {walk.table(node.right)} r WHERE EXISTS (SELECT 1 FROM {touched} q WHERE {same})"
        out.append((node.right, NEXT_MATCH, others))
    if node.how in (JoinKind.LEFT, JoinKind.OUTER, JoinKind.ANTI):
        out.append((node.left, NO_MATCH_LEFT, met))
    if node.how in (JoinKind.RIGHT, JoinKind.OUTER):
        touched_left = f"(SELECT l.* FROM {walk.table(node.left)} l JOIN {walk.marks(node.left)} t ON t.row_no = l.{ROW_NO})"
        met_right = f"SELECT r.{ROW_NO} FROM {walk.table(node.right)} r JOIN {touched_left} l ON {key_condition(node)}"
        out.append((node.right, NO_MATCH_LEFT, met_right))
    return out


def _limit(walk: Walk, node: Limit) -> Candidates:
    """As many rows behind the window move up as touched ones stand in it or before it; from the end, the other way round."""
    own, parent, marks = walk.table(node), walk.table(node.parent), walk.marks(node.parent)
    direction = "ASC" if node.offset >= 0 else "DESC"
    place = f"SELECT {ROW_NO}, row_number() OVER (ORDER BY {ROW_NO} {direction}) AS place FROM {parent}"
    last = node.offset + node.count if node.offset >= 0 else -node.offset
    lost = f"(SELECT count(*) FROM ({place}) q JOIN {marks} t ON t.row_no = q.{ROW_NO} WHERE q.place <= {last})"
    outside = f"{ROW_NO} NOT IN (SELECT {ROW_NO} FROM {own})"
    sql = f"SELECT {ROW_NO} FROM ({place}) WHERE place <= {last} + {lost} AND {lost} > 0 AND {outside}"
    return [(node.parent, MOVES_UP, sql)] if node.count else []


_RULES: Final[dict[type[Node], Callable[[Walk, Any], Candidates]]] = {
    Distinct: _distinct,
    Join: _join,
    Limit: _limit,
}


def _unstable_columns(plan: Plan) -> dict[str, frozenset[str]]:
    """Return per view the columns whose cells may change in a row that stays.

    They are means and other aggregates, values taken from another row, and the right side of a left join.
    """
    out: dict[str, frozenset[str]] = {}
    for node in plan.views:
        if isinstance(node, Read):
            own: set[str] = set()
        elif isinstance(node, Opaque):
            own = set(node.schema.names)
        else:
            own = {n for n, sources in node.definitions().items() if any(c in out[node.parents[s].name] for s, c in sources)}
        if isinstance(node, Aggregate):
            own |= {m.name for m in node.measures}
        elif isinstance(node, Broadcast):
            own |= {name for name, _ in node.values}
        elif isinstance(node, Distinct):
            own |= set(node.schema.names) - set(distinct_columns(node))
        elif isinstance(node, Join) and (node.take is not Take.ALL or node.how in _OPEN):
            own |= {name for name, side, _ in node.output_columns if side == 1 or node.how in _OPEN[1:]}
        out[node.name] = frozenset(own)
    return out


def _order_is_unstable(node: Limit, unstable: Mapping[str, frozenset[str]]) -> bool:
    return any(isinstance(n, Sort) and any(c in unstable[n.parent.name] for c, _ in n.by) for n in topological(node))
