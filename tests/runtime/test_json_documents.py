"""Elements of a JSON document as records: the file byte for byte, and valid JSON again whichever of them are taken out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.maintenance.source_files import Known, rewrite
from lester_gui.runtime import json_documents
from lester_gui.runtime.ingest import read_file
from lester_gui.runtime.read import read_records
from lester_gui.runtime.records import Dialect, Records, dialect_of, split
from lester_gui.verify.sources import SourceTable


def reading(place: tuple[str, ...], keyed: bool) -> Read:
    options: Options = (("place", place), ("keyed", keyed))
    return Read(name="f", source="f", reader=Reader.PYTHON_JSON, options=options, columns=())


def records_of(text: str, place: tuple[str, ...] = (), keyed: bool = False) -> Records:
    return split(text.encode(), dialect_of(reading(place, keyed)), "f.json")


VALUES = st.one_of(st.none(), st.integers(0, 9), st.sampled_from(["", "a,b", "]}", '"', "ß\n"]))
ELEMENTS = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(VALUES, st.lists(VALUES, max_size=2))), max_size=5)


@settings(max_examples=80, deadline=None)
@given(ELEMENTS, st.booleans(), st.sampled_from([None, 1]), st.sampled_from([(), ("x",), ("x", "y")]), st.sets(st.integers(0, 4)))
def test_elements_left_are_those_python_reads(
    rows: list[Any], keyed: bool, indent: int | None, place: tuple[str, ...], gone: set[int]
) -> None:
    inner: Any = {f"k{i}": r for i, r in enumerate(rows)} if keyed else rows
    document: Any = inner
    for key in reversed(place):
        document = {"before": [1, {"x": 2}], key: document, "after": "]"}
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    records = records_of(text, place, keyed)
    assert records.preamble + b"".join(records.records) == text.encode() == records.content
    assert [json_documents.object_of(r, keyed) for r in records.records[:-1]] == [
        ({"@key": f"k{i}"} if keyed else {}) | r for i, r in enumerate(rows)
    ]
    kept = [i for i in range(len(rows)) if i not in gone]
    left = replace(records, records=[*(records.records[i] for i in kept), records.records[-1]])
    found = json.loads(left.content)
    for key in place:
        found = found[key]
    assert (list(found.values()) if keyed else found) == [rows[i] for i in kept]
    again = split(left.content, dialect_of(reading(place, keyed)), "f.json")
    assert [json_documents.element(r) for r in again.records] == [json_documents.element(r) for r in left.records]


@pytest.mark.parametrize(
    "text", ["[1, 2", '{"a": 1}', '{"rows": 5}', '{"rows": [], "rows": [1]}', '{"rows": [NaN]}', "", "\ufeff[]"]
)
def test_documents_that_lester_cannot_follow_are_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"f\.json"):
        records_of(text, ("rows",))


def test_a_list_where_an_object_is_gone_through_is_refused_and_so_are_elements_of_two_kinds() -> None:
    for text, keyed in (('{"a": [1]}', True), ('{"a": {"k": 1}}', False), ('{"a": [1, {"b": 2}]}', False)):
        node = reading(("a",), keyed)
        with pytest.raises(UserError):
            read_records(records_of(text, ("a",), keyed), Reader.PYTHON_JSON, node.options, ())


def test_elements_that_are_no_objects_are_values() -> None:
    node = reading(("a",), True)
    found = read_records(records_of('{"a": {"k": 1, "l": null}}', ("a",), True), Reader.PYTHON_JSON, node.options, ())
    rows = found.columns.select(["@key", "@value"]).to_pylist()
    assert rows == [{"@key": "k", "@value": 1}, {"@key": "l", "@value": None}]


def test_a_person_leaves_a_document_on_disk_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text('{"by": 1,\n "rows": [\n  {"id": 1}, {"id": 2},\n  {"id": 3}\n ]\n}\n', encoding="utf-8")
    content, _ = read_file(file)
    import hashlib

    known = Known(len(content), hashlib.sha256(content).hexdigest())
    rewrite(file, known, dialect_of(reading(("rows",), False)), {3}, {})
    assert file.read_text(encoding="utf-8") == '{"by": 1,\n "rows": [\n  {"id": 1}, {"id": 2}\n  ]\n}\n'


def test_edits_of_a_sample_keep_a_document(tmp_path: Path) -> None:
    text = '{"a": {"k": {"n": 1, "m": [1]}, "l": {"n": null}}, "z": 1}'
    node = reading(("a",), True)
    node = replace(node, columns=read_records(records_of(text, ("a",), True), Reader.PYTHON_JSON, node.options, ()).schema.fields)
    records = records_of(text, ("a",), True)
    table = SourceTable("f", "f.json", node, dialect_of(node), records.preamble, tuple(records.records[:-1]), records.records[-1])
    place = table.columns.index("n")
    assert table.cells(place) == ["1", ""] and table.content == text.encode()
    assert json.loads(table.edited(1, place, "7").content)["a"]["l"] == {"n": 7}
    twice = table.with_records([*table.records, table.records[0], b"\n"])
    assert list(json.loads(twice.content)["a"]) == ["k", "l"]
    assert json.loads(table.with_records([table.without(table.records[0], "n")]).content) == {"a": {"k": {"m": [1]}}, "z": 1}


def test_the_dialect_of_a_snapshot_says_where_the_elements_stand() -> None:
    dialect = dialect_of(reading(("a", "b"), False))
    assert Dialect.from_json(dialect.to_json()) == dialect and json.loads(dialect.document or "") == ["a", "b"]
    assert "document" not in Dialect().to_json()  # what older snapshots say stays the same text
