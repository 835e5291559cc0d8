"""What the header of a table says about its columns, computed in the database once per view.

A personal column has none: its least and most frequent values would tell whose they are.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any, Final

import duckdb

from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime.compile_expressions import identifier

BINS: Final = 24
TOP: Final = 8
_EXACT_UP_TO: Final = 1_000_000
_ORDERED: Final = (Type.INT, Type.FLOAT, Type.DATE, Type.TIMESTAMP)

Statistics = dict[str, Any]


def column_statistics(
    connection: duckdb.DuckDBPyConnection, table: str, schema: Schema, personal: Collection[str], rows: int
) -> dict[str, Statistics | None]:
    """Return per column ``nulls``, ``distinct``, ``min``, ``max``, and ``histogram`` (counts of at most 24 equal bins, numbers
    and times) or ``top`` ((value, share of the rows that have one) pairs, text and truth values). Personal columns: None.

    Parameters
    ----------
    rows
        Of the table: distinct values of more than a million rows are estimated.
    """
    open_fields = [f for f in schema if f.name not in personal]
    out: dict[str, Statistics | None] = {f.name: None for f in schema}
    if not open_fields:
        return out
    counts = [part for f in open_fields for part in _counts(f, rows)]
    found = connection.execute(f"SELECT count(*), {', '.join(counts)} FROM {table}").fetchone()
    assert found is not None
    total = int(found[0])
    for i, f in enumerate(open_fields):
        values, distinct, least, most = found[1 + 4 * i : 5 + 4 * i]
        statistics: Statistics = {"nulls": total - int(values), "distinct": int(distinct), "histogram": None, "top": None}
        if f.type in _ORDERED and least is not None:
            statistics["histogram"] = _histogram(connection, table, f, least, most)
        elif f.type in (Type.STR, Type.BOOL) and values:
            statistics["top"] = _top(connection, table, f, int(values))
        ranged = f.type in _ORDERED
        out[f.name] = statistics | {"min": _end(least) if ranged else None, "max": _end(most) if ranged else None}
    return out


def _counts(field: Field, rows: int) -> tuple[str, str, str, str]:
    """Return the SQL of: values, distinct values, least and greatest (finite) value."""
    name = identifier(field.name)
    if field.type in (Type.FLOATS, Type.STRS):
        return f"count({name})", f"count(DISTINCT {name})" if rows <= _EXACT_UP_TO else "0", "NULL", "NULL"
    distinct = f"count(DISTINCT {name})" if rows <= _EXACT_UP_TO else f"approx_count_distinct({name})"
    finite = f" FILTER (isfinite({name}))" if field.type is Type.FLOAT else ""
    return f"count({name})", distinct, f"min({name}){finite}", f"max({name}){finite}"


def _histogram(connection: duckdb.DuckDBPyConnection, table: str, field: Field, least: Any, most: Any) -> list[int]:
    """Return the number of values in equal bins from least to greatest; one bin per whole number where they are few."""
    low, high = _measure(least), _measure(most)
    whole = field.type in (Type.INT, Type.DATE)
    if low == high:
        bins, width = 1, 1.0
    elif whole and high - low < BINS:
        bins, width = int(high - low) + 1, 1.0
    else:
        bins, width = BINS, (high - low) / BINS
    name = identifier(field.name)
    value = f"epoch({name})" if field.type is Type.TIMESTAMP else f"epoch({name}) / 86400" if field.type is Type.DATE else name
    condition = f"isfinite({name})" if field.type is Type.FLOAT else f"{name} IS NOT NULL"
    place = f"greatest(0, least({bins - 1}, CAST(floor((CAST({value} AS DOUBLE) - ?) / ?) AS BIGINT)))"
    sql = f"SELECT {place} AS bin, count(*) FROM {table} WHERE {condition} GROUP BY bin"
    rows = connection.execute(sql, [low, width]).fetchall()
    counts = [0] * bins
    for number, count in rows:
        counts[int(number)] = int(count)
    return counts


def _top(connection: duckdb.DuckDBPyConnection, table: str, field: Field, values: int) -> list[list[Any]]:
    name = identifier(field.name)
    rows = connection.execute(
        f"SELECT {name}, count(*) AS n FROM {table} WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY n DESC, {name} LIMIT {TOP}"
    ).fetchall()
    return [[value, count / values] for value, count in rows]


def _measure(value: Any) -> float:
    """Return a value on the line that bins divide: days for dates, seconds for times."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).timestamp()
    if isinstance(value, date):
        return float((value - date(1970, 1, 1)).days)
    return float(value)


def _end(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
