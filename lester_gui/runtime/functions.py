"""Scalar functions for which DuckDB's own differ from Python, NumPy or pandas, registered as ``lester_…`` on a connection.

Each takes and returns whole Arrow columns. Where a value cannot be handled as the script would, the error says what kind of value
it was, never the value: `data_error` turns it into a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from fractions import Fraction
from inspect import Parameter, Signature
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import FunctionNullHandling, PythonUDFType

MARK: Final = "lester-data: "
BUCKETS: Final = (-64, -32, 0, 32)
"""Exact sums keep one integer per stretch of 32 binary exponents, each beginning at one of these; see `compile_aggregates`."""


class DataError(ValueError):
    """A value for which the script's own operation raises. Carries no value."""

    def __init__(self, what: str) -> None:
        super().__init__(MARK + what)


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a connection and all its cursors. Doing it again changes nothing."""
    last = f"lester_{list(_FUNCTIONS)[-1]}"
    known = connection.execute("SELECT count(*) FROM duckdb_functions() WHERE function_name = ?", [last]).fetchone()
    if known and known[0]:
        return
    for name, (function, parameters, result) in _FUNCTIONS.items():
        connection.create_function(
            f"lester_{name}",
            _taking(function, len(parameters)),
            list(parameters),
            result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def _taking(function: Callable[..., pa.Array], count: int) -> Callable[..., pa.Array]:
    """Return `function` with a signature of `count` parameters, which DuckDB counts."""

    def with_signature(*columns: Any) -> pa.Array:
        return function(*columns)

    parameters = [Parameter(f"a{i}", Parameter.POSITIONAL_ONLY) for i in range(count)]
    with_signature.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return with_signature


def data_error(error: BaseException) -> str | None:
    """Return what went wrong with the data, if that is why DuckDB raised; None for other errors."""
    text = str(error)
    found = re.search(re.escape(MARK) + r"([^\n]*)", text)
    if found:
        return found.group(1).strip()
    if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
        return "a number is too large, or a value does not have the expected type"
    return None


# Text


def _rows(*columns: Any) -> list[tuple[Any, ...]]:
    return list(zip(*(c.to_pylist() for c in columns), strict=True))


def _each(function: Callable[..., Any], kind: pa.DataType) -> Callable[..., pa.Array]:
    """Return the column version of `function`: missing where any argument is, called once per distinct combination."""

    def on_columns(*columns: Any) -> pa.Array:
        known: dict[tuple[Any, ...], Any] = {}
        out: list[Any] = []
        for row in _rows(*columns):
            if None in row:
                out.append(None)
                continue
            if row not in known:
                known[row] = function(*row)
            out.append(known[row])
        return pa.array(out, kind)

    return on_columns


def _ascii_or(fast: str, slow: Callable[[str], Any], kind: pa.DataType) -> Callable[..., pa.Array]:
    """Use an Arrow kernel where all text is ASCII and Python's own method otherwise."""
    general = _each(slow, kind)

    def on_column(column: Any) -> pa.Array:
        if pc.all(pc.string_is_ascii(column)).as_py() in (True, None):
            return _whole(pc.call_function(fast, [column]).cast(kind))
        return general(column)

    return on_column


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _split_item(text: str, separator: str, index: int) -> str:
    if not separator:
        raise DataError("text is split at an empty separator")
    parts = text.split(separator)
    if not -len(parts) <= index < len(parts):
        raise DataError("text has fewer parts than the script takes from it")
    return parts[index]


def _count(text: str, part: str) -> int:
    return text.count(part)


# Numbers


def _py_int(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise DataError("int() gets text that is no whole number") from None
    if not -(2**63) <= value < 2**63:
        raise DataError("a whole number has more than 63 bits")
    return value


def _py_float(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise DataError("float() gets text that is no number") from None
    if math.isnan(value):
        raise DataError("float() gets 'nan'")
    return value


def _true_div(a: int, b: int) -> float:
    return a / b


def _py_round(value: float, digits: int) -> float:
    return float(round(value, digits))


def _numpy(function: Callable[[Any], Any]) -> Callable[..., pa.Array]:
    def on_column(column: Any) -> pa.Array:
        values = _whole(column).to_numpy(zero_copy_only=False).astype(np.float64)
        with np.errstate(all="ignore"):
            return pa.array(function(values), pa.float64(), from_pandas=True)  # NaN is a missing value

    return on_column


# Days


def _parse_date(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        raise DataError("a date does not have the script's format") from None


def _date_text(day: date, form: str) -> str:
    return day.strftime(form)


# Exact sums; Shewchuk, "Adaptive precision floating-point arithmetic" (1997), does the same with floats


def _total(sums: Sequence[str | None], others: Sequence[float] | None) -> Fraction | float:
    """Add integer parts (units of 2^(start − 52) each) and single values; inf or NaN as a float when a value is infinite."""
    unit = 52 - BUCKETS[0]
    whole = sum(int(s) << (start - 52 + unit) for s, start in zip(sums, BUCKETS, strict=True) if s is not None)
    total = Fraction(whole, 1 << unit)
    infinite = [x for x in others or () if math.isinf(x)]
    if infinite:
        return math.fsum(infinite) if len(set(infinite)) == 1 else math.nan
    return total + sum((Fraction(x) for x in others or ()), Fraction(0))


def _rounded(value: Fraction | float) -> float | None:
    """Return the nearest double, ±inf beyond the range, None for NaN."""
    try:
        out = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(out) else out


def _exact_sum(*columns: Any) -> pa.Array:
    return pa.array([_rounded(_total(sums, others)) for *sums, others in _rows(*columns)], pa.float64())


def _exact_mean(*columns: Any) -> pa.Array:
    out = []
    for *sums, others, count in _rows(*columns):
        total = None if not count else _total(sums, others)
        out.append(None if total is None else _rounded(total / count))
    return pa.array(out, pa.float64())


def _exact_ratio(total: str, count: int) -> float:
    return int(total) / count


def _exact_variance(values: list[float] | None, ddof: int) -> float | None:
    """Return the correctly rounded variance of finite values; None where there are too few, or one is infinite."""
    if values is None or len(values) <= ddof or not all(math.isfinite(v) for v in values):
        return None
    ratios = [v.as_integer_ratio() for v in values]
    unit = max(d for _, d in ratios)
    scaled = [n * (unit // d) for n, d in ratios]
    n, first, second = len(scaled), sum(scaled), sum(s * s for s in scaled)
    return _rounded(Fraction(n * second - first * first, n * (n - ddof) * unit * unit))


def _variances(values: Any, ddof: Any) -> pa.Array:
    return pa.array([_exact_variance(v, d) for v, d in _rows(values, ddof)], pa.float64())


_TEXT, _INT, _FLOAT, _DAY = "VARCHAR", "BIGINT", "DOUBLE", "TIMESTAMP"
_SUMS = (*(_TEXT for _ in BUCKETS), "DOUBLE[]")
_string, _int64, _float64 = pa.string(), pa.int64(), pa.float64()
_FUNCTIONS: Final[dict[str, tuple[Callable[..., pa.Array], tuple[str, ...], str]]] = {
    "lower": (_ascii_or("ascii_lower", str.lower, _string), (_TEXT,), _TEXT),
    "upper": (_ascii_or("ascii_upper", str.upper, _string), (_TEXT,), _TEXT),
    "strip": (_each(str.strip, _string), (_TEXT,), _TEXT),
    "lstrip": (_each(str.lstrip, _string), (_TEXT,), _TEXT),
    "rstrip": (_each(str.rstrip, _string), (_TEXT,), _TEXT),
    "strip_of": (_each(str.strip, _string), (_TEXT, _TEXT), _TEXT),
    "lstrip_of": (_each(str.lstrip, _string), (_TEXT, _TEXT), _TEXT),
    "rstrip_of": (_each(str.rstrip, _string), (_TEXT, _TEXT), _TEXT),
    "word_count": (_each(lambda t: len(t.split()), _int64), (_TEXT,), _INT),
    "replace": (_each(str.replace, _string), (_TEXT, _TEXT, _TEXT), _TEXT),
    "split_item": (_each(_split_item, _string), (_TEXT, _TEXT, _INT), _TEXT),
    "count_text": (_each(_count, _int64), (_TEXT, _TEXT), _INT),
    "py_int": (_each(_py_int, _int64), (_TEXT,), _INT),
    "py_float": (_each(_py_float, _float64), (_TEXT,), _FLOAT),
    "float_text": (_each(repr, _string), (_FLOAT,), _TEXT),
    "int_div": (_each(_true_div, _float64), (_INT, _INT), _FLOAT),
    "round_float": (_each(_py_round, _float64), (_FLOAT, _INT), _FLOAT),
    "round_int": (_each(_py_round, _float64), (_INT, _INT), _FLOAT),
    "log": (_numpy(np.log), (_FLOAT,), _FLOAT),
    "log1p": (_numpy(np.log1p), (_FLOAT,), _FLOAT),
    "exp": (_numpy(np.exp), (_FLOAT,), _FLOAT),
    "parse_date": (_each(_parse_date, pa.date32()), (_TEXT, _TEXT), "DATE"),
    "date_text": (_each(_date_text, _string), (_DAY, _TEXT), _TEXT),
    "exact_sum": (_exact_sum, _SUMS, _FLOAT),
    "exact_mean": (_exact_mean, (*_SUMS, _INT), _FLOAT),
    "exact_ratio": (_each(_exact_ratio, _float64), (_TEXT, _INT), _FLOAT),
    "variance": (_variances, ("DOUBLE[]", _INT), _FLOAT),
    "variance_int": (_variances, ("BIGINT[]", _INT), _FLOAT),
}
