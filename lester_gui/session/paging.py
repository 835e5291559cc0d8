"""Pages of a table in its own order or any other, without counting rows for each page.

In its own order a table is read by ranges of row numbers. For a sorted or filtered table, the row numbers that pass are listed
once, in order, in a temporary table; pages are then read by position.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy as np

from lester_gui.errors import UserError
from lester_gui.ir.schema import Type
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.session.filters import Condition
from lester_gui.session.reading import Reader, Shown

_BLOCK: Final = 1024
"""Rows between two known places of a table in its own order."""
_REMEMBERED: Final = 64
_LISTS: Final = 8
"""Sorted or filtered row lists that are kept."""


def order_of(shown: Shown, sort: Sequence[Sequence[Any]]) -> list[tuple[str, bool]]:
    """Return the columns to sort by.

    Raises
    ------
    UserError
        If there is no such column, it is masked, or it holds lists.
    """
    order = []
    for entry in sort:
        name, ascending = str(entry[0]), bool(entry[1]) if len(entry) > 1 else True
        field = shown.schema.field(name)
        if field.name in shown.personal:
            raise UserError(f"{name} is masked and cannot be sorted by", "Its order would tell whose rows come first.")
        if field.type in (Type.FLOATS, Type.STRS):
            raise UserError(f"{name} holds lists, which have no order", "Choose another column.")
        order.append((name, ascending))
    return order


def fetch(
    reader: Reader, shown: Shown, start: int, count: int, order: list[tuple[str, bool]], conditions: list[Condition]
) -> tuple[list[tuple[Any, ...]], int]:
    """Return (number, cells …) of the rows of a page, and how many rows pass the conditions. Masked cells are not read."""
    cells = ", ".join("NULL" if f.name in shown.personal else f"t.{identifier(f.name)}" for f in shown.schema)
    chosen = f"SELECT t.{shown.key}, {cells} FROM {shown.table} t"
    if not order and not conditions:
        rows = _in_own_order(reader, shown, chosen, start, count)
        return rows, shown.view.rows
    name, total = _row_list(reader, shown, order, conditions)
    found = reader.connection.execute(
        f"{chosen} JOIN temp.main.{name} l ON l.number = t.{ROW_NO} WHERE l.place >= ? AND l.place < ? ORDER BY l.place",
        [start, start + count],
    ).fetchall()
    return found, total


def _in_own_order(reader: Reader, shown: Shown, chosen: str, start: int, count: int) -> list[tuple[Any, ...]]:
    """Fetch by a range of row numbers: the number at every 1,024th place is looked up once, so that no page counts rows.

    The range has both ends, so that the database reads those few row groups and no others.
    """
    if start >= shown.view.rows or not count:
        return []
    if start + count <= _BLOCK:  # the first page of a table comes at once
        return reader.connection.execute(f"{chosen} ORDER BY t.{ROW_NO} LIMIT {count} OFFSET {start}").fetchall()
    places = reader.once(("places", *shown.identity), lambda: _places(reader, shown), most=_REMEMBERED)
    block, skip = divmod(start, _BLOCK)
    if block >= len(places):
        return []
    after = block + (skip + count - 1) // _BLOCK + 1
    bound = f" AND t.{ROW_NO} < {int(places[after])}" if after < len(places) else ""
    return reader.connection.execute(
        f"{chosen} WHERE t.{ROW_NO} >= {int(places[block])}{bound} ORDER BY t.{ROW_NO} LIMIT {count} OFFSET {skip}"
    ).fetchall()


def _places(reader: Reader, shown: Shown) -> Any:
    numbers = reader.connection.execute(f"SELECT {ROW_NO} FROM {shown.table} ORDER BY {ROW_NO}").fetchnumpy()[ROW_NO]
    return np.ascontiguousarray(numbers[::_BLOCK])


def _row_list(reader: Reader, shown: Shown, order: list[tuple[str, bool]], conditions: list[Condition]) -> tuple[str, int]:
    """Return a temporary table (place, number) of the rows that pass, in order, and their number; made once."""
    key = (*shown.identity, tuple(order), tuple((c.sql, c.parameters) for c in conditions))
    if key not in reader.lists:
        while len(reader.lists) >= _LISTS:
            _, (oldest, _) = reader.lists.popitem(last=False)
            reader.connection.execute(f"DROP TABLE IF EXISTS temp.main.{oldest}")
        reader.made += 1
        name = f"listed_{reader.made}"
        by = [f"{identifier(c)} {'ASC' if up else 'DESC'} NULLS LAST" for c, up in order] + [ROW_NO]
        where = " AND ".join(f"({c.sql})" for c in conditions)
        reader.connection.execute(
            f"CREATE TEMP TABLE {name} AS SELECT row_number() OVER (ORDER BY {', '.join(by)}) - 1 AS place, {ROW_NO} AS number "
            f"FROM {shown.table}{f' WHERE {where}' if where else ''} ORDER BY place",
            [p for c in conditions for p in c.parameters],
        )
        total = reader.connection.execute(f"SELECT count(*) FROM temp.main.{name}").fetchone()
        assert total is not None
        reader.lists[key] = (name, int(total[0]))
    reader.lists.move_to_end(key)
    return reader.lists[key]


def plain(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
