"""Snapshots: byte for byte, row ids that stay, cheap change detection, errors that name file and line."""

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.runtime.ingest import Change, changed_since, drop_snapshot, ingest, snapshot_records
from lester_gui.runtime.read import key_columns, key_function
from lester_gui.runtime.records import Dialect, dialect_of, split
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, Source
from lester_gui.store.connection import open_memory


def read_of(reader: Reader = Reader.PANDAS_CSV, options: Options = ()) -> Read:
    return Read(name="people", source="people", reader=reader, options=options, columns=())


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = open_memory()
    catalogue.put_source(connection, Source(name="people", path="people.csv"))
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def take(connection: duckdb.DuckDBPyConnection, path: Path, content: bytes, key: tuple[str, ...] = ()) -> Snapshot:
    path.write_bytes(content)
    return ingest(connection, Source(name="people", path="people.csv"), path, Dialect(), key_function(read_of(), key))


def ids(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> list[int]:
    return snapshot_records(connection, snapshot).row_ids


@settings(max_examples=50, deadline=None)
@given(
    st.text(alphabet=st.sampled_from('ab,"\n\r\té'), max_size=40),
    st.sampled_from([Dialect(), Dialect(header=0), Dialect(quote=None), Dialect(escape="\\", doubled=False), Dialect(skip=1)]),
    st.booleans(),
)
def test_preamble_and_records_are_the_file(text: str, dialect: Dialect, mark: bool) -> None:
    content = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    records = split(content, dialect, "f.csv")
    assert records.content == content
    assert all(records.records)
    assert len(records.lines) == len(records.row_ids) == len(records.records)


def test_quotes_count_at_the_start_of_a_field_only() -> None:
    content = b'a,b\n1,"x\ny"\n2,it"s\n3,"q ""in"" q\n"\n'
    records = split(content, Dialect(), "f.csv")
    assert records.records == [b'1,"x\ny"\n', b'2,it"s\n', b'3,"q ""in"" q\n"\n']
    assert records.lines == [2, 4, 5]


def test_the_preamble_is_what_the_reader_skips() -> None:
    content = b"# export\n\na,b\n1,2\n"
    assert split(content, dialect_of(read_of(options=(("skiprows", 1),))), "f").preamble == b"# export\n\na,b\n"
    assert split(content, dialect_of(read_of(options=(("header", None), ("skiprows", 3)))), "f").preamble == b"# export\n\na,b\n"
    lines = dialect_of(read_of(Reader.PYTHON_LINES, (("skip", 2),)))
    assert split(content, lines, "f").records == [b"a,b\n", b"1,2\n"]
    with_names = dialect_of(read_of(options=(("names", ("x", "y")),)))
    assert split(b"1,2\n", with_names, "f").records == [b"1,2\n"]


def test_first_ingest_numbers_the_data_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    snapshot = take(connection, path, b"name\nann\nbob\nann\n")
    assert ids(connection, snapshot) == [1, 2, 3]
    assert snapshot.rows == 3
    assert snapshot_records(connection, snapshot).content == path.read_bytes()
    found = key_columns(connection, snapshot, read_of(), ["#row", "name"]).to_pydict()
    assert found == {"row_id": [1, 2, 3], "#row": ["1", "2", "3"], "name": ["ann", "bob", "ann"]}


@pytest.mark.parametrize(
    ("reader", "options"),
    [
        (Reader.PYTHON_CSV, (("skip", 1), ("header", False), ("delimiter", ";"))),
        (Reader.PYTHON_LINES, (("skip", 1), ("sep", ";"))),
    ],
)
def test_a_key_may_be_named_by_the_header_that_the_script_passes_over(
    connection: duckdb.DuckDBPyConnection, path: Path, reader: Reader, options: Options
) -> None:
    path.write_bytes(b"card; name\n7;ann\n9;bob\n")
    node = replace(read_of(reader, options), columns=(Field("c0", Type.STR), Field("c1", Type.STR)))
    source = Source(name="people", path="people.csv")
    snapshot = ingest(connection, source, path, dialect_of(node), key_function(node, ["name"]))
    found = key_columns(connection, snapshot, node, ["card", "c1", "name"]).to_pydict()
    assert found == {"row_id": [1, 2], "card": ["7", "9"], "c1": ["ann", "bob"], "name": ["ann", "bob"]}
    with pytest.raises(UserError, match="has no column 'town'"):
        key_columns(connection, snapshot, node, ["town"])


def test_the_same_content_is_the_same_snapshot(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    first = take(connection, path, b"name\nann\n")
    os.utime(path, ns=(1, 1))
    assert take(connection, path, b"name\nann\n").id == first.id
    assert len(catalogue.find(connection, Snapshot)) == 1


def test_rows_keep_their_ids_and_ids_are_never_reused(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    take(connection, path, b"name\nann\nbob\ncarl")
    without = take(connection, path, b"name\nann\ncarl\n")  # the last line got its end: the same row
    assert ids(connection, without) == [1, 3]
    again = take(connection, path, b"name\nbob\ncarl\ndora\nann\n")
    assert ids(connection, again) == [4, 3, 5, 1]
    assert key_columns(connection, again, read_of(), ["#row"]).column("#row").to_pylist() == ["4", "3", "5", "1"]


def test_equal_rows_keep_ids_by_occurrence(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    take(connection, path, b"name\nann\nann\nann\n")
    assert ids(connection, take(connection, path, b"name\nann\nann\n")) == [1, 2]


def test_a_declared_key_keeps_the_id_of_a_corrected_row(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    take(connection, path, b"id,name\n7,ann\n8,bob\n", key=("id",))
    corrected = take(connection, path, b"id,name\n8,Robert\n7,ann\n9,carl\n", key=("id",))
    assert ids(connection, corrected) == [2, 1, 3]


def test_an_unknown_key_is_named(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    take(connection, path, b"id\n1\n")
    with pytest.raises(UserError, match=r"people.csv has no column 'nr'"):
        take(connection, path, b"id\n2\n", key=("nr",))


def test_changes_are_counted(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    snapshot = take(connection, path, b"id,name\n7,ann\n8,bob\n")
    assert not changed_since(connection, snapshot, path).any
    os.utime(path, ns=(5, 5))
    assert not changed_since(connection, snapshot, path).any
    path.write_bytes(b"id,name\n7,anna\n8,bob\n9,carl\n")
    assert changed_since(connection, snapshot, path) == Change(appended=2, removed=1)
    assert changed_since(connection, snapshot, path, key_function(read_of(), ("id",))) == Change(appended=1, changed=1)
    path.write_bytes(b"nr,name\n7,ann\n8,bob\n")
    assert changed_since(connection, snapshot, path) == Change(preamble=True)
    path.unlink()
    with pytest.raises(UserError, match="disappeared"):
        changed_since(connection, snapshot, path)


def test_an_unchanged_file_is_not_read(
    connection: duckdb.DuckDBPyConnection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = take(connection, path, b"id\n1\n")
    monkeypatch.setattr(Path, "open", lambda *a, **k: pytest.fail("the file was opened"))
    assert not changed_since(connection, snapshot, path).any


def test_a_file_that_cannot_be_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    source = Source(name="people", path="people.csv")
    with pytest.raises(UserError, match=r"people.csv has disappeared"):
        ingest(connection, source, tmp_path / "people.csv", Dialect())
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UserError, match=r"folder.csv cannot be read"):
        ingest(connection, source, tmp_path / "folder.csv", Dialect())


def test_bytes_that_are_no_text_name_the_line_and_not_the_content(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    with pytest.raises(UserError) as raised:
        take(connection, path, b"name\nann\nJ\xf6rg\n")
    assert str(raised.value).startswith("people.csv, line 3: the text is not utf-8")
    assert "rg" not in raised.value.message.removeprefix("people.csv, line 3: the text is not utf-8")


def test_two_readers_may_differ_as_long_as_they_see_the_same_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    first = take(connection, path, b"a,b\n1,x\n")
    source = Source(name="people", path="people.csv")
    lines = dialect_of(read_of(Reader.PYTHON_LINES, (("skip", 1),)))
    assert ingest(connection, source, path, lines).id == first.id
    with pytest.raises(UserError, match="read in two ways"):
        ingest(connection, source, path, replace(lines, skip=0))


def test_a_snapshot_can_be_dropped(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    snapshot = take(connection, path, b"a\n1\n")
    drop_snapshot(connection, snapshot)
    assert catalogue.find(connection, Snapshot) == []
