from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from lester_gui.audit.entries import Actor
from lester_gui.audit.journal import Journal
from lester_gui.requests import cases
from lester_gui.store.connection import open_memory

assert cases.TABLES  # registered before the database is made


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_memory()
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
