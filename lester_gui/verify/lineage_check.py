"""Leave a source row out, run the original again, and see whether the rows that stay are those that the lineage predicts.

On prepared rows, not on X: a z-score moves every row. Where a step can promote another row (first, last, limit, outer joins) or
compares with what others contribute, provenance alone cannot predict; there the plan itself has to give what the script gives,
and the case is counted as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lester_gui.ir.expressions import columns_of
from lester_gui.ir.learning import VALIDATION
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
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
from lester_gui.ir.plan import Plan, topological
from lester_gui.progress import Context
from lester_gui.runtime.provenance import identifying
from lester_gui.sandbox.record import cells
from lester_gui.verify.capture import OriginalRun, learning_of_plan, table_of
from lester_gui.verify.comparison import pair_columns, same_multiset
from lester_gui.verify.dealt import calls_of
from lester_gui.verify.equivalence import assignment_for, compare_view
from lester_gui.verify.plan_result import PlanResult
from lester_gui.verify.sources import Ancestry, SourceTable
from lester_gui.verify.verdict import LineageResult

Array = np.ndarray[Any, Any]
Tables = Mapping[str, SourceTable]
ROWS = 6  # source rows that are left out


@dataclass(frozen=True, slots=True)
class Without:
    """A source record to leave out, 0-based, and why it was chosen."""

    source: str
    record: int
    branch: str


def check_lineage(
    plan: Plan,
    tables: Tables,
    result: PlanResult,
    original: OriginalRun,
    rerun: Callable[[Tables], OriginalRun],
    execute: Callable[[Tables], PlanResult],
    ctx: Context,
    rows: int = ROWS,
) -> LineageResult:
    """Compare predicted with real survival of rows, one source row at a time.

    Parameters
    ----------
    plan
    tables
        Sources as they were for `result` and `original`.
    result, original
        Plan and script on them; they must agree.
    rerun, execute
        Run script and plan on other sources.
    rows
        How many source rows to leave out.
    """
    outcome: Counter[str] = Counter()
    view = _target(plan, result, original)
    for without, fewer, again in _reruns(choose(plan, tables, result)[:rows], tables, rerun):
        ctx.check_cancelled()
        outcome["tried"] += 1
        if again.run.status != "finished":
            outcome["not_compared"] += 1
            continue
        survivors = surviving(plan, result, view.name, {(without.source, without.record + 1)})
        if survivors is None:
            outcome["not_compared"] += 1
            continue
        predicted = _as_predicted(plan, view, result, original, again, survivors, without.source)
        if predicted is None:
            outcome["not_compared"] += 1
        elif predicted:
            outcome["agree"] += 1
        elif is_exact(view, without.source):
            outcome["wrong"] += 1
        else:
            other = execute(fewer)
            equal = _plan_agrees(plan, view, other, again)
            if equal and not _evicts(view):
                equal = _all_stay(plan, view, result, other, survivors, without)
            outcome["not_compared" if equal is None else "promoted" if equal else "wrong"] += 1
    return LineageResult(**outcome)


def _reruns(
    chosen: Sequence[Without], tables: Tables, rerun: Callable[[Tables], OriginalRun]
) -> Iterator[tuple[Without, Tables, OriginalRun]]:
    """Yield what the script does without each of the rows; while one is compared here, the script runs on without the next."""
    with ThreadPoolExecutor(1) as pool:
        begun = []
        for w in chosen:
            table = tables[w.source]
            fewer = {**tables, w.source: table.with_records(_without(table.records, w.record))}
            begun.append((w, fewer, pool.submit(rerun, fewer)))
        try:
            for w, fewer, run in begun:
                yield w, fewer, run.result()
        finally:
            for _, _, run in begun:
                run.cancel()


def _without(records: Sequence[bytes], number: int) -> list[bytes]:
    return [r for i, r in enumerate(records) if i != number]


def _target(plan: Plan, result: PlanResult, original: OriginalRun) -> Node:
    """Return the last view that the script has too; the prepared one if it has none."""
    for node in reversed(plan.views):
        if node.name in result.views and compare_view(node, result, original).status in ("equal", "order"):
            return node
    return plan.prepared


def choose(plan: Plan, tables: Tables, result: PlanResult) -> list[Without]:
    """Choose source rows, one per branch: one that reaches the end, one that is dropped on the way, and the last one."""
    walk = Ancestry(plan, result)
    view = result.views.get(plan.prepared.name)
    reaching = set() if view is None else walk.sources(plan.prepared.name, range(view.table.num_rows), members=1)
    by_branch: list[list[Without]] = [[], [], []]
    for source, table in tables.items():
        n = len(table.records)
        if n < 2:
            continue
        kept = sorted(r for s, r in reaching if s == source and 0 < r <= n)
        dropped = [r for r in range(1, n + 1) if r not in set(kept)]
        if kept:
            by_branch[0].append(Without(source, kept[len(kept) // 2] - 1, "reaches the end"))
        if dropped:
            by_branch[1].append(Without(source, dropped[len(dropped) // 2] - 1, "is dropped"))
        by_branch[2].append(Without(source, n - 1, "is the last"))
    return [w for branch in by_branch for w in branch]


# --- prediction --------------------------------------------------------------------------------------------------------


def surviving(plan: Plan, result: PlanResult, view: str, gone: set[tuple[str, int]]) -> Array | None:
    """Return which rows of a view stay when source records (source, 1-based) are gone, by provenance alone.

    A row is the product of its occurrences, a row of a group the sum of its members (Green et al., PODS 2007).
    """
    nodes = {n.name: n for n in plan.views}
    walk = Ancestry(plan, result)
    known: dict[str, Array] = {}

    def alive(name: str) -> Array | None:
        if name in known:
            return known[name]
        held = result.views.get(name)
        if held is None:
            return None
        out = np.ones(held.table.num_rows, dtype=bool)
        for occurrence in held.occurrences:
            origin = nodes[occurrence.origin]
            missing = occurrence.rows.is_null().to_numpy(zero_copy_only=False)
            numbers = occurrence.rows.fill_null(0).to_numpy(zero_copy_only=False)
            if isinstance(origin, Read):
                out &= missing | ~np.isin(numbers, [n for source, n in gone if source == origin.source])
                continue
            if isinstance(origin, Aggregate) and not origin.by:
                continue  # one row for all, also for none
            above = alive(origin.parents[0].name)
            if above is None:
                return None
            edges = walk.edges(origin.name)
            places = walk.positions(origin.parents[0].name, edges.parent_no)
            there = places >= 0
            living = edges.row_no[there][above[places[there]]]
            out &= missing | np.isin(numbers, living) | ~np.isin(numbers, edges.row_no)
        known[name] = out
        return out

    return alive(view)


def is_exact(node: Node, source: str) -> bool:
    """Whether provenance alone decides which rows of a view stay when a row of `source` goes.

    Not where a step on the way from that source promotes another row, or looks at what the row contributed to others.
    """
    if source not in _sources(node):
        return True
    if isinstance(node, Filter):
        return all(is_own(node.parent, c, source) for c in columns_of(node.predicate)) and is_exact(node.parent, source)
    if isinstance(node, Join):
        own_keys = all(is_own(node.left, a, source) and is_own(node.right, b, source) for a, b in node.on)
        keeps_left = node.how in (JoinKind.INNER, JoinKind.CROSS) and node.take is Take.ALL
        if source in _sources(node.right) and not keeps_left:
            return False
        if node.how in (JoinKind.RIGHT, JoinKind.OUTER) or not own_keys:
            return False
        return is_exact(node.left, source) and is_exact(node.right, source)
    if isinstance(node, Broadcast):
        return source not in _sources(node.of) and is_exact(node.parent, source)
    if isinstance(node, Aggregate):  # a group whose key is another group's value becomes another group with that value
        return all(is_own(node.parent, c, source) for c in node.by) and is_exact(node.parent, source)
    if isinstance(node, Read | Project | Select | Concat | Sort | Window | Explode):
        return all(is_exact(p, source) for p in node.parents)
    return False


def _sources(node: Node) -> set[str]:
    return {n.source for n in topological(node) if isinstance(n, Read)}


def is_own(node: Node, column: str, source: str) -> bool:
    """Whether a row of `source` gives a column's cells in its own rows only: no group's value, no last row's."""
    if source not in _sources(node) or isinstance(node, Read):
        return True
    if isinstance(node, Aggregate) and column not in node.by:
        return False
    if isinstance(node, Broadcast) and column in dict(node.values):
        return source not in _sources(node.of)
    if isinstance(node, Window) and any(c.name == column for c in node.columns):
        return False
    if not isinstance(node, Filter | Project | Select | Join | Aggregate | Broadcast | Concat | Sort | Window | Explode):
        return False
    made_of = node.definitions().get(column, ())
    return all(is_own(node.parents[i], name, source) for i, name in made_of)


# --- comparison --------------------------------------------------------------------------------------------------------


def _as_predicted(
    plan: Plan, view: Node, result: PlanResult, original: OriginalRun, again: OriginalRun, survivors: Array, source: str
) -> bool | None:
    before, after = _captured(view, original), _captured(view, again)
    if before is None or after is None:
        rows = _prepared_rows(plan, again)
        return None if rows is None else rows == int(survivors.sum())
    held = result.views[view.name].table
    if after[0].num_rows != int(survivors.sum()):
        return False
    pairs, _, _ = pair_columns(before[0], held, before[1])
    own = [(i, j) for i, j in pairs if is_own(view, held.column_names[j], source) and i < after[0].num_columns]
    expected = _rows(held.filter(pa.array(survivors)), [j for _, j in own])
    return same_multiset(expected, _rows(after[0], [i for i, _ in own]))


def _plan_agrees(plan: Plan, view: Node, result: PlanResult, again: OriginalRun) -> bool | None:
    status = compare_view(view, result, again).status
    if status in ("equal", "order", "differs"):
        return status != "differs"
    rows = _prepared_rows(plan, again)
    prepared = result.views.get(plan.prepared.name)
    return None if rows is None or prepared is None else rows == prepared.table.num_rows


def _evicts(view: Node) -> bool:
    """Whether some step may drop rows because another row is gone, so that not even the rows predicted to stay must."""
    for node in topological(view):
        if isinstance(node, Filter):
            if not all(is_own(node.parent, c, s) for c in columns_of(node.predicate) for s in _sources(node)):
                return True
        elif isinstance(node, Limit | Opaque) or (isinstance(node, Join) and node.how is JoinKind.SEMI):
            return True
    return False


def _all_stay(plan: Plan, view: Node, result: PlanResult, other: PlanResult, survivors: Array, without: Without) -> bool:
    """Whether every row that the lineage says stays is there again: promotion adds rows, it takes none away."""
    if view.name not in other.views:
        return False
    gone = without.record + 1
    stay = [int(i) for i in np.flatnonzero(survivors)]
    there = range(other.views[view.name].table.num_rows)
    expected = _identities(Ancestry(plan, result), view, stay, lambda s, r: None if (s, r) == (without.source, gone) else r)
    found = _identities(Ancestry(plan, other), view, there, lambda s, r: r + 1 if s == without.source and r >= gone else r)
    return not expected - found


def _identities(
    walk: Ancestry, view: Node, rows: Iterable[int], number: Callable[[str, int], int | None]
) -> Counter[frozenset[tuple[str, int]]]:
    keys = identifying(view)
    out: Counter[frozenset[tuple[str, int]]] = Counter()
    for row in rows:
        found = walk.sources(view.name, [row], members=1 << 30, only=keys)
        out[frozenset((s, n) for s, r in found if (n := number(s, r)) is not None)] += 1
    return out


def _captured(view: Node, original: OriginalRun) -> tuple[pa.Table, bool] | None:
    assignment = assignment_for(view, original)
    return None if assignment is None else table_of(assignment.value)


def _rows(table: pa.Table, columns: list[int]) -> list[tuple[object, ...]]:
    return list(zip(*(cells(table.column(i)) for i in columns), strict=True))


def _prepared_rows(plan: Plan, again: OriginalRun) -> int | None:
    """Return how many rows the script dealt to the sides of its split."""
    calls = calls_of(plan.split, again.run.splits)
    if calls is not None:
        return calls[0].rows
    learning = learning_of_plan(again.run, plan)
    if learning is None or learning.X_train is None or VALIDATION in plan.split.sides:
        return None
    return len(learning.X_train) + (0 if learning.X_test is None else len(learning.X_test))
