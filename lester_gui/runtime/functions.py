"""Scalar functions for which DuckDB's own differ from Python, NumPy or pandas, registered as ``lester_…`` on a connection.

Those on text work row by row, those on numbers on whole Arrow columns. Where a value cannot be handled as the script would,
the error says what kind of value it was, never the value: `data_error` turns it into a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from inspect import Parameter, Signature
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from lester_gui.runtime import time_texts
from lester_gui.runtime.data_errors import DataError
from lester_gui.runtime.numpy_order import numpy_places

BUCKETS: Final = (-64, -32, 0, 32)
"""Exact sums keep one integer per stretch of 32 binary exponents, each beginning at one of these; see `compile_aggregates`."""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to a connection and all its cursors. Doing it again changes nothing."""
    if _registered(connection):
        return
    for name, (function, parameters, result) in _BY_ROW.items():
        by_row = _taking(function, len(parameters))
        connection.create_function(f"lester_{name}", by_row, list(parameters), result, type=PythonUDFType.NATIVE)
    for name, (function, parameters, result) in _MAYBE.items():
        connection.create_function(
            f"lester_{name}",
            _taking(_unless_missing(function), len(parameters)),
            list(parameters),
            result,
            type=PythonUDFType.NATIVE,
            null_handling=FunctionNullHandling.SPECIAL,
        )
    for name, (function, parameters, result) in _BY_COLUMN.items():
        connection.create_function(
            f"lester_{name}",
            _taking(function, len(parameters)),
            list(parameters),
            result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )


def _registered(connection: duckdb.DuckDBPyConnection) -> bool:
    """Ask by binding a call: listing all functions takes as long as a small plan."""
    last, (_, parameters, _) = list(_BY_COLUMN.items())[-1]
    try:
        connection.execute(f"SELECT lester_{last}({', '.join(['NULL'] * len(parameters))}) LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def _unless_missing(function: Callable[..., Any]) -> Callable[..., Any]:
    def of_present(*arguments: Any) -> Any:
        return None if any(a is None for a in arguments) else function(*arguments)

    return of_present


def _taking(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """Return `function` with a signature of `count` parameters, which DuckDB counts."""

    def with_signature(*arguments: Any) -> Any:
        return function(*arguments)

    parameters = [Parameter(f"a{i}", Parameter.POSITIONAL_ONLY) for i in range(count)]
    with_signature.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return with_signature


# Text


def _word_count(text: str) -> int:
    return len(text.split())


def _split_item(text: str, separator: str, index: int) -> str:
    if not separator:
        raise DataError("text is split at an empty separator")
    parts = text.split(separator)
    if not -len(parts) <= index < len(parts):
        raise DataError("text has fewer parts than the script takes from it")
    return parts[index]


def _word_item(text: str, index: int) -> str:
    parts = text.split()
    if not -len(parts) <= index < len(parts):
        raise DataError("text has fewer words than the script takes from it")
    return parts[index]


def _split(text: str, separator: str) -> list[str]:
    if not separator:
        raise DataError("text is split at an empty separator")
    return text.split(separator)


def _split_get(text: str, index: int, separator: str | None = None) -> str | None:
    if separator == "":
        raise DataError("text is split at an empty separator")
    parts = text.split(separator)
    return parts[index] if -len(parts) <= index < len(parts) else None


def _regex_search(text: str, pattern: str) -> bool:
    return re.search(pattern, text) is not None


def _regex_replace(text: str, pattern: str, new: str) -> str:
    return re.sub(pattern, new, text)


def _regex_count(text: str, pattern: str) -> int:
    return len(re.findall(pattern, text))


def _regex_get(text: str, pattern: str, group: int) -> str | None:
    found = re.search(pattern, text)
    return None if found is None else found.group(group)


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


def _float_or_nan(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        raise DataError("float() gets text that is no number") from None
    return None if math.isnan(value) else value


def _true_div(a: int, b: int) -> float:
    return a / b


def _py_round(value: float, digits: int) -> float:
    return float(round(value, digits))


_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)


def _to_number(text: str) -> float | None:
    plain = text.strip().lower()
    if plain in ("inf", "+inf", "infinity", "+infinity"):
        return math.inf
    if plain in ("-inf", "-infinity"):
        return -math.inf
    return float(text) if _NUMBER.fullmatch(text) else None


def _np_round(value: float, digits: int) -> float:
    return float(np.round(value, digits))


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _rows(*columns: Any) -> list[tuple[Any, ...]]:
    return list(zip(*(c.to_pylist() for c in columns), strict=True))


def _numpy(function: Callable[[Any], Any]) -> Callable[..., pa.Array]:
    def on_column(column: Any) -> pa.Array:
        values = _whole(column).to_numpy(zero_copy_only=False).astype(np.float64)
        with np.errstate(all="ignore"):
            return pa.array(function(values), pa.float64(), from_pandas=True)  # NaN is a missing value

    return on_column


# Days


def _succeeds(function: Callable[..., Any]) -> Callable[..., bool]:
    def asked(*args: Any) -> bool:
        try:
            function(*args)
        except ValueError:
            return False
        return True

    return asked


@lru_cache(4096)
def _parse_date(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        raise DataError("a date does not have the script's format") from None


def _make_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise DataError("year, month and day give no day of the calendar") from None


def _times(strict: bool) -> Callable[..., pa.Array]:
    return lambda texts, forms: time_texts.parsed(texts, forms, strict)


def _date_text(day: date, form: str) -> str:
    return day.strftime(form)


# Exact sums; Shewchuk, "Adaptive precision floating-point arithmetic" (1997), does the same with floats


_SCALES: Final = tuple(start - BUCKETS[0] for start in BUCKETS)
_UNIT: Final = 52 - BUCKETS[0]


def _divided(sums: Sequence[str | None], others: Sequence[float] | None, count: int) -> float | None:
    """Return a sum over a count as the nearest double, ±inf beyond the range; None for NaN.

    Parameters
    ----------
    sums
        Per stretch the whole number of units of 2^(start − 52), as text; None where no value lies in it.
    others
        The values outside all stretches.
    """
    whole = 0
    for text, scale in zip(sums, _SCALES, strict=True):
        if text is not None:
            whole += int(text) << scale
    total: Fraction | int = whole
    if others:
        infinite = [x for x in others if math.isinf(x)]
        if infinite:
            return infinite[0] if len(set(infinite)) == 1 else None
        total = whole + sum((Fraction(x) for x in others), Fraction(0)) * (1 << _UNIT)
    return _rounded(total, count << _UNIT)


def _rounded(value: Fraction | int, by: int = 1) -> float:
    """Return the quotient as the nearest double, ±inf beyond the range; of whole numbers Python rounds it just once."""
    try:
        return float(value / by)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _exact_sum(*columns: Any) -> pa.Array:
    return pa.array([_divided(sums, others, 1) for *sums, others in _rows(*columns)], pa.float64())


def _exact_mean(*columns: Any) -> pa.Array:
    divided = (_divided(sums, others, count) if count else None for *sums, others, count in _rows(*columns))
    return pa.array(list(divided), pa.float64())


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
_Table = dict[str, tuple[Callable[..., Any], tuple[str, ...], str]]
# Missing if any argument is. Text must be made here: DuckDB 1.5.5 loses text that a column function returns into COALESCE.
_BY_ROW: Final[_Table] = {
    "lower": (str.lower, (_TEXT,), _TEXT),
    "upper": (str.upper, (_TEXT,), _TEXT),
    "strip": (str.strip, (_TEXT,), _TEXT),
    "lstrip": (str.lstrip, (_TEXT,), _TEXT),
    "rstrip": (str.rstrip, (_TEXT,), _TEXT),
    "strip_of": (str.strip, (_TEXT, _TEXT), _TEXT),
    "lstrip_of": (str.lstrip, (_TEXT, _TEXT), _TEXT),
    "rstrip_of": (str.rstrip, (_TEXT, _TEXT), _TEXT),
    "word_count": (_word_count, (_TEXT,), _INT),
    "replace": (str.replace, (_TEXT, _TEXT, _TEXT), _TEXT),
    "word_item": (_word_item, (_TEXT, _INT), _TEXT),
    "split_item": (_split_item, (_TEXT, _TEXT, _INT), _TEXT),
    "split": (_split, (_TEXT, _TEXT), "VARCHAR[]"),
    "split_words": (str.split, (_TEXT,), "VARCHAR[]"),
    "regex_search": (_regex_search, (_TEXT, _TEXT), "BOOLEAN"),
    "regex_replace": (_regex_replace, (_TEXT, _TEXT, _TEXT), _TEXT),
    "regex_count": (_regex_count, (_TEXT, _TEXT), _INT),
    "count_text": (str.count, (_TEXT, _TEXT), _INT),
    "py_int": (_py_int, (_TEXT,), _INT),
    "py_float": (_py_float, (_TEXT,), _FLOAT),
    "parses_int": (_succeeds(int), (_TEXT,), "BOOLEAN"),
    "parses_float": (_succeeds(float), (_TEXT,), "BOOLEAN"),
    "parses_date": (_succeeds(datetime.strptime), (_TEXT, _TEXT), "BOOLEAN"),
    "float_text": (repr, (_FLOAT,), _TEXT),
    "int_div": (_true_div, (_INT, _INT), _FLOAT),
    "round_float": (_py_round, (_FLOAT, _INT), _FLOAT),
    "round_int": (_py_round, (_INT, _INT), _FLOAT),
    "parse_date": (_parse_date, (_TEXT, _TEXT), "DATE"),
    "make_date": (_make_date, (_INT, _INT, _INT), "DATE"),
    "np_round": (_np_round, (_FLOAT, _INT), _FLOAT),
    "date_text": (_date_text, (_DAY, _TEXT), _TEXT),
    "exact_ratio": (_exact_ratio, (_TEXT, _INT), _FLOAT),
}
# Missing if any argument is, and where the function says so.
_MAYBE: Final[_Table] = {
    "split_get": (_split_get, (_TEXT, _INT), _TEXT),
    "float_or_nan": (_float_or_nan, (_TEXT,), _FLOAT),
    "split_get_of": (_split_get, (_TEXT, _INT, _TEXT), _TEXT),
    "regex_get": (_regex_get, (_TEXT, _TEXT, _INT), _TEXT),
    "to_number": (_to_number, (_TEXT,), _FLOAT),
    "time_format": (time_texts.guessed, (_TEXT, "BOOLEAN"), _TEXT),
}
_PLACED: Final = {"bool": "BOOLEAN", "int": _INT, "float": _FLOAT, "timestamp": _DAY, "duration": _INT}
_BY_COLUMN: Final[_Table] = {
    **{f"places_{kind}": (numpy_places(kind), (f"{sql}[]", "BOOLEAN"), "BIGINT[]") for kind, sql in _PLACED.items()},
    "parse_time": (_times(True), (_TEXT, _TEXT), _DAY),
    "try_time": (_times(False), (_TEXT, _TEXT), _DAY),
    "log": (_numpy(np.log), (_FLOAT,), _FLOAT),
    "sin": (_numpy(np.sin), (_FLOAT,), _FLOAT),
    "cos": (_numpy(np.cos), (_FLOAT,), _FLOAT),
    "log1p": (_numpy(np.log1p), (_FLOAT,), _FLOAT),
    "exp": (_numpy(np.exp), (_FLOAT,), _FLOAT),
    "exact_sum": (_exact_sum, _SUMS, _FLOAT),
    "exact_mean": (_exact_mean, (*_SUMS, _INT), _FLOAT),
    "variance": (_variances, ("DOUBLE[]", _INT), _FLOAT),
    "variance_int": (_variances, ("BIGINT[]", _INT), _FLOAT),
}
