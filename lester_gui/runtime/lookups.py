"""Lookup tables of a run: which rows of a view came from a row, where the view itself is not sorted by that.

A view is sorted by its row numbers and, as a rule, by the provenance of its first parent: a row is then found by zone maps. The
other side of a join, or what a sort moved, is not in order. For these occurrences a narrow table ``value, row_no`` stands beside
the view, sorted by the value, and beside the edges of groups, which are sorted by the parent's rows, one sorted by group. They
hold row numbers only, follow every change of their view, and decide about speed alone: without one the view is read as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import duckdb

from lester_gui.ir.nodes import Aggregate, Concat, Distinct, Join, JoinKind, Keep, Node, Read, Sort
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import loads
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.provenance import at_most_one_match, creates_identity, identifying, occurrences
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Run, View
from lester_gui.store.connection import transaction

MEMBERS: Final = "members"
"""The key of the lookup table of a group's rows; those of occurrences are keyed by their number."""


def lookups_of(view: View) -> dict[str, str]:
    """Return the lookup tables of a view, as SQL names them: by the number of an occurrence, or `MEMBERS`."""
    found: dict[str, str] = json.loads(view.lookups_json or "{}")
    return {key: f"lester.{table}" for key, table in found.items()}


def make_lookups(connection: duckdb.DuckDBPyConnection, plan: Plan, views: Mapping[str, View]) -> None:
    """Make the lookup tables of a run's views and enter them, within the caller's transaction."""
    in_order = sorted_occurrences(plan)
    for node in plan.views:
        view, made = views[node.name], {}
        for number in followed_occurrences(node):
            if number not in in_order[node.name]:
                made[str(number)] = f"rows_{view.run}_{view.position}_{number}"
                connection.execute(f"CREATE TABLE lester.{made[str(number)]} (value BIGINT, row_no BIGINT)")
                _enter_rows(connection, f"lester.{made[str(number)]}", number, f"lester.{view.table_name}")
        if _has_members(node):
            made[MEMBERS] = f"members_{view.run}_{view.position}"
            connection.execute(f"CREATE TABLE lester.{made[MEMBERS]} (row_no BIGINT, parent_no BIGINT)")
            edges = json.loads(view.edges_json)["0"]
            _enter_members(connection, f"lester.{made[MEMBERS]}", f"SELECT row_no, parent_no FROM lester.{edges}")
        catalogue.update(connection, View, {"lookups_json": json.dumps(made)}, run=view.run, name=view.name)


def make_missing(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the lookup tables of runs that an earlier version of Lester left without them, in a transaction of its own."""
    row = connection.execute("SELECT EXISTS (SELECT 1 FROM lester.view WHERE lookups_json IS NULL)").fetchone()
    if row is None or not row[0]:
        return
    for run in catalogue.find(connection, Run, status="done"):
        views = {v.name: v for v in catalogue.find(connection, View, run=run.id)}
        if any(v.lookups_json is None for v in views.values()):
            with transaction(connection):
                make_lookups(connection, loads(run.plan_json), views)


def drop_lookups(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Drop the lookup tables of a view."""
    for table in lookups_of(view).values():
        connection.execute(f"DROP TABLE IF EXISTS {table}")


def change_rows(connection: duckdb.DuckDBPyConnection, lookups: Mapping[str, str], old: str, new: str) -> None:
    """Let the lookup tables of a view follow a change: `old` and `new` are tables of its rows before and after."""
    for key, table in lookups.items():
        if key != MEMBERS:
            gone = f"value IN (SELECT __p{key} FROM {old}) AND row_no IN (SELECT {ROW_NO} FROM {old})"
            connection.execute(f"DELETE FROM {table} WHERE {gone}")
            _enter_rows(connection, table, int(key), new)


def change_members(connection: duckdb.DuckDBPyConnection, lookups: Mapping[str, str], gone: str | None, come: str) -> None:
    """Let the lookup table of groups follow a change of the edges.

    Parameters
    ----------
    gone, come
        Tables (row_no, parent_no) of edges that were deleted and inserted; `gone` is None if all were.
    """
    table = lookups.get(MEMBERS)
    if table is None:
        return
    pairs = f"row_no IN (SELECT row_no FROM {gone}) AND parent_no IN (SELECT parent_no FROM {gone})"
    connection.execute(f"DELETE FROM {table} WHERE {'TRUE' if gone is None else pairs}")
    _enter_members(connection, table, f"SELECT row_no, parent_no FROM {come}")


def sorted_occurrences(plan: Plan) -> dict[str, frozenset[int]]:
    """Return per view the occurrences whose values rise with the rows, as long as sources keep the order they were read in."""
    out: dict[str, frozenset[int]] = {}
    for node in plan.views:
        if isinstance(node, Read) or creates_identity(node):
            out[node.name] = frozenset({0})
        elif isinstance(node, Sort) or (isinstance(node, Join) and node.how in (JoinKind.RIGHT, JoinKind.OUTER)):
            out[node.name] = frozenset()
        elif isinstance(node, Concat):
            found, shift = set[int](), 0
            for parent in node.inputs:
                found |= {k + shift for k in out[parent.name]}
                shift += len(occurrences(parent))
            out[node.name] = frozenset(found)
        else:
            out[node.name] = out[node.parents[0].name]
    return out


def followed_occurrences(node: Node) -> tuple[int, ...]:
    """Return the occurrences by which rows of a view are found from rows of parents whose numbers they do not keep."""
    if isinstance(node, Sort):
        return identifying(node.parents[0])
    if isinstance(node, Concat) or (isinstance(node, Join) and node.how not in (JoinKind.SEMI, JoinKind.ANTI)):
        out, shift = [], 0
        for number, parent in enumerate(node.parents):
            if number or not keeps_numbers(node):
                out += [k + shift for k in identifying(parent)]
            shift += len(occurrences(parent))
        return tuple(out)
    return ()


def keeps_numbers(node: Node) -> bool:
    """Whether the rows of a view are rows of its first parent under the same numbers and with its provenance first."""
    if isinstance(node, Read | Sort | Concat) or creates_identity(node):
        return False
    return at_most_one_match(node) if isinstance(node, Join) else True


def _has_members(node: Node) -> bool:
    return isinstance(node, Aggregate) or (isinstance(node, Distinct) and node.keep is not Keep.NONE)


def _enter_rows(connection: duckdb.DuckDBPyConnection, table: str, number: int, rows: str) -> None:
    column = f"__p{number}"
    connection.execute(f"INSERT INTO {table} SELECT {column}, {ROW_NO} FROM {rows} WHERE {column} IS NOT NULL ORDER BY ALL")


def _enter_members(connection: duckdb.DuckDBPyConnection, table: str, edges: str) -> None:
    connection.execute(f"INSERT INTO {table} {edges} ORDER BY ALL")
