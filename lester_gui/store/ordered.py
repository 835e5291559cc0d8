"""Rows in the order of a key, and places in such an order.

A table that was written in the order of its key is only looked at: that is cheaper than sorting it.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


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


def places(numbers: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of each number in an array that is in order, -1 where it is not in it."""
    found = np.searchsorted(among, numbers)
    there = found < len(among)
    there[there] = among[found[there]] == numbers[there]
    return np.where(there, found, -1)


_IN_MEMORY = 1 << 28
"""Bytes up to which rows are put in order in memory; more of them DuckDB sorts, which can spill."""
