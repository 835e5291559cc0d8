"""Rows in the order of a key, whether or not the table was written in it."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_gui.store import ordered


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


@pytest.mark.parametrize("in_memory", [1 << 28, 0])
@pytest.mark.parametrize("keys", [[], [7], [1, 2, 5], [5, 1, 2], [3, 2, 1]])
def test_rows_come_by_their_key(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, keys: list[int], in_memory: int
) -> None:
    monkeypatch.setattr(ordered, "_IN_MEMORY", in_memory)
    connection.execute("CREATE TABLE t AS SELECT unnest(?::BIGINT[]) AS k", [keys])
    found = ordered.fetch_in_order(connection, "SELECT k, k || '!' AS text FROM t WHERE k < ?", "k", [6])
    assert found.to_pylist() == [{"k": k, "text": f"{k}!"} for k in sorted(keys) if k < 6]


@given(st.lists(st.integers(-5, 30)), st.sets(st.integers(-5, 30)))
def test_a_place_is_that_of_the_number_or_none(numbers: list[int], among: set[int]) -> None:
    held = sorted(among)
    found = ordered.places(np.array(numbers, dtype=np.int64), np.array(held, dtype=np.int64))
    assert found.tolist() == [held.index(n) if n in among else -1 for n in numbers]
