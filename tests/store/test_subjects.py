"""Who is who: aliases, values that never link, domains of numbers, tokens."""

import duckdb
import pyarrow as pa
import pytest

from lester_gui.store import migrations, subjects
from lester_gui.store.connection import open_memory
from lester_gui.store.migrations import TableSet
from lester_gui.store.person_keys import PersonKeys
from lester_gui.store.subjects import Alias, Unlinked, mask, normalise


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return open_memory()


def keys(**columns: list[str | None]) -> pa.Table:
    count = len(next(iter(columns.values())))
    table = {"row_id": pa.array(range(1, count + 1), pa.int64())}
    return pa.table(table | {n: pa.array(v, pa.string()) for n, v in columns.items()})


def test_keys_of_one_row_are_one_person_across_sources(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(
        connection, "customers", keys(customer_id=["1", "2", "1"], email=["Ann@x.org ", "bob@x.org", "ann@home.org"])
    )
    subjects.index_source(connection, "mails", keys(sender=["bob@x.org", "ANN@HOME.ORG", "carl@x.org"]))
    (ann,) = subjects.search(connection, " ann@X.org")
    assert ann.rows == {"customers": (1, 3), "mails": (2,)}
    assert {a.value for a in ann.aliases} == {"1", "ann@x.org", "ann@home.org"}
    assert subjects.search(connection, "1")[0].rows == ann.rows
    assert subjects.search(connection, "carl@x.org")[0].rows == {"mails": (3,)}


def test_numbers_of_other_columns_are_other_people(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "patients", keys(patient=["17"]))
    subjects.index_source(connection, "doctors", keys(doctor=["17"]))
    assert [s.rows for s in subjects.search(connection, "17")] == [{"doctors": (1,)}, {"patients": (1,)}]
    assert [s.rows for s in subjects.search(connection, "17", source="patients")] == [{"patients": (1,)}]
    assert [s.rows for s in subjects.search(connection, "17", column="doctor")] == [{"doctors": (1,)}]


def test_joined_columns_share_a_domain(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "customers", keys(id=["17"]))
    subjects.index_source(connection, "mails", keys(customer=["17", "18"]), {"customer": "id"})
    (found,) = subjects.search(connection, "17")
    assert found.rows == {"customers": (1,), "mails": (1,)}


def test_values_that_name_nobody_never_link(connection: duckdb.DuckDBPyConnection) -> None:
    found = subjects.index_source(
        connection, "people", keys(ssn=["a-1", "b-2", "c-3", "d-4"], email=["unknown", "UNKNOWN", None, "n/a"])
    )
    assert found == (Unlinked("people", "email", "missing", 1, 1), Unlinked("people", "email", "placeholder", 1, 3))
    assert subjects.search(connection, "a-1")[0].rows == {"people": (1,)}
    assert subjects.search(connection, "unknown") == ()
    assert subjects.search(connection, "") == ()


def test_a_shared_mailbox_does_not_make_one_person(connection: duckdb.DuckDBPyConnection) -> None:
    ids = [f"c-{i}" for i in range(5)]
    found = subjects.index_source(connection, "people", keys(id=ids, email=["info@firm.org"] * 5))
    assert found == (Unlinked("people", "email", "many persons", 1, 5),)
    assert subjects.search(connection, "c-0")[0].rows == {"people": (1,)}
    (box,) = subjects.search(connection, "info@firm.org")
    assert box.rows == {"people": (1, 2, 3, 4, 5)}
    assert [a.value for a in box.aliases] == ["info@firm.org"]


def test_a_line_is_a_person_of_its_own_source(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "adult", keys(**{"#row": ["1", "2"]}))
    subjects.index_source(connection, "test", keys(**{"#row": ["1", "2"]}))
    found = subjects.search(connection, "2")
    assert [s.rows for s in found] == [{"adult": (2,)}, {"test": (2,)}]
    assert [s.rows for s in subjects.search(connection, "2", source="adult", column="#row")] == [{"adult": (2,)}]


def test_a_token_is_the_same_for_every_alias_and_can_be_forgotten(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "people", keys(ssn=["a-1"], email=["ann@x.org"]))
    (ann,) = subjects.search(connection, "a-1")
    assert subjects.known_token(connection, ann) is None
    token = subjects.token_of(connection, ann)
    assert token.startswith("P-") and len(token) == 6
    assert subjects.token_of(connection, subjects.search(connection, "ann@x.org")[0]) == token
    assert subjects.resolve(connection, subjects.aliases_of_token(connection, token)).rows == ann.rows
    subjects.destroy_token(connection, token)
    assert subjects.aliases_of_token(connection, token) == ()
    assert subjects.token_of(connection, ann) != token


def test_indexing_again_replaces_and_rows_can_be_removed(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "people", keys(ssn=["a-1", "b-2"]))
    subjects.index_source(connection, "people", keys(ssn=["b-2"]))
    assert subjects.search(connection, "a-1") == ()
    subjects.remove_rows(connection, "people", [1])
    assert subjects.search(connection, "b-2") == ()


def test_rows_of_one_person_have_one_key(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "people", keys(ssn=["a-1", "b-2", None], email=["a@x.org", "b@x.org", "c@x.org"]))
    found = PersonKeys(connection, ["people"])["people"]
    assert set(found) == {1, 2, 3}
    assert len(set(found.values())) == 3


def test_masks_and_normal_forms() -> None:
    assert mask("670-18-6875") == "6•••5"
    assert mask("ann@example.org") == "a•••@•••.org"
    assert mask("17") == "•••"
    assert normalise("  STRASSE ") == normalise("straße")
    assert Alias("", "ann@example.org").masked == "a•••@•••.org"


def contents(connection: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    tables = ("subject_key", "subject_row", "subject_column", "subject_count")
    return [connection.execute(f"SELECT * FROM lester.{table} ORDER BY ALL").fetchall() for table in tables]


def test_an_index_of_an_earlier_version_is_sorted_anew(connection: duckdb.DuckDBPyConnection) -> None:
    mails = keys(customer=["17", "18", None, "17"], email=["ann@x.org", "bob@x.org", "bob@x.org", None])
    subjects.index_source(connection, "mails", mails)
    old = duckdb.connect(":memory:")
    old.execute("ATTACH ':memory:' AS lester")
    migrations.migrate(old, [TableSet("subjects", subjects.TABLES.steps[:1])])
    for nth in (1, 2):  # column by column, as it was kept then
        entries = connection.execute(
            "SELECT source, column_name, domain, value, row_id FROM lester.subject_row WHERE nth = ? ORDER BY ALL",
            [nth],
        ).fetchall()
        old.executemany("INSERT INTO lester.subject_key VALUES (?, ?, ?, ?, ?)", [list(e) for e in entries])
    migrations.migrate(old, [subjects.TABLES])
    assert contents(old) == contents(connection)
    assert subjects.search(old, "17", "mails", "customer") == subjects.search(connection, "17", "mails", "customer")


def test_rows_that_leave_are_in_no_part_of_the_index(connection: duckdb.DuckDBPyConnection) -> None:
    subjects.index_source(connection, "people", keys(id=["17", "18", "19"], email=["ann@x.org", "bob@x.org", "ann@x.org"]))
    subjects.index_source(connection, "mails", keys(email=["ann@x.org", "bob@x.org"]))
    subjects.remove_rows(connection, "people", [1, 3])
    subjects.remove_rows(connection, "mails", [])
    entries, rows, _, counts = contents(connection)
    assert counts == [("mails", 2), ("people", 2)]
    assert subjects.values_of(connection, "people") == 2
    assert {e[3] for e in entries if e[0] == "people"} == {r[5] for r in rows if r[0] == "people"} == {"18", "bob@x.org"}
    assert subjects.search(connection, "ann@x.org")[0].rows == {"mails": (1,)}
