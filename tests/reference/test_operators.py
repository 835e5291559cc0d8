"""The reference's operators against the table of cases, and the table against the languages themselves."""

import math
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lester_gui.ir.expressions import Apply, Column, Literal
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import Field, Schema, Type
from tests.reference.operator_cases import CASES, ERROR, Case
from tests.reference.operators import LAZY, PLAIN, TOTAL, EvaluationError, evaluate, time_format

ALL = [(name, case) for name, cases in CASES.items() for case in cases]
PYTHON_TYPE = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.FLOAT: float,
    Type.STR: str,
    Type.DATE: date,
    Type.TIMESTAMP: datetime,
    Type.STRS: list,
    Type.FLOATS: list,
    Type.DURATION: int,
}


def apply(name: str, case: Case) -> Any:
    types, values, _ = case
    # columns that may miss, where a value of the operator's table does
    schema = Schema(tuple(Field(f"a{i}", t, v is None) for i, (t, v) in enumerate(zip(types, values, strict=True))))
    expr = Apply(name, tuple(map(Column, schema.names)))
    result = evaluate(expr, dict(zip(schema.names, values, strict=True)), schema, {})
    kind, nullable = OPERATORS[name].type_of(tuple((f.type, f.nullable) for f in schema))
    if result is None:
        assert nullable or any(isinstance(v, float) and math.isinf(v) for v in values)
    else:
        assert type(result) is PYTHON_TYPE[kind], "the type checker promises another type"
    return result


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-15) and math.copysign(1, a) == math.copysign(1, b)
    return type(a) is type(b) and a == b


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_is_here_and_has_cases(name: str) -> None:
    assert sum(name in table for table in (PLAIN, TOTAL, LAZY)) == 1
    assert CASES[name]


def test_there_is_nothing_but_operators() -> None:
    assert {*PLAIN, *TOTAL, *LAZY} == set(OPERATORS) == set(CASES)


@pytest.mark.parametrize(("name", "case"), ALL, ids=[f"{name}{case[1]}" for name, case in ALL])
def test_case(name: str, case: Case) -> None:
    if case[2] is ERROR:
        with pytest.raises(EvaluationError):
            apply(name, case)
    else:
        assert same(apply(name, case), case[2])


def in_pandas(name: str, values: tuple[Any, ...]) -> Any:
    sign = name.removeprefix("pandas_")
    a, b = (pd.Series([v, v]) for v in values)
    return getattr(a, sign)(b).iloc[0]


@pytest.mark.parametrize("name", [n for n in OPERATORS if n.startswith("pandas_")])
def test_pandas_says_the_same(name: str) -> None:
    for types, values, expected in CASES[name]:
        if Type.DATE not in types and expected is not ERROR:  # what pandas divides by zero, a plan refuses
            cells = tuple(np.nan if v is None and t.is_number else v for t, v in zip(types, values, strict=True))
            found = in_pandas(name, cells)
            assert pd.isna(found) if expected is None else found == expected


NUMPY = {
    "float_div": np.divide,
    "sqrt": np.sqrt,
    "log": np.log,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "abs": np.abs,
}


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_says_the_same(name: str) -> None:
    for types, values, expected in CASES[name]:
        if None in values or expected is ERROR or Type.BOOL in types:
            continue
        with np.errstate(all="ignore"):
            result = NUMPY[name](*(np.array(v) for v in values))
        assert np.isnan(result) if expected is None else np.isclose(result, expected, rtol=1e-15, atol=0)


IN_PANDAS = {
    "to_number": lambda a: pd.to_numeric(a, errors="coerce"),
    "parse_time": lambda a, form: (
        pd.to_datetime(a, dayfirst=True) if form[0] == "dayfirst" else pd.to_datetime(a, format=form[0]).dt.tz_localize(None)
    ),
    "try_time": lambda a, form: pd.to_datetime(
        a, format=form[0].removesuffix("_dayfirst"), dayfirst=form[0].endswith("_dayfirst"), errors="coerce"
    ).dt.tz_localize(None),
    "time_format": lambda a, first: a.map(lambda text: time_format(text, first[0])),
    "hour": lambda a: a.dt.hour,
    "minute": lambda a: a.dt.minute,
    "second": lambda a: a.dt.second,
    "quarter": lambda a: a.dt.quarter,
    "day_of_year": lambda a: a.dt.day_of_year,
    "iso_week": lambda a: a.dt.isocalendar().week,
    "days_in_month": lambda a: a.dt.days_in_month,
    "midnight": lambda a: a.dt.normalize(),
    "days_in": lambda a: a.dt.days,
    "seconds_part": lambda a: a.dt.seconds,
    "seconds_in": lambda a: a.dt.total_seconds(),
    "time_between": lambda a, b: (a - b) // pd.Timedelta(microseconds=1),
    "add_time": lambda a, b: a + b,
    "neg_time": lambda a: -a // pd.Timedelta(microseconds=1),
    "regex_search": lambda a, pattern: a.str.contains(pattern[0]),
    "regex_replace": lambda a, pattern, new: a.str.replace(pattern[0], new[0], regex=True),
    "regex_count": lambda a, pattern: a.str.count(pattern[0]),
    "regex_get": lambda a, pattern, group: a.str.extract(pattern[0])[int(group[0]) - 1],
    "split_get": lambda a, i, sep=None: a.str.split(None if sep is None else sep[0], regex=False).str[int(i[0])],
    "np_round": lambda a, n: a.round(int(n[0])),
}


def _zone(text: str) -> timedelta | None:
    """How far the zone of a time is from UTC, as pandas reads it; None without a zone."""
    moment = pd.to_datetime(text, format="ISO8601", errors="coerce")
    return None if pd.isna(moment) else moment.utcoffset()


@pytest.mark.parametrize("name", IN_PANDAS)
def test_methods_of_pandas_say_the_same(name: str) -> None:
    for types, values, expected in CASES[name]:
        if None in values or (name, values[0]) == ("parse_time", ""):  # missing in pandas; a plan refuses blank times
            continue
        if (name, values[1:]) == ("parse_time", ("dayfirst",)) and expected is ERROR:  # pandas takes other formats as well
            continue
        if name in ("parse_time", "try_time") and expected is ERROR and (zone := _zone(str(values[0]))):
            assert zone != timedelta(0), "pandas keeps another zone, which a plan refuses"
            continue
        if name == "try_time" and expected is ERROR:
            moment = pd.to_datetime(values[0], format=values[1])
            hangs = moment.year > 0 and abs(moment.date() - date.today()) <= timedelta(1)
            assert hangs or moment.year < 1, "it hangs on the day, or is of no year that Python has"
            continue
        columns = [pd.Series([v]) for v in values]
        for i, t in enumerate(types):
            if t is Type.DURATION:
                columns[i] = pd.to_timedelta(columns[i], unit="us")
            elif t in (Type.DATE, Type.TIMESTAMP):
                columns[i] = pd.to_datetime(columns[i])
        if expected is ERROR:
            with pytest.raises(ValueError):
                IN_PANDAS[name](*columns)
            continue
        (value,) = IN_PANDAS[name](*columns)
        assert pd.isna(value) if expected is None else value == expected, values


PYTHON = {
    "py_div": "a / b",
    "py_floordiv": "a // b",
    "py_mod": "a % b",
    "py_round": "float(round(a, b))",
    "lower": "a.lower()",
    "upper": "a.upper()",
    "word_count": "len(a.split())",
    "str_len": "len(a)",
    "contains": "b in a",
    "startswith": "a.startswith(b)",
    "endswith": "a.endswith(b)",
    "replace": "a.replace(b, c)",
    "slice_text": "a[b:c]",
    "letter": "a[b]",
    "split_item": "a.split(b)[c]",
    "word_item": "a.split()[b]",
    "py_split": "a.split(b)",
    "py_split_words": "a.split()",
    "count_text": "a.count(b)",
    "py_int": "int(a)",
    "py_str": "str(a)",
    "to_int": "int(a)",
    "weekday": "a.weekday()",
    "days_between": "(a - b).days",
    "py_eq": "a == b",
    "py_lt": "a < b",
}


@pytest.mark.parametrize("name", PYTHON)
def test_python_says_the_same(name: str) -> None:
    for _, values, expected in CASES[name]:
        if None in values and name not in ("py_str", "py_eq"):
            continue
        names = dict(zip("abc", values, strict=False))
        if expected is ERROR:
            with pytest.raises((ValueError, ZeroDivisionError, IndexError, OverflowError)):
                eval(PYTHON[name], {}, names)
        else:
            assert same(eval(PYTHON[name], {}, names), expected)


def test_python_does_not_look_where_it_need_not() -> None:
    schema = Schema((Field("a", Type.INT),))
    fails = Apply("py_eq", (Apply("py_div", (Column("a"), Literal(0))), Literal(1.0)))
    true, false = Literal(True), Literal(False)
    for expr, expected in (
        (Apply("and", (false, fails)), False),
        (Apply("or", (true, fails)), True),
        (Apply("if_else", (true, Literal("x"), Apply("py_str", (fails,)))), "x"),
        (Apply("coalesce", (Literal(1.0), Apply("py_div", (Column("a"), Literal(0))))), 1.0),
    ):
        assert evaluate(expr, {"a": 1}, schema, {}) == expected
