"""Compile aggregates to SQL whose result does not depend on the order of rows, bit for bit.

DuckDB's ``sum`` of doubles differs from run to run. Here a double is multiplied by a power of two until it is whole, which loses
nothing, and the whole numbers are added: one 128-bit sum per stretch of 32 binary exponents. Values beyond 2^±64 are rare; they
are collected and added one by one. The exact total is rounded once, so a maintained group equals a replayed one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lester_gui.ir.nodes import Measure
from lester_gui.ir.schema import Schema, Type
from lester_gui.runtime.compile_expressions import NAN, identifier
from lester_gui.runtime.functions import BUCKETS

_EXACT: Final = 2**53  # whole numbers up to here are doubles


def compile_measure(measure: Measure, schema: Schema, row_no: str = "__row_no") -> str:
    """Return the SQL of one aggregate over the parent's columns, for use under GROUP BY."""
    if measure.column is None:
        return "count(*)"
    kind = schema.field(measure.column).type
    if measure.share is not None:
        return _quantile(identifier(measure.column), measure.share)
    return SQL_AGGREGATES[measure.function](identifier(measure.column), kind, row_no)


def _whole(x: str, kind: Type) -> str:
    return f"CAST({x} AS BIGINT)" if kind is Type.BOOL else x


def exact_sum(x: str, over: str = "") -> str:
    """Return the SQL of the exact sum of doubles, of a group or, with an OVER clause, of a window."""
    return f"lester_exact_sum({_parts(x, over)})"


def _parts(x: str, over: str = "") -> str:
    """Return the arguments of ``lester_exact_…``: the integer sum per stretch, and the values outside all stretches."""
    out = []
    for start in BUCKETS:
        low, high, scale = 2.0**start, 2.0 ** (start + 32), 2.0 ** (52 - start)
        inside = f"abs({x}) >= '{low!r}'::DOUBLE AND abs({x}) < '{high!r}'::DOUBLE"
        # CASE, since FILTER lets DuckDB convert the values that it leaves out
        whole = f"CASE WHEN {inside} THEN CAST({x} * '{scale!r}'::DOUBLE AS HUGEINT) END"
        out.append(f"CAST(sum({whole}) {over} AS VARCHAR)")
    first, last = 2.0 ** BUCKETS[0], 2.0 ** (BUCKETS[-1] + 32)
    outside = f"{x} <> 0 AND (abs({x}) < '{first!r}'::DOUBLE OR abs({x}) >= '{last!r}'::DOUBLE)"
    out.append(f"list({x}) FILTER (WHERE {outside}) {over}")
    return ", ".join(out)


def _sum(x: str, kind: Type, row_no: str) -> str:
    if kind is Type.FLOAT:
        return exact_sum(x)
    return f"CAST(coalesce(sum({_whole(x, kind)}), 0) AS BIGINT)"


def _mean(x: str, kind: Type, row_no: str) -> str:
    if kind is Type.FLOAT:
        return f"lester_exact_mean({_parts(x)}, count({x}))"
    total = f"sum({_whole(x, kind)})"
    return (
        f"CASE WHEN abs({total}) <= {_EXACT} THEN CAST({total} AS DOUBLE) / CAST(count({x}) AS DOUBLE) "
        f"WHEN count({x}) > 0 THEN lester_exact_ratio(CAST({total} AS VARCHAR), count({x})) END"
    )


def _variance(ddof: int) -> Callable[[str, Type, str], str]:
    def compiled(x: str, kind: Type, row_no: str) -> str:
        name = "lester_variance" if kind is Type.FLOAT else "lester_variance_int"
        return f"{name}(list({_whole(x, kind)}) FILTER (WHERE {x} IS NOT NULL), {ddof})"

    return compiled


def _deviation(ddof: int) -> Callable[[str, Type, str], str]:
    return lambda x, kind, row_no: f"sqrt({_variance(ddof)(x, kind, row_no)})"


def positive_zero(x: str, kind: Type) -> str:
    """−0.0 equals 0.0, so which of them wins must not depend on the order."""
    return f"({x} + 0.0::DOUBLE)" if kind is Type.FLOAT else x


def _extreme(name: str) -> Callable[[str, Type, str], str]:
    return lambda x, kind, row_no: f"{name}({positive_zero(x, kind)})"


def _median(x: str, kind: Type, row_no: str) -> str:
    ordered = f"list_sort(list({positive_zero(_whole(x, kind), kind)}) FILTER (WHERE {x} IS NOT NULL))"
    low, high = f"{ordered}[(count({x}) + 1) // 2]", f"{ordered}[count({x}) // 2 + 1]"
    if kind is Type.FLOAT:
        halves = f"{low} / 2 + {high} / 2"  # where the sum would leave the range of doubles
        middle = f"CASE WHEN isinf({low} + {high}) THEN {halves} ELSE ({low} + {high}) / 2 END"
        return f"nullif({middle}, {NAN})"
    total = f"(CAST({low} AS HUGEINT) + CAST({high} AS HUGEINT))"
    return (
        f"CASE WHEN count({x}) = 0 THEN NULL WHEN abs({total}) <= {_EXACT} THEN CAST({total} AS DOUBLE) / 2 "
        f"ELSE lester_exact_ratio(CAST({total} AS VARCHAR), 2) END"
    )


def _quantile(x: str, share: float) -> str:
    """NumPy's ``linear``: from the upper of the two values where the place lies nearer to it."""
    ordered = f"list_sort(list(CAST({x} AS DOUBLE) + 0.0::DOUBLE) FILTER (WHERE {x} IS NOT NULL))"
    place = f"(CAST(len(o) - 1 AS DOUBLE) * '{share!r}'::DOUBLE)"
    below, part = f"CAST(floor({place}) AS BIGINT)", f"({place} - floor({place}))"
    low = f"o[{below} + 1]"
    high = f"coalesce(o[{below} + 2], {low})"
    upper, lower = f"{high} - ({high} - {low}) * (1.0::DOUBLE - {part})", f"{low} + ({high} - {low}) * {part}"
    value = f"CASE WHEN {part} >= 0.5::DOUBLE THEN {upper} ELSE {lower} END"
    return f"list_transform([{ordered}], lambda o: CASE WHEN len(o) > 0 THEN nullif({value}, {NAN}) END)[1]"


def _mode(x: str, kind: Type, row_no: str) -> str:
    counted = f"map_entries(histogram({positive_zero(x, kind)}))"
    return f"list_sort(list_transform({counted}, lambda e: {{'rare': -CAST(e.value AS BIGINT), 'value': e.key}}))[1].value"


def _positional(name: str) -> Callable[[str, Type, str], str]:
    return lambda x, kind, row_no: f"{name}({x}, {row_no}) FILTER (WHERE {x} IS NOT NULL)"


SQL_AGGREGATES: Final[dict[str, Callable[[str, Type, str], str]]] = {
    "size": lambda x, kind, row_no: "count(*)",
    "count": lambda x, kind, row_no: f"count({x})",
    "nunique": lambda x, kind, row_no: f"count(DISTINCT {x})",
    "sum": _sum,
    "mean": _mean,
    "var": _variance(1),
    "std": _deviation(1),
    "var0": _variance(0),
    "std0": _deviation(0),
    "min": _extreme("min"),
    "max": _extreme("max"),
    "median": _median,
    "mode": _mode,
    "first": _positional("arg_min"),
    "last": _positional("arg_max"),
}
