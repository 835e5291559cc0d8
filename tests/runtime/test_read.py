"""Readers against the originals: pandas itself, Python's own loops, before and after rows are gone."""

import csv
import io
import math
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime.materialize import to_script_frame
from lester_gui.runtime.read import ReadTable, observe_schema, read_records
from lester_gui.runtime.records import Records, dialect_of, split


def records_of(content: bytes, reader: Reader, options: Options = ()) -> Records:
    probe = Read(name="f", source="f", reader=reader, options=options, columns=())
    return split(content, dialect_of(probe), "f.csv")


def read(content: bytes, reader: Reader = Reader.PANDAS_CSV, options: Options = (), names: tuple[str, ...] = ()) -> ReadTable:
    return read_records(records_of(content, reader, options), reader, options, names)


CELLS = st.sampled_from(["1", "2.5", "", "NA", "x", "True", "False", "a b", '"q,r"', '"two\nlines"', "007", "  "])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.sets(st.integers(0, 7)), st.booleans())
def test_what_is_left_reads_as_pandas_reads_it(rows: list[tuple[str, str]], gone: set[int], blank: bool) -> None:
    lines = [f"{a},{b}\n" for a, b in rows]
    if blank:
        lines.insert(len(lines) // 2, "\n")
    records = records_of(("a,b\n" + "".join(lines)).encode(), Reader.PANDAS_CSV)
    assert records.records == [line.encode() for line in lines]
    kept = [i for i in range(len(lines)) if i not in gone]
    text = "a,b\n" + "".join(lines[i] for i in kept)
    frame = pd.read_csv(io.StringIO(text))
    left = Records(
        *("f.csv", records.preamble), *([c[i] for i in kept] for c in (records.records, records.row_ids, records.lines))
    )
    if any({type(v) for v in frame[c].dropna()} == {str, bool} for c in frame):
        with pytest.raises(UserError, match="mixes"):
            read_records(left, Reader.PANDAS_CSV, (), ())
        return
    found = read_records(left, Reader.PANDAS_CSV, (), ())
    assert found.row_ids == [i + 1 for i in kept if lines[i] != "\n"]
    again = to_script_frame(found.columns, found.schema)
    if len(frame):
        pd.testing.assert_frame_equal(again, frame, check_index_type=False)
    assert [f.nullable for f in found.schema] == [bool(frame[c].isna().any()) for c in frame]


def test_types_are_state_of_the_remaining_rows() -> None:
    records = records_of(b"n,b\n1,True\n,\n3,False\n", Reader.PANDAS_CSV)
    whole = read_records(records, Reader.PANDAS_CSV, (), ())
    assert whole.schema == Schema((Field("n", Type.FLOAT, True), Field("b", Type.BOOL, True)))
    left = Records("f.csv", records.preamble, [records.records[0], records.records[2]], [1, 3], [2, 4])
    assert read_records(left, Reader.PANDAS_CSV, (), ()).schema == Schema((Field("n", Type.INT), Field("b", Type.BOOL)))


@pytest.mark.parametrize(
    "options",
    [
        (("sep", ";"), ("decimal", ",")),
        (("sep", "\t"),),
        (("header", None), ("names", ("x", "y"))),
        (("skiprows", 1),),
        (("dtype", "str"), ("na_filter", False)),
        (("na_values", ("?",)), ("skipinitialspace", True)),
        (("dtype", (("a", "str"),)),),
        (("nrows", 2),),
        (("quoting", 3),),
        (("parse_dates", ("b",)),),
        (("usecols", ("b",)),),
        (("encoding", "latin-1"),),
    ],
    ids=str,
)
def test_options_mean_what_pandas_means(options: Options) -> None:
    by_name = dict(options)
    separator = str(by_name.get("sep", ","))
    rows = [["a", "b"], ["1", "2026-01-01"], ["?", "2026-01-02"], ["3", "2026-01-03"]]
    if by_name.get("decimal"):
        rows[1:] = [["1,5", "x"], ["2,5", "y"], ["", "z"]]
    if "skiprows" in by_name:
        rows.insert(0, ["# made", "by hand"])
    content = "".join(separator.join(r) + "\n" for r in rows).encode("latin-1")
    keywords = {
        k: dict(v) if k == "dtype" and isinstance(v, tuple) else list(v) if isinstance(v, tuple) else v for k, v in options
    }
    frame = pd.read_csv(io.BytesIO(content), **keywords)
    found = read(content, options=options)
    pd.testing.assert_frame_equal(to_script_frame(found.columns, found.schema), frame, check_index_type=False)


@pytest.mark.parametrize("options", [(("index_col", 0),), (("on_bad_lines", "skip"),), (("comment", "#"),), (("chunksize", 3),)])
def test_other_options_are_refused_by_name(options: Options) -> None:
    with pytest.raises(UserError, match=str(options[0][0])):
        read(b"a,b\n1,2\n", options=options)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n\n1,2,secret\n", "f.csv, line 4: 3 fields where 2 were expected"),
        (b'a,b\n1,2\n1,"secret\n', "f.csv, line 3: a quotation mark is never closed"),
        (b"", "f.csv is empty"),
    ],
)
def test_damaged_files_name_the_line_and_not_the_content(content: bytes, said: str) -> None:
    with pytest.raises(UserError) as raised:
        read(content)
    assert raised.value.message == said
    assert raised.value.hint
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "loop"),
    [
        ((("sep", ","),), lambda line: line.strip().split(",")),
        ((("sep", ";"), ("strip", "newline")), lambda line: line.rstrip("\n").split(";")),
        ((("sep", "\t"), ("strip", "right")), lambda line: line.rstrip().split("\t")),
        ((("sep", None),), lambda line: line.strip().split()),
        ((("sep", ","), ("maxsplit", 1)), lambda line: line.strip().split(",", 1)),
        ((("sep", ","), ("strip", "none")), lambda line: line.split(",")),
    ],
    ids=["comma", "semicolon", "tab", "white space", "once", "no strip"],
)
def test_line_loops(tmp_path: Path, options: Options, loop: object) -> None:
    separator = dict(options).get("sep") or " "
    content = f' a{separator}NA\r\nb{separator}\n"c{separator}d \n'.encode()
    path = tmp_path / "f.txt"
    path.write_bytes(content)
    with path.open(encoding="utf-8") as lines:
        expected = [loop(line) for line in lines]  # type: ignore[operator]
    if len({len(r) for r in expected}) > 1:
        with pytest.raises(UserError, match="fields where"):
            read(content, Reader.PYTHON_LINES, options)
        return
    found = read(content, Reader.PYTHON_LINES, options)
    assert [list(r.values()) for r in found.columns.to_pylist()] == expected
    assert not any(f.nullable for f in found.schema)


def test_blank_lines_in_a_loop() -> None:
    content = b"a,b\n\n  \nc,d\n"
    options: Options = (("sep", ","), ("skip_blank", True))
    assert read(content, Reader.PYTHON_LINES, options).row_ids == [1, 4]
    with pytest.raises(UserError, match=r"f.csv, line 2: 1 fields where 2"):
        read(content, Reader.PYTHON_LINES, (("sep", ","),))


def test_a_line_of_blanks_is_data_where_only_empty_ones_are_passed_over() -> None:
    options: Options = (("sep", ","), ("skip_blank", "empty"), ("strip", "newline"))
    assert read(b"a,b\n\r\n\nc,d\n", Reader.PYTHON_LINES, options).columns.num_rows == 2
    with pytest.raises(UserError, match=r"f.csv, line 3: 1 fields where 2"):
        read(b"a,b\n\n  \nc,d\n", Reader.PYTHON_LINES, options)


def test_extra_fields_can_be_ignored() -> None:
    found = read(b"a,b\nc,d,e\n", Reader.PYTHON_LINES, (("sep", ","), ("extra", "ignore")), ("x", "y"))
    assert found.columns.to_pydict() == {"x": ["a", "c"], "y": ["b", "d"]}


def test_the_csv_module() -> None:
    content = b'name,text\r\nann,"two\r\nlines"\r\n\r\n"b ""b""",NA\r\n'
    found = read(content, Reader.PYTHON_CSV, (("header", True),))
    with io.TextIOWrapper(io.BytesIO(content), newline="") as lines:
        expected = list(csv.DictReader(lines))
    assert found.columns.to_pylist() == expected
    assert found.row_ids == [1, 3]
    assert read(b"a;b\nc;d\n", Reader.PYTHON_CSV, (("delimiter", ";"),)).columns.num_rows == 2
    with pytest.raises(UserError, match=r"line 2: 1 fields where 2"):
        read(b"a,b\nc\n", Reader.PYTHON_CSV)


def test_observed_schema_of_the_samples(samples_folder: Path) -> None:
    found = observe_schema(samples_folder / "hospital" / "data" / "patients.csv", Reader.PANDAS_CSV)
    kinds = {f.name: (f.type, f.nullable) for f in found}
    assert kinds["race"] == (Type.STR, True)
    assert kinds["num_children"] == (Type.INT, False)
    assert kinds["income"] == (Type.FLOAT, False)


def test_a_script_frame_has_pandas_types() -> None:
    schema = Schema(
        (
            Field("i", Type.INT, True),
            Field("b", Type.BOOL, True),
            Field("s", Type.STR, True),
            Field("n", Type.INT),
            Field("d", Type.DATE),
        )
    )
    table = pa.table(
        {
            "i": pa.array([1, None], pa.int64()),
            "b": pa.array([True, None]),
            "s": pa.array(["x", None]),
            "n": pa.array([1, 2], pa.int64()),
            "d": pa.array([0, 1], pa.date32()),
        }
    )
    frame = to_script_frame(table, schema)
    assert [str(t) for t in frame.dtypes] == ["float64", "object", "str", "int64", "object"]
    assert frame["b"].tolist()[0] is True and math.isnan(frame["b"].tolist()[1])
