"""A few values are looked up one by one, more of them in one go: the same rows, in tables that are sorted and that are not."""

import duckdb
import pytest

from lester_gui.store.points import FEW, ONE_BY_ONE, delete_among, delete_at, few_values, rows_among, rows_at


@pytest.fixture(params=["ORDER BY n", "ORDER BY hash(n)"])
def connection(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS SELECT range AS n, range % 7 AS k FROM range(1000) {request.param}")
    return connection


@pytest.mark.parametrize("count", [0, 1, ONE_BY_ONE, ONE_BY_ONE + 1, 200])
def test_the_rows_of_some_values(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    wanted = [5 * i for i in range(count)]
    found = connection.execute(rows_at("n, k", "t", "n", [*wanted, *wanted, 5000, -1])).fetchall()
    assert sorted(found) == [(n, n % 7) for n in wanted]


def test_values_of_a_select_are_counted_first(connection: duckdb.DuckDBPyConnection) -> None:
    assert sorted(few_values(connection, "SELECT k FROM t", 7) or ()) == list(range(7))
    assert few_values(connection, "SELECT k FROM t", 6) is None
    assert few_values(connection, "SELECT NULL::BIGINT", 6) is None, "a missing value is none to look for"
    assert few_values(connection, "SELECT k FROM t WHERE FALSE", 6) == []


def test_rows_of_some_values_are_deleted(connection: duckdb.DuckDBPyConnection) -> None:
    delete_at(connection, "t", "k", [])
    delete_at(connection, "t", "k", [0, 2])
    assert connection.execute("SELECT DISTINCT k FROM t ORDER BY k").fetchall() == [(1,), (3,), (4,), (5,), (6,)]


@pytest.mark.parametrize("count", [7, FEW + 1])
def test_what_a_select_yields_is_looked_up_where_it_is_little(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    wanted = f"SELECT 10 * range AS n FROM range({count})"
    met = [(n,) for n in range(0, min(1000, 10 * count), 10)]
    assert sorted(connection.execute(rows_among(connection, "n", "t", "n", wanted)).fetchall()) == met
    delete_among(connection, "t", "n", wanted)
    assert connection.execute("SELECT count(*), min(n) FROM t").fetchall() == [(1000 - len(met), 1)]
