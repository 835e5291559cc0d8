"""Every operator of plan expressions in plain Python, one function each. Slow and obvious; shares no code with `runtime`.

Values are None, bool, int, float, str, date, datetime and lists. A float that is not a number is a missing value.
"""

import calendar
import math
import re
import warnings
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from pandas.tseries.api import guess_datetime_format

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, type_of
from lester_gui.ir.schema import Schema, Type

Value = Any
MICROSECOND = timedelta(microseconds=1)
Evaluate = Callable[[Expr], Value]


class EvaluationError(Exception):
    """The script would have raised here."""


def clean(value: Value) -> Value:
    """Return None for a float that is not a number, and refuse whole numbers that no column can hold."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise EvaluationError("whole number too large")
    return value


def _missing_if_any(function: Callable[..., Value]) -> Callable[..., Value]:
    def apply(*args: Value) -> Value:
        if any(a is None for a in args):
            return None
        try:
            return clean(function(*args))
        except (ValueError, ZeroDivisionError, IndexError, OverflowError) as error:
            raise EvaluationError(type(error).__name__) from error

    return apply


def _float_div(a: float, b: float) -> float | None:
    a, b = float(a), float(b)
    if b != 0:
        return a / b
    if a == 0 or math.isnan(a):
        return None
    return math.copysign(math.inf, a) * math.copysign(1, b)


def _sqrt(a: float) -> float | None:
    return None if a < 0 else math.sqrt(a)


def _log(a: float) -> float | None:
    return -math.inf if a == 0 else None if a < 0 else math.log(a)


def _log1p(a: float) -> float | None:
    return -math.inf if a == -1 else None if a < -1 else math.log1p(a)


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _pandas(compare: Callable[[Value, Value], bool], missing: bool) -> Callable[[Value, Value], bool]:
    def apply(a: Value, b: Value) -> bool:
        if a is None or b is None:
            return missing
        if isinstance(a, float) or isinstance(b, float):  # NumPy compares in the common type
            a, b = float(a), float(b)
        return compare(a, b)

    return apply


def _float_or_nan(text: str) -> float | None:
    value = float(text)
    return None if value != value else value


def _py_float(text: str) -> float:
    value = float(text)
    if math.isnan(value):
        raise ValueError("nan")
    return value


def _parses(read: Callable[..., Value]) -> Callable[..., bool]:
    def apply(*args: Value) -> bool:
        try:
            read(*args)
        except ValueError:
            return False
        return True

    return apply


def _py_round(a: float, digits: int) -> float:
    return float(round(a, digits))


def _to_number(text: str) -> float | None:
    text = text.strip().lower()
    allowed = set(text) <= set("0123456789+-.e") or text.lstrip("+-") in ("inf", "infinity")
    try:
        return float(text) if allowed else None
    except ValueError:
        return None


def time_format(text: str, dayfirst: bool) -> str | None:
    """The format in which pandas takes times to be after the first one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: str | None = guess_datetime_format(text, dayfirst=dayfirst)
    return found


def _try_time(text: str, pattern: str) -> datetime | None:
    if pattern == "dayfirst":
        found = re.fullmatch(r"(\d\d?)([-/.])(\d\d?)\2(\d{4})", text, re.ASCII)
        try:
            return found and datetime(int(found[4]), int(found[3]), int(found[1]))
        except ValueError:
            return None
    form, by_itself = pattern.removesuffix("_dayfirst"), pattern.startswith("mixed")
    if by_itself and re.match(r"(?i)\s*((now|today)\s*$|\d\d?(:\d|\s*[ap]\.?m))", text):
        raise EvaluationError("it hangs on the day on which it is read")
    value = pd.to_datetime(text, format=form, dayfirst=by_itself and form != pattern, errors="coerce")
    if pd.isna(value):
        return None
    if value.utcoffset():
        raise EvaluationError("another zone")
    if not 1 <= value.year <= 9999:
        raise EvaluationError("a year that Python does not have")
    moment: datetime = value.tz_localize(None).to_pydatetime()
    return moment


def _parse_time(text: str, pattern: str) -> datetime:
    value = _try_time(text, pattern)
    if value is None:
        raise ValueError("no time")
    return value


def _present(value: Value) -> Value:
    if value is None:
        raise EvaluationError("missing")
    return value


def _at_midnight(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _is_in(a: Value, *members: Value) -> bool:
    return a is not None and any(m is not None and a == m for m in members)


PLAIN: dict[str, Callable[..., Value]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "abs": abs,
    "float_div": _float_div,
    "py_div": lambda a, b: a / b,
    "py_floordiv": lambda a, b: a // b,
    "py_mod": lambda a, b: a % b,
    "pandas_floordiv": lambda a, b: a // b,
    "pandas_mod": lambda a, b: a % b,
    "sqrt": _sqrt,
    "log": _log,
    "log1p": _log1p,
    "sin": lambda a: None if math.isinf(a) else math.sin(a),
    "cos": lambda a: None if math.isinf(a) else math.cos(a),
    "exp": _exp,
    "py_round": _py_round,
    "whole_number": lambda a: a,
    "np_round": lambda a, n: a if isinstance(a, int) else round(a * 10**n) / 10**n if math.isfinite(a) else a,
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "str_len": len,
    "word_count": lambda a: len(a.split()),
    "contains": lambda a, b: b in a,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "replace": str.replace,
    "concat_text": lambda *parts: "".join(parts),
    "slice_text": lambda a, i, j: a[i:j],
    "split_item": lambda a, sep, i: a.split(sep)[i],
    "letter": lambda a, i: a[i],
    "word_item": lambda a, i: a.split()[i],
    "py_split": str.split,
    "py_split_words": str.split,
    "split_get": lambda a, i, sep=None: dict(enumerate(p := a.split(sep))).get(i if i >= 0 else len(p) + i),
    "count_text": str.count,
    "regex_search": lambda a, pattern: any(True for _ in re.finditer(pattern, a)),
    "regex_replace": lambda a, pattern, new: re.compile(pattern).sub(new, a),
    "regex_count": lambda a, pattern: sum(1 for _ in re.finditer(pattern, a)),
    "regex_get": lambda a, pattern, group: next((m[group] for m in re.finditer(pattern, a)), None),
    "to_number": _to_number,
    "py_int": int,
    "py_float": _py_float,
    "float_or_nan": _float_or_nan,
    "to_float": float,
    "to_int": int,
    "parse_date": lambda a, pattern: datetime.strptime(a, pattern).date(),
    "make_date": date,
    "one_hot_at": lambda place, width: [float(i == place) for i in range(width)],
    "parses_int": _parses(int),
    "parses_float": _parses(float),
    "parses_date": _parses(datetime.strptime),
    "parse_time": _parse_time,
    "try_time": _try_time,
    "time_format": time_format,
    "date_text": lambda d, pattern: d.strftime(pattern),
    "year": lambda d: d.year,
    "month": lambda d: d.month,
    "day": lambda d: d.day,
    "weekday": lambda d: d.weekday(),
    "hour": lambda d: _at_midnight(d).hour,
    "minute": lambda d: _at_midnight(d).minute,
    "second": lambda d: _at_midnight(d).second,
    "quarter": lambda d: (d.month + 2) // 3,
    "day_of_year": lambda d: d.timetuple().tm_yday,
    "iso_week": lambda d: d.isocalendar().week,
    "days_in_month": lambda d: calendar.monthrange(d.year, d.month)[1],
    "midnight": lambda d: datetime(d.year, d.month, d.day),
    "to_date": lambda d: date(d.year, d.month, d.day),
    "time_between": lambda a, b: (_at_midnight(a) - _at_midnight(b)) // MICROSECOND,
    "add_time": lambda a, span: _at_midnight(a) + span * MICROSECOND,
    "days_in": lambda span: (span * MICROSECOND).days,
    "seconds_part": lambda span: (span * MICROSECOND).seconds,
    "seconds_in": lambda span: (span * MICROSECOND).total_seconds(),
    "time_ratio": _float_div,
    "neg_time": lambda span: -span,
    "duration_of": lambda a, unit: a * unit,
    "days_between": lambda a, b: (_at_midnight(a) - _at_midnight(b)).days,
}
TOTAL: dict[str, Callable[..., Value]] = {
    "pandas_eq": _pandas(lambda a, b: a == b, False),
    "pandas_ne": _pandas(lambda a, b: a != b, True),
    "pandas_lt": _pandas(lambda a, b: a < b, False),
    "pandas_le": _pandas(lambda a, b: a <= b, False),
    "pandas_gt": _pandas(lambda a, b: a > b, False),
    "pandas_ge": _pandas(lambda a, b: a >= b, False),
    "py_eq": lambda a, b: a == b,
    "py_ne": lambda a, b: a != b,
    "py_lt": lambda a, b: a < b,
    "py_le": lambda a, b: a <= b,
    "py_gt": lambda a, b: a > b,
    "py_ge": lambda a, b: a >= b,
    "not": lambda a: not a,
    "is_in": _is_in,
    "is_null": lambda a: a is None,
    "not_null": lambda a: a is not None,
    "py_str": str,
    "present": _present,
}
# these look at an argument only when Python would
LAZY: dict[str, Callable[[Sequence[Expr], Evaluate], Value]] = {
    "and": lambda args, evaluate: all(evaluate(a) for a in args),
    "or": lambda args, evaluate: any(evaluate(a) for a in args),
    "if_else": lambda args, evaluate: evaluate(args[1] if evaluate(args[0]) else args[2]),
    "coalesce": lambda args, evaluate: next((v for v in map(evaluate, args) if v is not None), None),
}


def literal_value(expr: Literal) -> Value:
    """Return a literal as a value: dates from their text."""
    if expr.value is None:
        return None
    if expr.type is Type.DATE:
        return date.fromisoformat(str(expr.value))
    if expr.type is Type.TIMESTAMP:
        return datetime.fromisoformat(str(expr.value))
    return clean(float(expr.value)) if expr.type is Type.FLOAT else expr.value


def evaluate(expr: Expr, row: dict[str, Value], schema: Schema, functions: dict[str, Callable[..., Value]]) -> Value:
    """Return the value of `expr` on one row."""

    def inner(e: Expr) -> Value:
        return evaluate(e, row, schema, functions)

    if isinstance(expr, Column):
        return row[expr.name]
    if isinstance(expr, Literal):
        return literal_value(expr)
    if isinstance(expr, Call):
        return widened(functions[expr.function](*map(inner, expr.arguments)), expr.type)
    assert isinstance(expr, Apply)
    if expr.operator in LAZY:
        value = LAZY[expr.operator](expr.arguments, inner)
    elif expr.operator in TOTAL:
        value = TOTAL[expr.operator](*map(inner, expr.arguments))
    else:
        value = _missing_if_any(PLAIN[expr.operator])(*map(inner, expr.arguments))
    return widened(value, type_of(expr, schema)[0])


def widened(value: Value, kind: Type) -> Value:
    """Return a whole number as a float where the type says so."""
    if kind is Type.FLOAT and value is not None:
        return clean(float(value))
    return value
