"""Parts that are computed once give what they gave where they were written out, and stop a query where they did."""

from collections.abc import Iterator
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Expr, col, lit, op
from lester_gui.ir.nodes import Project, Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.runtime import functions, repeated_parts
from lester_gui.runtime.compile_sql import compile_node
from lester_gui.runtime.data_errors import data_error

NAMES = ("a", "b", "c")
WHOLE = ("add", "sub", "mul", "py_floordiv", "py_mod")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        functions.register(connection)
        yield connection


def project(*expressions: Expr) -> Project:
    read = Read(name="t", source="t", reader=Reader.PANDAS_CSV, columns=tuple(Field(n, Type.INT) for n in NAMES))
    return Project(name="p", parent=read, assigned=tuple((f"x{i}", e) for i, e in enumerate(expressions)))


def values(connection: duckdb.DuckDBPyConnection, node: Project, rows: list[tuple[int, ...]]) -> list[tuple[object, ...]] | None:
    """Return what a step gives, or None where it stops."""
    columns = {n: pa.array([r[i] for r in rows], pa.int64()) for i, n in enumerate(NAMES)}
    numbers = pa.array(range(len(rows)), pa.int64())
    connection.register("t", pa.table(columns | {"__row_no": numbers, "__p0": numbers}))
    try:
        return connection.execute(compile_node(node, ["t"]).select).fetchall()
    except duckdb.Error as error:
        assert data_error(error) is not None
        return None


@st.composite
def shared_expressions(draw: st.DrawFn) -> list[Expr]:
    """Expressions put together from a pool that grows, so that parts stand in many places, guarded or not."""
    pool: list[Expr] = [*map(col, NAMES), lit(0), lit(2)]
    for _ in range(draw(st.integers(3, 9))):
        x, y, z = (draw(st.sampled_from(pool[-6:])) for _ in range(3))
        if draw(st.booleans()):
            pool.append(op("if_else", op(draw(st.sampled_from(("py_gt", "py_eq"))), x, y), y, z))
        else:
            pool.append(op(draw(st.sampled_from(WHOLE)), x, y))
    return pool[-draw(st.integers(1, 3)) :]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shared_expressions(), st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=1, max_size=8))
def test_parts_change_nothing(
    connection: duckdb.DuckDBPyConnection, expressions: list[Expr], rows: list[tuple[int, ...]]
) -> None:
    node = project(*expressions)
    written_out = values(connection, node, rows)
    with patch.object(repeated_parts, "LONG", 1), patch.object(repeated_parts, "PART", 2):
        assert values(connection, node, rows) == written_out


def test_a_guarded_part_is_not_computed_for_other_rows(connection: duckdb.DuckDBPyConnection) -> None:
    quotient = op("py_floordiv", col("a"), col("b"))
    guarded = op("if_else", op("py_eq", col("b"), lit(0)), lit(0), op("add", quotient, quotient))
    with patch.object(repeated_parts, "LONG", 1), patch.object(repeated_parts, "PART", 2):
        assert repeated_parts.repeated_parts([guarded]) == []
        assert repeated_parts.repeated_parts([guarded, op("sub", quotient, lit(1))]) == [quotient]
        found = values(connection, project(guarded), [(1, 0, 0), (6, 3, 0)])
    assert found is not None and [row[3] for row in found] == [0, 4]


def test_the_labels_of_many_intervals_are_short() -> None:
    place: Expr = lit(0)
    for edge in range(12):
        place = op(
            "add",
            place,
            op("if_else", op("py_gt", col("a"), op("mul", lit(edge), op("sub", col("c"), col("b")))), lit(1), lit(0)),
        )
    label: Expr = lit("last")
    for i in range(12):
        label = op("if_else", op("py_eq", place, lit(i)), lit(f"label {i}"), label)
    assert len(compile_node(project(label, op("py_eq", label, lit("last"))), ["t"]).select) < 6_000
