"""What is said of types without reading a file again is what pandas infers from the rows that stay."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read, Reader
from lester_gui.runtime import inferred_types
from lester_gui.runtime.read import ReadTable, read_records
from lester_gui.runtime.records import dialect_of, split
from lester_gui.store.connection import open_memory

CELLS = st.sampled_from(
    [
        "1",
        "2",
        "-3",
        "1.5",
        "2.0",
        "1e3",
        "inf",
        "nan",
        "",
        "NA",
        "True",
        "false",
        "x",
        "a b",
        "yes",
        "late",
        "east",
        "-inf",
        " 7 ",
    ]
)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def read(rows: list[list[str]]) -> tuple[Read, ReadTable]:
    header = [f"c{i}" for i in range(len(rows[0]))]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in [header, *rows])
    probe = Read(name="t", source="t", reader=Reader.PANDAS_CSV, options=(), columns=())
    found = read_records(split(text.encode(), dialect_of(probe), "t.csv"), probe.reader, (), ())
    return Read(name="t", source="t", reader=Reader.PANDAS_CSV, options=(), columns=found.schema.fields), found


@settings(deadline=None)
@given(TABLES, st.data())
def test_types_that_stay_are_those_of_the_remaining_rows(rows, data):
    gone = data.draw(st.sets(st.integers(1, len(rows)), min_size=1))
    try:
        node, found = read(rows)
    except UserError:
        return
    with open_memory() as con:
        con.register("rows", found.columns.append_column("__p0", pa.array(list(found.row_ids), pa.int64())))
        con.execute("CREATE TABLE lester.view_1_0 AS SELECT * FROM rows")
        inferred_types.remember(con, node, found.columns, "view_1_0")
        stays = inferred_types.stay(con, node, "view_1_0", gone)
    if stays:
        left = [row for i, row in enumerate(rows, start=1) if i not in gone]
        assert read(left)[1].schema == found.schema


@pytest.mark.parametrize(
    ("rows", "gone", "stays"),
    [
        ([["1", "mona"], ["2", "bob"], ["3", "cleo"]], {2}, True),
        ([["1.5", "x"], ["2", "q"]], {2}, True),
        ([["1", "east"], ["2", "natty"]], {2}, True),
        ([["1.5", "x"], ["2", "q"]], {1}, False),
        ([["1", "x"], ["", "q"], ["", "z"]], {2}, True),
        ([["1", "x"], ["", "q"]], {2}, False),
        ([["1", "x"], ["2", "7"]], {1}, False),
        ([["1", "x"]], {1}, False),
    ],
)
def test_it_is_said_where_it_can_be_told(rows, gone, stays):
    node, found = read(rows)
    with open_memory() as con:
        con.register("rows", found.columns.append_column("__p0", pa.array(list(found.row_ids), pa.int64())))
        con.execute("CREATE TABLE lester.view_1_0 AS SELECT * FROM rows")
        inferred_types.remember(con, node, found.columns, "view_1_0")
        assert inferred_types.stay(con, node, "view_1_0", gone) is stays
