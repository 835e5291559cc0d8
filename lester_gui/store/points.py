"""SQL that looks a few values up in a table that is sorted by them.

DuckDB skips row groups by their smallest and largest value (zone maps), but only for a constant: one comparison each costs a
piece of a sorted table, while ``IN (SELECT …)`` and lists look at the whole column. A table that is not sorted, or not any more
since rows were added, gives the same answer, later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import duckdb

ONE_BY_ONE: Final = 16
"""Values up to which as many small looks at a sorted table cost less than one through its whole column."""
FEW: Final = 1000
"""Values up to which they are fetched, to be looked up."""


def rows_at(columns: str, table: str, column: str, values: Collection[int]) -> str:
    """Return the SELECT of the rows in which a whole-number column has one of some values.

    Parameters
    ----------
    columns
        What is selected: names or expressions, as in SQL; no aggregates.

    Examples
    --------
    >>> rows_at("a", "t", "n", [7])
    'SELECT a FROM t WHERE n = 7'
    >>> rows_at("a", "t", "n", [7, 9])
    'SELECT a FROM t WHERE n = 7 UNION ALL SELECT a FROM t WHERE n = 9'
    >>> rows_at("a", "t", "n", [])
    'SELECT a FROM t WHERE FALSE'
    """
    start = f"SELECT {columns} FROM {table} WHERE"
    numbers = sorted({int(v) for v in values})
    if not numbers:
        return f"{start} FALSE"
    if len(numbers) <= ONE_BY_ONE:
        return " UNION ALL ".join(f"{start} {column} = {n}" for n in numbers)
    return f"{start} {within(column, numbers)}"


def rows_among(connection: duckdb.DuckDBPyConnection, columns: str, table: str, column: str, select: str) -> str:
    """Return the SELECT of the rows in which a whole-number column has a value that `select` yields; few are looked up."""
    few = few_values(connection, select)
    if few is None:
        return f"SELECT {columns} FROM {table} WHERE {column} IN ({select})"
    return rows_at(columns, table, column, few)


def few_values(connection: duckdb.DuckDBPyConnection, select: str, most: int = FEW) -> list[int] | None:
    """Return the whole numbers that a SELECT of one column yields, each once; None if they are more, or one is missing."""
    found = connection.execute(f"SELECT DISTINCT * FROM ({select}) LIMIT {most + 1}").fetchall()
    return None if len(found) > most or (None,) in found else [int(n) for (n,) in found]


def delete_among(connection: duckdb.DuckDBPyConnection, table: str, column: str, select: str) -> None:
    """Delete the rows in which a whole-number column has a value that `select` yields."""
    few = few_values(connection, select)
    if few is None:
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({select})")
    else:
        delete_at(connection, table, column, few)


def delete_at(connection: duckdb.DuckDBPyConnection, table: str, column: str, values: Iterable[int]) -> None:
    """Delete the rows in which a whole-number column has one of some values."""
    listed = ", ".join(str(int(v)) for v in values)
    if listed:
        connection.execute(f"DELETE FROM {table} WHERE {column} IN ({listed})")


def within(column: str, values: Iterable[int]) -> str:
    """Return the condition that a column has one of many values; not none."""
    numbers = sorted({int(v) for v in values})
    listed = ", ".join(map(str, numbers))
    return f"{column} BETWEEN {numbers[0]} AND {numbers[-1]} AND {column} IN (SELECT unnest([{listed}]::BIGINT[]))"
