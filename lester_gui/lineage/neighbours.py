"""Walk from a row to the rows of the views before it one step at a time, and to the rows beside it that a window looked at.

Provenance columns jump from a row to the sources. Where a window lies between, that would pass it by: its rows keep who they
are, yet their cells were computed with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from lester_gui.ir.nodes import Broadcast, Concat, Join, JoinKind, Node, Read, Sort, Window
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.compile_windows import has_partition, partition_keys, placed_rows, same_partition
from lester_gui.runtime.provenance import at_most_one_match, creates_identity, identifying, occurrences
from lester_gui.store.catalogue import View
from lester_gui.store.registered import registered


def behind_a_window(node: Node) -> bool:
    """Whether a window lies between the rows of `node` and the sources or groups that their provenance names."""
    stack = [node]
    while stack:
        n = stack.pop()
        if isinstance(n, Window):
            return True
        if not isinstance(n, Read) and not creates_identity(n):
            stack.extend(_contained(n))
    return False


def parent_rows(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, View], node: Node, numbers: Iterable[int]
) -> list[tuple[Node, set[int]]]:
    """Return the rows of the parents that rows of `node` contain; `node` creates no row identity."""
    out, shift = [], 0
    for number, parent in enumerate(_contained(node)):
        if _keeps_numbers(node, number):
            out.append((parent, set(numbers)))
        else:
            same = " AND ".join(f"c.__p{shift + i} IS NOT DISTINCT FROM p.__p{i}" for i in identifying(parent))
            rows = f"lester.{views[parent.name].table_name} p JOIN lester.{views[node.name].table_name} c ON {same}"
            with given_rows(connection, numbers) as chosen:
                sql = f"SELECT DISTINCT p.{ROW_NO} FROM {rows} WHERE c.{ROW_NO} IN (SELECT number FROM {chosen})"
                out.append((parent, {n for (n,) in connection.execute(sql).fetchall()}))
        shift += len(occurrences(parent))
    return out


def rows_beside(
    connection: duckdb.DuckDBPyConnection, views: Mapping[str, View], node: Window, numbers: Iterable[int]
) -> dict[int, set[int]]:
    """Return row of a window → the other rows of its group that its values depend on."""
    table = f"lester.{views[node.parent.name].table_name}"
    keys = ", ".join(partition_keys(node, "p"))
    over = f"OVER ({f'PARTITION BY {keys} ' if keys else ''}ORDER BY p.__place)"
    placed = f"(SELECT p.*, row_number() {over} AS __nth FROM {placed_rows(node, table, ROW_NO)} p)"
    tests = [same_partition(node, "a", "b"), has_partition(node, "a"), f"a.{ROW_NO} <> b.{ROW_NO}"]
    before, after = ([c.reach[side] for c in node.columns] for side in (0, 1))
    if None not in before:
        tests.append(f"b.__nth >= a.__nth - {max(r for r in before if r is not None)}")
    if None not in after:
        tests.append(f"b.__nth <= a.__nth + {max(r for r in after if r is not None)}")
    out: dict[int, set[int]] = {}
    with given_rows(connection, numbers) as chosen:
        sql = f"SELECT a.{ROW_NO}, b.{ROW_NO} FROM {placed} a JOIN {placed} b ON {' AND '.join(tests)}"
        for own, other in connection.execute(f"{sql} WHERE a.{ROW_NO} IN (SELECT number FROM {chosen})").fetchall():
            out.setdefault(own, set()).add(other)
    return out


@contextmanager
def given_rows(connection: duckdb.DuckDBPyConnection, numbers: Iterable[int]) -> Iterator[str]:
    """Offer row numbers to SQL, as the column ``number`` of the name that it yields."""
    with registered(connection, row_numbers=pa.table({"number": pa.array(sorted(numbers), pa.int64())})):
        yield "row_numbers"


def _contained(node: Node) -> tuple[Node, ...]:
    """The parents whose rows are in a row of `node`, in the order of its provenance columns."""
    if isinstance(node, Join) and node.how in (JoinKind.SEMI, JoinKind.ANTI):
        return (node.left,)
    return node.parents if isinstance(node, Join | Concat | Broadcast) else node.parents[:1]


def _keeps_numbers(node: Node, number: int) -> bool:
    if number or isinstance(node, Sort | Concat):
        return False
    return at_most_one_match(node) if isinstance(node, Join) else True
