"""Files of one JSON object per line: pandas is the oracle for the values, the file itself for keys and edits."""

import io
import json
import re
import warnings
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime import json_lines
from lester_gui.runtime.materialize import to_script_frame
from lester_gui.runtime.read import ReadTable, key_function, read_records
from lester_gui.runtime.records import Records, dialect_of, split
from lester_gui.verify.sources import SourceTable

READER = Reader.PANDAS_JSON_LINES


def node(options: Options = (), columns: tuple[Field, ...] = ()) -> Read:
    return Read(name="f", source="f", reader=READER, options=options, columns=columns)


def read(content: bytes, options: Options = ()) -> ReadTable:
    return read_records(split(content, dialect_of(node(options)), "f.jsonl"), READER, options, ())


VALUES = st.sampled_from([None, 1, 2, 2.5, "x", "", "007", "NA", "ß", True, False, "2020-01-02", 'a "b", c'])
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "made_at"]), VALUES, min_size=1)


@settings(max_examples=80, deadline=None)
@given(st.lists(OBJECTS, min_size=1, max_size=7), st.sets(st.integers(0, 6)), st.booleans())
def test_what_is_left_reads_as_pandas_reads_it(rows: list[dict[str, Any]], gone: set[int], blank: bool) -> None:
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    if blank:
        lines.insert(len(lines) // 2, "\n")
    records = split("".join(lines).encode(), dialect_of(node()), "f.jsonl")
    assert records.records == [line.encode() for line in lines]
    kept = [i for i in range(len(lines)) if i not in gone]
    columns = (records.records, records.row_ids, records.lines)
    left = Records("f.jsonl", b"", *([column[i] for i in kept] for column in columns))
    if not any(lines[i] != "\n" for i in kept):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.read_json(io.BytesIO(left.content), lines=True)
    try:
        found = read_records(left, READER, (), ())
    except UserError as error:  # one column of several types; never guessed
        assert "mixes" in error.message and any(frame[c].dtype == object for c in frame)
        return
    assert found.row_ids == [i + 1 for i in kept if lines[i] != "\n"]
    again = to_script_frame(found.columns, found.schema)
    pd.testing.assert_frame_equal(again, frame, check_index_type=False, check_dtype=False)
    assert [f.nullable for f in found.schema] == [bool(frame[c].isna().any()) for c in frame]


def test_types_follow_from_the_lines_that_are_left() -> None:
    content = b'{"n": 1, "k": "a"}\n{"n": null}\n{"n": 3, "k": "b"}\n'
    assert read(content).schema == Schema((Field("n", Type.FLOAT, True), Field("k", Type.STR, True)))
    assert read(content.replace(b'{"n": null}\n', b"")).schema == Schema((Field("n", Type.INT), Field("k", Type.STR)))


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b'{"a": 1}\n{"a": \n', (), "line 2: the line is not JSON"),
        (b"[1, 2]\n", (), "line 1: the line is not a JSON object"),
        (b'{"a": {"b": 1}}\n', (), "'a' holds a list or an object"),
        (b'{"a": [1]}\n', (), "'a' holds a list or an object"),
        (b'{"a": 1}\n', (("typ", "series"),), "typ"),
        (b'{"a": 1}\n', (("orient", "split"),), "orient"),
        (b'{"made_at": "2020-01-02T03:04:05+02:00"}\n', (), "time zone"),
    ],
)
def test_what_cannot_be_read_is_refused_by_line_and_without_values(content: bytes, options: Options, told: str) -> None:
    with pytest.raises(UserError, match=re.escape(told)):
        read(content, options)


def test_keys_in_nested_objects_are_told_as_they_stand_in_the_file() -> None:
    content = b'{"id": 7.50, "p": {"no": "A1"}}\n{"id": 8}\nbroken\n'
    records = split(content, dialect_of(node()), "f.jsonl")
    key_of = key_function(node(), ["id", "p.no"])
    assert key_of is not None
    assert list(key_of(records)) == [("7.50", "A1"), ("8", None), (None, None)]


def test_an_edit_changes_one_field_and_keeps_its_kind() -> None:
    line = '{"a": {"b": 1, "c.d": "x"}, "t": true, "z": null}'
    assert json.loads(json_lines.with_field(line, "a.b", "2"))["a"]["b"] == 2
    assert json.loads(json_lines.with_field(line, "a.c.d", "5"))["a"]["c.d"] == "5"
    assert json.loads(json_lines.with_field(line, "t", "false"))["t"] is False
    assert json.loads(json_lines.with_field(line, "t", ""))["t"] is None
    assert json_lines.with_field(line, "missing", "1") == line
    assert json_lines.with_field("broken", "a", "1") == "broken"


def test_edited_tables_stay_one_object_per_line() -> None:
    columns = (Field("k", Type.STR), Field("n", Type.INT))
    records = (b'{"k": "a, b", "n": 1, "more": [1]}\n', b'{"n": 2}\n')
    table = SourceTable("f", "f.jsonl", node((), columns), dialect_of(node()), b"", records)
    assert [table.fields(r) for r in table.records] == [["a, b", "1"], ["", "2"]]
    edited = table.edited(0, 0, "new").edited(1, 1, "7")
    assert [json.loads(r) for r in edited.records] == [{"k": "new", "n": 1, "more": [1]}, {"n": 7}]
    assert table.edited(0, 1, "1").records[1] is table.records[1]


def test_columns_that_the_script_names_become_dates() -> None:
    found = read(b'{"since": "2020-01-02", "code": "x7"}\n{"since": null}\n', (("convert_dates", ("since",)),))
    assert found.schema == Schema((Field("since", Type.TIMESTAMP, True), Field("code", Type.STR, True)))
