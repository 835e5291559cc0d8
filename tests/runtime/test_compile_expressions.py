"""Every operator in SQL against the table of cases that the languages themselves were held to."""

import math
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, lit, op, type_of
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime import functions
from lester_gui.runtime.compile_expressions import SQL_OPERATORS, SQL_TYPE, Scope, compile_expression, text
from lester_gui.runtime.data_errors import data_error
from lester_gui.runtime.raising import RAISING
from lester_gui.runtime.read import ARROW
from tests.reference.operator_cases import CASES, ERROR, Case

ALL = [(name, case) for name, cases in CASES.items() for case in cases]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        functions.register(connection)
        yield connection


def run(connection: duckdb.DuckDBPyConnection, expr: Expr, schema: Schema, *rows: tuple[Any, ...]) -> list[Any]:
    data = pa.table([pa.array([r[i] for r in rows], ARROW[f.type]) for i, f in enumerate(schema)], names=list(schema.names))
    connection.register("t", data)
    kind = SQL_TYPE[type_of(expr, schema)[0]]
    found = connection.execute(f"SELECT CAST({compile_expression(expr, Scope(schema))} AS {kind}) FROM t").fetchall()
    return [v for (v,) in found]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-15) and math.copysign(1, a) == math.copysign(1, b)
    return type(a) is type(b) and a == b


def test_there_is_one_compiler_per_operator() -> None:
    assert set(SQL_OPERATORS) == set(OPERATORS)


@pytest.mark.parametrize(("name", "case"), ALL, ids=[f"{name}{case[1]}" for name, case in ALL])
def test_case(connection: duckdb.DuckDBPyConnection, name: str, case: Case) -> None:
    types, values, expected = case
    schema = Schema(tuple(Field(f"a{i}", t, v is None) for i, (t, v) in enumerate(zip(types, values, strict=True))))
    expr = Apply(name, tuple(map(Column, schema.names)))
    if expected is ERROR:
        with pytest.raises(duckdb.Error) as raised:
            run(connection, expr, schema, values)
        assert data_error(raised.value)
        assert name in RAISING
    else:
        assert same(run(connection, expr, schema, values)[0], expected)


@pytest.mark.parametrize(("name", "case"), [(n, c) for n, c in ALL if c[2] is not ERROR and None not in c[1]])
def test_literals_mean_what_columns_mean(connection: duckdb.DuckDBPyConnection, name: str, case: Case) -> None:
    types, values, expected = case
    dated = [v.isoformat() if t in (Type.DATE, Type.TIMESTAMP) else v for t, v in zip(types, values, strict=True)]
    expr = Apply(name, tuple(Literal(v, t) for t, v in zip(types, dated, strict=True)))
    assert same(run(connection, expr, Schema((Field("x", Type.INT),)), (1,))[0], expected)


def test_only_what_python_evaluates_is_evaluated(connection: duckdb.DuckDBPyConnection) -> None:
    schema = Schema((Field("a", Type.INT), Field("b", Type.INT)))
    quotient = op("py_gt", op("py_div", Column("a"), Column("b")), lit(1.0))
    guarded = op("and", op("py_ne", Column("b"), lit(0)), quotient)
    rows = [(4, 2), (4, 0), (1, 2)] * 1000
    assert run(connection, guarded, schema, *rows) == [True, False, False] * 1000
    either = op("or", op("py_eq", Column("b"), lit(0)), quotient)
    assert run(connection, either, schema, *rows) == [True, True, False] * 1000
    branch = op("if_else", op("py_eq", Column("b"), lit(0)), lit(-1.0), op("py_div", Column("a"), Column("b")))
    assert run(connection, branch, schema, *rows) == [2.0, -1.0, 0.5] * 1000


def test_no_value_gets_into_an_error(connection: duckdb.DuckDBPyConnection) -> None:
    schema = Schema((Field("a", Type.STR),))
    with pytest.raises(duckdb.Error) as raised:
        run(connection, op("py_int", Column("a")), schema, ("Erika Mustermann",))
    what = data_error(raised.value)
    assert what == "int() gets text that is no whole number"


def test_text_literals_are_quoted(connection: duckdb.DuckDBPyConnection) -> None:
    for value in ("it's", "a\0b", "'; DROP TABLE t; --", "back\\slash", ""):
        assert connection.execute(f"SELECT {text(value)}").fetchone() == (value,)


def test_division_of_large_whole_numbers_is_rounded_once(connection: duckdb.DuckDBPyConnection) -> None:
    schema = Schema((Field("a", Type.INT), Field("b", Type.INT)))
    a, b = 2**62 + 1, 3**30
    assert run(connection, op("py_div", Column("a"), Column("b")), schema, (a, b)) == [a / b]


def test_other_errors_are_not_the_data() -> None:
    assert data_error(ValueError("a bug")) is None
