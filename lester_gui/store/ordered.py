"""Fetch rows in the order of a key. A table that was written in that order is only looked at: that is cheaper than sorting."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa


def fetch_in_order(connection: duckdb.DuckDBPyConnection, sql: str, key: str, arguments: Sequence[object] = ()) -> pa.Table:
    """Return what a SELECT yields, by one of its columns.

    Parameters
    ----------
    sql
        A SELECT without an ORDER BY.
    key
        A column of whole numbers, none missing, no two equal.
    """
    found = connection.execute(sql, list(arguments)).to_arrow_table()
    numbers = found.column(key).to_numpy()
    if (numbers[1:] > numbers[:-1]).all():
        return found
    if found.nbytes < _IN_MEMORY:
        return found.take(pa.array(np.argsort(numbers)))
    del found
    return connection.execute(f"SELECT * FROM ({sql}) ORDER BY {key}", list(arguments)).to_arrow_table()


_IN_MEMORY = 1 << 28
"""Bytes up to which rows are put in order in memory; more of them DuckDB sorts, which can spill."""
