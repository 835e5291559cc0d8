"""Follow few touched rows by looking each of them up, so that the work follows them and not the size of the tables.

`RULES` says for each class of node what the rules of `footprint` say in SQL, over rows held in memory. Where a step needs
more than the rows that the touched ones lead to (the next of equal rows, the places of a sort), a rule returns None, and the SQL
rule reads the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import duckdb

from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    JoinKind,
    Keep,
    Node,
    Project,
    Read,
    Select,
    Sort,
    Take,
)
from lester_gui.ir.plan import Plan
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.lookups import MEMBERS, keeps_numbers, lookups_of
from lester_gui.runtime.provenance import at_most_one_match, identifying, occurrences
from lester_gui.store.catalogue import View
from lester_gui.store.points import FEW, rows_at

if TYPE_CHECKING:
    from lester_gui.lineage.footprint import Walk

OWN, SHARED, DECIDED = 1, 2, 3  # as strong as in `footprint`

Carried = tuple[int | None, ...]
"""The provenance of a row: the values of ``__p0``, ``__p1``, …"""


class Touch(NamedTuple):
    """How a row was touched (1 is strongest), and its provenance."""

    strength: int
    carried: Carried


Touches = dict[int, Touch]
"""Row number → how it was touched."""
Followed = tuple[Touches, bool] | None
"""The touched rows of a view, and whether rows may come into it; None where that cannot be told from the touched rows alone."""


class Rows:
    """Rows of a run's views, looked up by number or by provenance; what was seen once is not asked for again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plan: Plan, views: Mapping[str, View]) -> None:
        self._connection = connection
        self._views = views
        self._width = {n.name: len(occurrences(n)) for n in plan.views}
        self._heirs = _heirs(plan)
        self._lookups = {name: lookups_of(view) for name, view in views.items()}
        self._seen: dict[str, dict[int, Carried | None]] = {name: {} for name in views}

    def numbered(self, node: Node, numbers: Iterable[int]) -> dict[int, Carried]:
        """Return those of some rows that a view has, with their provenance.

        A row that a later view has under the same number is in this one, too: so one look at the last view serves all before it.
        """
        wanted = set(numbers)
        heir = self._heirs[node.name]
        out = self._look_up(heir, wanted)
        if heir != node.name:
            out |= self._look_up(node.name, wanted - out.keys())
        width = self._width[node.name]
        return {n: carried[:width] for n, carried in out.items()}

    def from_rows(self, node: Node, occurrence: int, values: Collection[int]) -> dict[int, Carried] | None:
        """Return the rows of a view whose provenance has one of some values at one place; None if they are too many."""
        lookup = self._lookups[node.name].get(str(occurrence))
        if lookup is not None:
            found = self._fetch(rows_at("row_no", lookup, "value", values))
            if found is None:
                return None
            rows = self.numbered(node, (n for (n,) in found))
            wanted = set(values)
            return {n: carried for n, carried in rows.items() if carried[occurrence] in wanted}
        heir = self._heirs[node.name]
        complete = self._views[heir].rows == self._views[node.name].rows  # so it has the same rows
        if not complete and not isinstance(node, Read):  # in which each value stands once
            heir = node.name
        out: dict[int, Carried] = {}
        for name in dict.fromkeys((heir, node.name)):
            met = {c[occurrence] for c in out.values()}
            if not set(values) - met or (complete and name != heir):
                break
            found = self._fetch(rows_at(self._columns(name), self._table(name), f"__p{occurrence}", set(values) - met))
            if found is None:
                return None
            rows = {int(row[0]): tuple(row[1:]) for row in found}
            self._seen[name] |= rows
            out |= rows
        width = self._width[node.name]
        return {n: carried[:width] for n, carried in out.items()}

    def edges(self, node: Node, edges: str, parents: Collection[int]) -> list[tuple[int, int]] | None:
        """Return the edges (row, parent's row) of a view that creates row identity from some rows of its parent."""
        return self._fetch(rows_at("row_no, parent_no", edges, "parent_no", parents))

    def members(self, node: Node, edges: str, groups: Collection[int]) -> dict[int, int]:
        """Return how many rows of the parent each of some groups has."""
        if not groups:
            return {}
        table = self._lookups[node.name].get(MEMBERS, edges)
        rows = rows_at("row_no", table, "row_no", groups)
        return dict(self._connection.execute(f"SELECT row_no, count(*) FROM ({rows}) GROUP BY row_no").fetchall())

    def _look_up(self, view: str, numbers: Collection[int]) -> dict[int, Carried]:
        seen = self._seen[view]
        unknown = [n for n in numbers if n not in seen]
        if unknown:
            sql = rows_at(self._columns(view), self._table(view), ROW_NO, unknown)
            found = {int(row[0]): tuple(row[1:]) for row in self._connection.execute(sql).fetchall()}
            seen |= {n: found.get(n) for n in unknown}
        return {n: carried for n in numbers if (carried := seen[n]) is not None}

    def _fetch(self, rows: str) -> list[Any] | None:
        found = self._connection.execute(f"{rows} LIMIT {FEW + 1}").fetchall()
        return found if len(found) <= FEW else None

    def _columns(self, view: str) -> str:
        return ", ".join([ROW_NO, *(f"__p{i}" for i in range(self._width[view]))])

    def _table(self, view: str) -> str:
        return f"lester.{self._views[view].table_name}"


def _heirs(plan: Plan) -> dict[str, str]:
    """Return view → the last view on its way to the prepared one whose rows are rows of this one under the same numbers."""
    child: dict[str, str] = {}
    for node in plan.views:
        if keeps_numbers(node):
            child[node.parents[0].name] = node.name
    last: Node = plan.prepared
    while keeps_numbers(last):  # of several, the one that leads to the prepared rows, which hold most of a person's
        child[last.parents[0].name] = last.name
        last = last.parents[0]
    out: dict[str, str] = {}
    for node in reversed(plan.views):
        out[node.name] = out[child[node.name]] if node.name in child else node.name
    return out


def follow(walk: Walk, node: Node, touched: Callable[[Node], Touches | None]) -> Followed:
    """Return what follows for `node` from the touched rows of its parents; into these no row comes and no row of them may turn.

    Parameters
    ----------
    touched
        Gives the touched rows of a view, None if they are not few.
    """
    parents = []
    for parent in node.parents:
        found = touched(parent)
        if found is None:
            return None
        parents.append(found)
    if not any(parents):
        return {}, False
    rule = RULES.get(type(node))
    return None if rule is None else rule(walk, node, *parents)


def _same(walk: Walk, node: Node, parent: Touches) -> Followed:
    return dict(parent), False


def _filter(walk: Walk, node: Node, parent: Touches) -> Followed:
    return _kept(walk, node, parent), False


def _kept(walk: Walk, node: Node, parent: Touches) -> Touches:
    """The touched rows of a parent that the view has under their numbers."""
    return {n: Touch(parent[n].strength, carried) for n, carried in walk.rows.numbered(node, parent).items()}


def _broadcast(walk: Walk, node: Broadcast, parent: Touches, of: Touches) -> Followed:
    return None if of else (_kept(walk, node, parent), False)


def _sort(walk: Walk, node: Sort, parent: Touches) -> Followed:
    found = _containing(walk, node, 0, 0, parent)
    return None if found is None else (found, False)


def _concat(walk: Walk, node: Concat, *parents: Touches) -> Followed:
    out: Touches = {}
    shift = 0
    for number, touches in enumerate(parents):
        found = _containing(walk, node, number, shift, touches)
        if found is None:
            return None
        out |= found  # a row is of one branch
        shift += len(occurrences(node.inputs[number]))
    return out, False


def _join(walk: Walk, node: Join, left: Touches, right: Touches) -> Followed:
    if right and (node.take is not Take.ALL or node.how in (JoinKind.SEMI, JoinKind.ANTI)):
        return None  # they decide about rows in which they are not
    opens_right = node.how in (JoinKind.RIGHT, JoinKind.OUTER)
    if left and opens_right and node.take is not Take.ALL:
        return None
    mine = _kept(walk, node, left) if at_most_one_match(node) else _containing(walk, node, 0, 0, left)
    if mine is None or not right:
        return None if mine is None else (mine, opens_right and _any_beside(node, mine, right=True))
    theirs = _containing(walk, node, 1, len(occurrences(node.left)), right)
    if theirs is None:
        return None
    comes = opens_right and _any_beside(node, mine, right=True)
    comes = comes or (node.how in (JoinKind.LEFT, JoinKind.OUTER) and _any_beside(node, theirs, right=False))
    return _stronger(mine, theirs), comes


def _any_beside(node: Join, rows: Touches, right: bool) -> bool:
    """Whether a row of one side stands beside one of the other, which may be left without a match."""
    width = len(occurrences(node.left))
    return any(any(v is not None for v in (t.carried[width:] if right else t.carried[:width])) for t in rows.values())


def _aggregate(walk: Walk, node: Aggregate, parent: Touches) -> Followed:
    pairs = walk.rows.edges(node, walk.edges(node), parent)
    if pairs is None:
        return None
    touches: dict[int, list[int]] = {}
    for group, row in pairs:
        touches.setdefault(group, []).append(parent[row].strength)
    everybody = walk.rows.members(node, walk.edges(node), touches)
    out: Touches = {}
    for group, strengths in touches.items():
        alone = strengths.count(OWN) == everybody[group]
        least = min(strengths)
        out[group] = Touch(OWN if alone else SHARED if least <= SHARED else least, (group,))
    return out, False


def _distinct(walk: Walk, node: Distinct, parent: Touches) -> Followed:
    if node.keep is Keep.NONE:
        return None
    pairs = walk.rows.edges(node, walk.edges(node), parent)
    if pairs is None:
        return None
    out: Touches = {}
    for group, row in pairs:
        strength = parent[row].strength if row == group else DECIDED
        out = _stronger(out, {group: Touch(strength, (group,))})
    shown = [group for group in out if group in parent]  # equal rows take the place of a touched one
    return out, bool(shown) and any(n > 1 for n in walk.rows.members(node, walk.edges(node), shown).values())


def _explode(walk: Walk, node: Explode, parent: Touches) -> Followed:
    pairs = walk.rows.edges(node, walk.edges(node), parent)
    return None if pairs is None else ({n: Touch(parent[row].strength, (n,)) for n, row in pairs}, False)


RULES: Final[dict[type[Node], Callable[..., Followed]]] = {
    Project: _same,
    Select: _same,
    Filter: _filter,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _concat,
    Sort: _sort,
    Broadcast: _broadcast,
    Explode: _explode,
}


def _containing(walk: Walk, node: Node, number: int, shift: int, touches: Touches) -> Touches | None:
    """Return the rows that contain a touched row of one parent, whose provenance begins at `shift`; None if too many."""
    if not touches:
        return {}
    keys = identifying(node.parents[number])
    strongest: dict[Carried, int] = {}
    wanted: dict[int, set[int]] = {}
    for touch in touches.values():
        key = tuple(touch.carried[k] for k in keys)
        strongest[key] = min(touch.strength, strongest.get(key, DECIDED))
        told = next(((k, v) for k, v in zip(keys, key, strict=True) if v is not None), None)
        if told is None:
            return None
        wanted.setdefault(told[0], set()).add(told[1])
    out: Touches = {}
    for k, values in wanted.items():
        rows = walk.rows.from_rows(node, shift + k, values)
        if rows is None:
            return None
        for n, carried in rows.items():
            strength = strongest.get(tuple(carried[shift + i] for i in keys))
            if strength is not None:
                out[n] = Touch(strength, carried)
    return out


def _stronger(one: Touches, other: Touches) -> Touches:
    """Return the touched rows of both; the strongest counts."""
    return one | {n: t for n, t in other.items() if n not in one or t.strength < one[n].strength}
