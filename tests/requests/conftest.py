from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lester_gui.audit.entries import Actor
from lester_gui.audit.journal import Journal
from lester_gui.requests import cases


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    con.execute(f"ATTACH '{tmp_path / 'lester.duckdb'}' AS lester")
    cases.create_tables(con)
    yield con
    con.close()


@pytest.fixture
def journal(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.open(con)
    return journal


@pytest.fixture
def anna() -> Actor:
    return Actor("J. Lindqvist", "jl")


@pytest.fixture
def second() -> Actor:
    return Actor("A. Moreau", "jl")
