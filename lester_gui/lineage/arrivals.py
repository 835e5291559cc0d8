"""What an erasure may bring: rows that enter a view, rows that turn up in another group, and the views where either matters.

Provenance says what leaves; steps that are not monotone also let something in: the next of equal rows, the next match, the row
after a limit. What is returned are candidates, each named with the parent's row; no row enters a view without a candidate there
or above. A row that comes changes rows which nothing of the person ever touched: the mean of the group that it joins, the row
that it pushes over a limit. `footprint` marks these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from lester_gui.ir.column_lineage import CONTROL as CONTROL_COLUMNS
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Distinct,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Node,
    Opaque,
    Read,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.plan import Plan, topological
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, distinct_columns, key_condition
from lester_gui.runtime.provenance import identifying, occurrences

if TYPE_CHECKING:
    from lester_gui.lineage.footprint import Walk

NEXT_EQUAL: Final = "next of equal rows"
LAST_EQUAL_LEFT: Final = "no equal row is left beside it"
NEXT_MATCH: Final = "next match"
NO_MATCH_LEFT: Final = "no match is left"
MOVES_UP: Final = "moves up to the limit"
MAY_TURN: Final = "a value that decides may change"

_OPEN: Final = (JoinKind.LEFT, JoinKind.RIGHT, JoinKind.OUTER)
Candidates = list[tuple[Node, str, str]]  # parent, reason, SQL of row numbers
Unstable = Mapping[str, frozenset[str]]


def candidates(walk: Walk, node: Node, unstable: Unstable) -> Candidates:
    """Return which rows of the parents may enter `node`, and why; `unstable` is `unstable_columns` of the plan."""
    if isinstance(node, Window):
        return []  # it has its parent's rows
    rule = _RULES.get(type(node))
    out = rule(walk, node) if rule else []
    sides = turning_sides(node, unstable)
    out += [(node.parents[side], MAY_TURN, f"SELECT row_no FROM {walk.marks(node.parents[side])}") for side in sorted(sides)]
    if isinstance(node, Limit) and order_is_unstable(node, unstable):
        any_touched = f"EXISTS (SELECT 1 FROM {walk.marks(node.parent)})"
        outside = (
            f"SELECT {ROW_NO} FROM {walk.table(node.parent)} WHERE {ROW_NO} NOT IN (SELECT {ROW_NO} FROM {walk.table(node)})"
        )
        out.append((node.parent, MAY_TURN, f"{outside} AND {any_touched}"))
    return out


def turning_sides(node: Node, unstable: Unstable) -> set[int]:
    """Return the parents of which a row that stays may have another value where `node` decides by it."""
    return {side for side, column in CONTROL_COLUMNS[type(node)](node) if column in unstable[node.parents[side].name]}


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


def unstable_columns(plan: Plan) -> dict[str, frozenset[str]]:
    """Return per view the columns whose cells may change in a row that stays.

    They are means and other aggregates, values taken from other rows, and the right side of a left join. Of equal rows another
    one may take a row's place: that is a row that comes, not one that changes.
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
        elif isinstance(node, Window):
            own |= {c.name for c in node.columns}
        elif isinstance(node, Join) and (node.take is not Take.ALL or node.how in _OPEN):
            own |= {name for name, side, _ in node.output_columns if side == 1 or node.how in _OPEN[1:]}
        out[node.name] = frozenset(own)
    return out


def order_is_unstable(node: Node, unstable: Unstable) -> bool:
    """Whether rows of a view that stay may stand in another order."""
    for n in topological(node):
        if isinstance(n, Sort) and any(c in unstable[n.parent.name] for c, _ in n.by):
            return True
        if isinstance(n, Aggregate) and n.by and n.order is GroupOrder.FIRST_SEEN:
            return True  # a group's first row may leave
    return False


def upset_rows(walk: Walk, node: Node, coming: set[int], turning: bool) -> str | None:
    """Return the condition over a row ``c`` of `node` under which rows that come may change it; None where they cannot.

    Parameters
    ----------
    coming
        The numbers of the parents into which rows may come.
    turning
        Whether a touched row may stay and be decided about in another way.
    """
    if isinstance(node, Join) and not turning:
        return _upset_by_matches(node, coming)
    moved = turning or bool(coming)
    if isinstance(node, Broadcast):
        moved = 1 in coming or (order_is_unstable(node.of, walk.unstable) and walk.touches(node.of))
    elif isinstance(node, Limit):
        moved = moved or (order_is_unstable(node, walk.unstable) and walk.touches(node.parent))
    elif not isinstance(node, Aggregate | Distinct | Join | Opaque | Window):
        return None
    return "TRUE" if moved else None


def _upset_by_matches(node: Join, coming: set[int]) -> str | None:
    """Rows without a match may find one; where one match of several is taken, it may be another."""
    left = len(occurrences(node.left))
    tests = []
    if 1 in coming and (node.take is not Take.ALL or node.how is JoinKind.ANTI):
        return "TRUE"
    if 1 in coming and node.how in (JoinKind.LEFT, JoinKind.OUTER):
        tests.append(" AND ".join(f"c.__p{left + i} IS NULL" for i in identifying(node.right)))
    if 0 in coming and node.how in (JoinKind.RIGHT, JoinKind.OUTER):
        tests.append(" AND ".join(f"c.__p{i} IS NULL" for i in identifying(node.left)))
    return " OR ".join(f"({t})" for t in tests) or None
