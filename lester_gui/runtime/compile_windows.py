"""Compile window columns to SQL: the parent's rows with values computed over the rows that agree in some keys.

Order within a group is written out, sums are exact as in `compile_aggregates`, and a value of the whole group is computed once
per group and joined to its rows, by the same SQL that an aggregate has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lester_gui.ir.nodes import Measure, Window, WindowColumn
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.schema import Schema, Type
from lester_gui.runtime.compile_aggregates import compile_measure, exact_sum, positive_zero
from lester_gui.runtime.compile_expressions import NAN, SQL_TYPE, identifier

_SO_FAR: Final = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
_FROM_HERE: Final = "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"


def placed_rows(node: Window, rows: str, row_no: str) -> str:
    """Return SQL for FROM: rows with ``__place``, their place in the order in which the functions see them."""
    if not node.order:
        return f"(SELECT *, {row_no} AS __place FROM {rows})"
    keys = [f"{identifier(n)} {'ASC' if up else 'DESC'} NULLS LAST" for n, up in node.order]
    return f"(SELECT *, row_number() OVER (ORDER BY {', '.join([*keys, row_no])}) AS __place FROM {rows})"


def partition_keys(node: Window, alias: str = "") -> list[str]:
    """Return the SQL of the keys over the parent's columns; −0.0 and 0.0 are one key."""
    prefix = f"{alias}." if alias else ""
    return [positive_zero(prefix + identifier(n), node.parent.schema.field(n).type) for n in node.by]


def same_partition(node: Window, a: str, b: str) -> str:
    """Return the condition under which rows of two aliases have the same keys."""
    tests = [f"{x} IS NOT DISTINCT FROM {y}" for x, y in zip(partition_keys(node, a), partition_keys(node, b), strict=True)]
    return " AND ".join(tests) or "TRUE"


def has_partition(node: Window, alias: str) -> str:
    """Return the condition under which a row is in a group at all."""
    tests = [f"{alias}.{identifier(n)} IS NOT NULL" for n in node.by] if node.drop_null_keys else []
    return " AND ".join(tests) or "TRUE"


def window_select(node: Window, parent: str, row_no: str, hidden: list[str]) -> str:
    """Return the SELECT of a window over SQL that can stand in FROM, ordered by `row_no`."""
    schema = node.parent.schema
    rows = placed_rows(node, parent, row_no)
    whole = [c for c in node.columns if c.function in AGGREGATES]
    joined = ""
    if whole:
        keys = partition_keys(node)
        parts = [f"{k} AS __k{i}" for i, k in enumerate(keys)]
        parts += [f"{_whole_group(c, schema)} AS __m{i}" for i, c in enumerate(whole)]
        group = f" GROUP BY {', '.join(keys)}" if keys else ""
        same = [f"{k} IS NOT DISTINCT FROM g.__k{i}" for i, k in enumerate(partition_keys(node, "p"))]
        joined = f" LEFT JOIN (SELECT {', '.join(parts)} FROM {rows}{group}) g ON {' AND '.join(same) or 'TRUE'}"
    placed = [c for c in node.columns if c.function == "numpy_place"]
    if placed:
        joined += f" LEFT JOIN ({_places(node, placed, rows, row_no)}) q ON q.__row = p.{row_no}"
    computed = {}
    for c in node.columns:
        if c in placed:
            sql = f"q.__q{placed.index(c)}"
        else:
            sql = f"g.__m{whole.index(c)}" if c in whole else _running(node, c)
        inside = f"CASE WHEN {has_partition(node, 'p')} THEN {sql} END" if node.by and node.drop_null_keys else sql
        computed[c.name] = f"CAST({inside} AS {SQL_TYPE[node.schema.field(c.name).type]})"
    columns = [f"{computed.get(f.name, f'p.{identifier(f.name)}')} AS {identifier(f.name)}" for f in node.schema]
    columns += [f"p.{h} AS {h}" for h in hidden]
    return f"SELECT * FROM (SELECT {', '.join(columns)} FROM {rows} p{joined}) ORDER BY {row_no}"


def _whole_group(c: WindowColumn, schema: Schema) -> str:
    return compile_measure(Measure(c.name, c.function, c.column), schema, "__place")


def _places(node: Window, columns: list[WindowColumn], rows: str, row_no: str) -> str:
    """Return the SELECT of each row's number and its places: NumPy sees the column of a whole group at once."""
    keys = partition_keys(node)
    parts = [f"unnest(list({row_no} ORDER BY __place)) AS __row"]
    for i, c in enumerate(columns):
        assert c.column is not None
        x, kind = identifier(c.column), node.parent.schema.field(c.column).type
        values = f"list(CAST({positive_zero(x, kind)} AS {SQL_TYPE[kind]}) ORDER BY __place)"
        parts.append(f"unnest(lester_places_{kind}({values}, {c.ascending})) AS __q{i}")
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f"SELECT {', '.join(parts)} FROM {rows}{group}"


def _running(node: Window, c: WindowColumn) -> str:
    keys = partition_keys(node, "p")
    kind = Type.INT if c.column is None else node.parent.schema.field(c.column).type
    x = "" if c.column is None else f"p.{identifier(c.column)}"
    return SQL_WINDOWS[c.function](_Over(tuple(keys)), x, kind, c)


class _Over:
    """The OVER clauses of one group."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def __call__(self, order: str = "", frame: str = "", more: str = "") -> str:
        keys = [*self._keys, more] if more else list(self._keys)
        parts = [f"PARTITION BY {', '.join(keys)}" if keys else "", f"ORDER BY {order}" if order else "", frame]
        return f"OVER ({' '.join(p for p in parts if p)})"

    @property
    def so_far(self) -> str:
        return self("p.__place", _SO_FAR)


def _rank(kind_of_rank: str) -> Callable[[_Over, str, Type, WindowColumn], str]:
    def compiled(over: _Over, column: str, kind: Type, c: WindowColumn) -> str:
        x = positive_zero(column, kind)
        missing = f"{column} IS NULL"  # these have no rank, and take none from the others
        order = f"{x} {'ASC' if c.ascending else 'DESC'}"
        ranked = over(order, more=missing)
        equal = f"count(*) {over(more=x)}"
        if kind_of_rank == "first":
            rank = f"row_number() {over(f'{order}, p.__place', more=missing)}"
        elif kind_of_rank == "dense":
            rank = f"dense_rank() {ranked}"
        elif kind_of_rank == "min":
            rank = f"rank() {ranked}"
        elif kind_of_rank == "max":
            rank = f"(rank() {ranked} + {equal} - 1)"
        else:
            rank = f"(CAST(2 * rank() {ranked} + {equal} - 1 AS DOUBLE) / 2)"
        if c.pct:
            count = f"count(DISTINCT {x}) {over()}" if kind_of_rank == "dense" else f"count({x}) {over()}"
            rank = f"CAST({rank} AS DOUBLE) / CAST({count} AS DOUBLE)"
        return f"CASE WHEN {column} IS NOT NULL THEN {rank} END"

    return compiled


def _cumcount(over: _Over, x: str, kind: Type, c: WindowColumn) -> str:
    direction = "ASC" if c.ascending else "DESC"
    return f"row_number() {over(f'p.__place {direction}')} - 1"


def _shift(over: _Over, x: str, kind: Type, c: WindowColumn) -> str:
    return f"lag({x}, {c.offset}) {over('p.__place')}"


def _diff(over: _Over, x: str, kind: Type, c: WindowColumn) -> str:
    difference = f"{x} - {_shift(over, x, kind, c)}"
    return f"nullif({difference}, {NAN})" if kind is Type.FLOAT else difference


def _cumsum(over: _Over, x: str, kind: Type, c: WindowColumn) -> str:
    total = exact_sum(x, over.so_far) if kind is Type.FLOAT else f"sum(CAST({x} AS BIGINT)) {over.so_far}"
    return f"CASE WHEN {x} IS NOT NULL THEN {total} END"


def _extreme(name: str) -> Callable[[_Over, str, Type, WindowColumn], str]:
    return lambda over, x, kind, c: f"CASE WHEN {x} IS NOT NULL THEN {name}({positive_zero(x, kind)}) {over.so_far} END"


SQL_WINDOWS: Final[dict[str, Callable[[_Over, str, Type, WindowColumn], str]]] = {
    "row_number": lambda over, x, kind, c: f"row_number() {over('p.__place')}",
    "cumcount": _cumcount,
    "pandas_rank_average": _rank("average"),
    "pandas_rank_min": _rank("min"),
    "pandas_rank_max": _rank("max"),
    "pandas_rank_first": _rank("first"),
    "pandas_rank_dense": _rank("dense"),
    "shift": _shift,
    "diff": _diff,
    "pandas_cumsum": _cumsum,
    "pandas_cummax": _extreme("max"),
    "pandas_cummin": _extreme("min"),
    "running_count": lambda over, x, kind, c: f"count({x}) {over.so_far}",
    "running_first": lambda over, x, kind, c: f"first_value({x} IGNORE NULLS) {over.so_far}",
    "ffill": lambda over, x, kind, c: f"last_value({x} IGNORE NULLS) {over.so_far}",
    "bfill": lambda over, x, kind, c: f"first_value({x} IGNORE NULLS) {over('p.__place', _FROM_HERE)}",
}
