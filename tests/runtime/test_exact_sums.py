"""Aggregates that do not depend on the order of rows, bit for bit, and are rounded once."""

import random
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lester_gui.ir.nodes import Measure
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime import functions
from lester_gui.runtime.compile_aggregates import SQL_AGGREGATES, compile_measure
from tests.reference.aggregates import aggregate, quantile

FLOATS = st.one_of(
    st.floats(allow_nan=False),
    st.floats(-1e6, 1e6),
    st.sampled_from([0.1, -0.0, 0.0, 1e308, -1e308, 5e-324, 2.0**64, 2.0**-64, 2.0**32, float("inf"), float("-inf")]),
)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    functions.register(connection)
    return connection


def compute(
    connection: duckdb.DuckDBPyConnection,
    function: str,
    values: list[float | int | None],
    kind: Type,
    share: float | None = None,
) -> object:
    arrow = pa.float64() if kind is Type.FLOAT else pa.int64()
    connection.register("t", pa.table({"x": pa.array(values, arrow), "__row_no": pa.array(range(len(values)), pa.int64())}))
    schema = Schema((Field("x", kind, True),))
    return connection.execute(f"SELECT {compile_measure(Measure('m', function, 'x', share), schema)} FROM t").fetchall()[0][0]


def test_every_aggregate_is_compiled() -> None:
    assert set(SQL_AGGREGATES) == set(AGGREGATES)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), FLOATS), max_size=12))
@example([0.0, 0.0, -0.0])  # which zero is the middle one
def test_floats(connection: duckdb.DuckDBPyConnection, values: list[float | int | None]) -> None:
    for function in SQL_AGGREGATES:
        expected = aggregate(function, list(values))
        found = compute(connection, function, values, Type.FLOAT)
        assert found == expected, function
        if function not in ("first", "last"):
            shuffled = random.Random(1).sample(values, len(values))
            assert repr(compute(connection, function, shuffled, Type.FLOAT)) == repr(found), function


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62), st.integers(-5, 5)), max_size=12))
def test_whole_numbers(connection: duckdb.DuckDBPyConnection, values: list[float | int | None]) -> None:
    for function in SQL_AGGREGATES:
        if function == "sum" and not -(2**63) <= sum(v or 0 for v in values) < 2**63:
            with pytest.raises(duckdb.Error):
                compute(connection, function, values, Type.INT)
            continue
        assert compute(connection, function, values, Type.INT) == aggregate(function, list(values)), function


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(st.none(), FLOATS), max_size=12)
    | st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62)), max_size=9),
    st.floats(0, 1),
)
@example([1e308, -7.976931348623158e307], 0.0)  # their difference is beyond the largest double
@example([1.0, 2.0, 4.0], 0.75)  # nearer to the upper value, from which NumPy then counts back
def test_quantiles(connection: duckdb.DuckDBPyConnection, values: list[float | int | None], share: float) -> None:
    kind = Type.INT if values and all(isinstance(v, int | None) for v in values) else Type.FLOAT
    found = compute(connection, "quantile", values, kind, share)
    assert found == quantile(values, share)
    assert repr(compute(connection, "quantile", values[::-1], kind, share)) == repr(found)


def test_many_rows_of_every_size(connection: duckdb.DuckDBPyConnection) -> None:
    source = random.Random(3)
    values: list[float | int | None] = [source.uniform(-1, 1) * 2.0 ** source.randint(-70, 70) for _ in range(20_000)]
    total = sum(map(Fraction, values), Fraction())  # type: ignore[arg-type]
    assert compute(connection, "sum", values, Type.FLOAT) == float(total)
    assert compute(connection, "mean", values, Type.FLOAT) == float(total / len(values))
