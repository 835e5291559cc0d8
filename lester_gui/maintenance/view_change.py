"""What happens to the rows of one view: the rows before and after, kept in temporary tables for the views that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb

from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO, hidden_columns
from lester_gui.store.points import delete_among, rows_among

DELTA: Final = "delta"
RECOMPUTED: Final = "recomputed"
KEPT: Final = "kept"


@dataclass(frozen=True, slots=True)
class ViewChange:
    """How a view changed.

    Attributes
    ----------
    name, kind : str
        Of the view.
    method : str
        ``delta`` (only affected rows and groups were computed), ``recomputed`` (the whole view was), or ``kept``.
    removed, added, changed : int
        Rows that left, came, and have other cells or provenance than before.
    cells : int
        Cells that differ in changed rows.
    rows : int
        Rows of the view now.
    why : str
        Why the whole view was computed; empty otherwise.
    renumbered : bool
        Whether a row that stayed got another row number.
    """

    name: str
    kind: str
    method: str
    removed: int = 0
    added: int = 0
    changed: int = 0
    cells: int = 0
    rows: int = 0
    why: str = ""
    renumbered: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.removed or self.added or self.changed)


def old_rows(position: int) -> str:
    """Return the table with the rows as they were that left or changed."""
    return f"temp.main.maintained_old_{position}"


def new_rows(position: int) -> str:
    """Return the table with the rows as they are that came or changed."""
    return f"temp.main.maintained_new_{position}"


def settle(
    con: duckdb.DuckDBPyConnection, node: Node, position: int, table: str, fresh: str, affected: str | None
) -> tuple[int, int, int, int]:
    """Put recomputed rows in place of the affected ones; rows that come out as they were are left alone.

    Parameters
    ----------
    table : str
        The view's table, with its database.
    fresh : str
        A temporary table of recomputed rows.
    affected : str or None
        SQL of the row numbers that `fresh` replaces; None for all rows.

    Returns
    -------
    tuple of int
        Rows removed, added and changed, and cells changed.
    """
    old, new = old_rows(position), new_rows(position)
    rows = f"SELECT * FROM {table}" if affected is None else rows_among(con, "*", table, ROW_NO, affected)
    con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_old_{position} AS {rows}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE maintained_new_{position} AS SELECT * FROM {fresh}")
    same = " AND ".join(identical(node, c) for c in [*node.schema.names, *hidden_columns(node)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE maintained_same AS "
        f"SELECT o.{ROW_NO} AS row_no FROM {old} o JOIN {new} n ON o.{ROW_NO} = n.{ROW_NO} WHERE {same}"
    )
    for side in (old, new):
        con.execute(f"DELETE FROM {side} WHERE {ROW_NO} IN (SELECT row_no FROM temp.main.maintained_same)")
    con.execute("DROP TABLE temp.main.maintained_same")
    delete_among(con, table, ROW_NO, f"SELECT {ROW_NO} FROM {old}")
    con.execute(f"INSERT INTO {table} SELECT * FROM {new} ORDER BY {ROW_NO}")
    return counts(con, node, position)


def counts(con: duckdb.DuckDBPyConnection, node: Node, position: int) -> tuple[int, int, int, int]:
    """Return rows removed, added and changed, and cells changed, between the old and new rows of a view."""
    old, new = old_rows(position), new_rows(position)
    differs = " + ".join(f"CAST(NOT ({identical(node, c)}) AS BIGINT)" for c in node.schema.names) or "0"
    row = con.execute(
        f"SELECT (SELECT count(*) FROM {old}), (SELECT count(*) FROM {new}), count(*), coalesce(sum({differs}), 0) "
        f"FROM {old} o JOIN {new} n ON o.{ROW_NO} = n.{ROW_NO}"
    ).fetchall()[0]
    before, after, changed, cells = (int(v) for v in row)
    return before - changed, after - changed, changed, cells


def identical(node: Node, column: str, left: str = "o", right: str = "n") -> str:
    """Return the condition that a cell has the same bits on both sides; −0.0 is not 0.0."""
    a, b = f"{left}.{identifier(column)}", f"{right}.{identifier(column)}"
    kind = node.schema.field(column).type if column in node.schema else Type.INT
    if kind is Type.FLOAT:
        return f"({a} IS NOT DISTINCT FROM {b} AND ({a} IS DISTINCT FROM 0.0 OR CAST({a} AS VARCHAR) = CAST({b} AS VARCHAR)))"
    if kind is Type.FLOATS:
        return f"CAST({a} AS VARCHAR) IS NOT DISTINCT FROM CAST({b} AS VARCHAR)"
    return f"{a} IS NOT DISTINCT FROM {b}"


def forget(con: duckdb.DuckDBPyConnection, positions: int) -> None:
    """Drop the temporary tables of all views."""
    for position in range(positions):
        con.execute(f"DROP TABLE IF EXISTS {old_rows(position)}")
        con.execute(f"DROP TABLE IF EXISTS {new_rows(position)}")
