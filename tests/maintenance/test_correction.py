import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.maintenance.correction import column_number, corrected, field_of
from lester_gui.runtime.records import dialect_of, split


def reading(reader: Reader, options: Options = (), columns: str = "a b c") -> Read:
    return Read(name="t", source="t", reader=reader, options=options, columns=tuple(Field(n, Type.STR) for n in columns.split()))


PANDAS = reading(Reader.PANDAS_CSV)
LINES = reading(Reader.PYTHON_LINES, (("sep", ","),))


@pytest.mark.parametrize(
    ("read", "record", "number", "value", "expected"),
    [
        (PANDAS, b"1,2,3\n", 1, "x", b"1,x,3\n"),
        (PANDAS, b"1,2,3\r\n", 2, "x", b"1,2,x\r\n"),
        (PANDAS, b"1,2,3", 0, "", b",2,3"),
        (PANDAS, b'1,"2",3\n', 1, "x", b'1,"x",3\n'),
        (PANDAS, b"1,2,3\n", 1, 'x,"y"', b'1,"x,""y""",3\n'),
        (PANDAS, b'1,"two\nlines, and ""more""",3\n', 2, "4", b'1,"two\nlines, and ""more""",4\n'),
        (PANDAS, b'"1",  2 ,3\n', 1, "x", b'"1",x,3\n'),
        (PANDAS, "1,Größe,3\n".encode(), 2, "ß", "1,Größe,ß\n".encode()),
        (reading(Reader.PANDAS_CSV, (("encoding", "latin-1"),)), b"1,\xe9,3\n", 2, "é", b"1,\xe9,\xe9\n"),
        (reading(Reader.PANDAS_CSV, (("skipinitialspace", True),)), b"1, 2, 3\n", 1, "x", b"1, x, 3\n"),
        (reading(Reader.PANDAS_CSV, (("sep", "\t"),)), b"1\t2\t3\n", 1, "a,b", b"1\ta,b\t3\n"),
        (reading(Reader.PYTHON_CSV, (("delimiter", ";"),)), b"1;'2';3\n", 1, "x", b"1;x;3\n"),
        (LINES, b"1,2,3\n", 1, "x", b"1,x,3\n"),
        (LINES, b"  1,2,3  \n", 2, "x", b"  1,2,x  \n"),
        (LINES, b'1,"2",3', 1, "x", b"1,x,3"),
        (reading(Reader.PYTHON_LINES, (("sep", ", "),)), b"39, State-gov, 77\n", 1, "Private", b"39, Private, 77\n"),
        (reading(Reader.PYTHON_LINES, (("sep", None),)), b"a  b\tc\n", 1, "x", b"a  x\tc\n"),
        (reading(Reader.PYTHON_LINES, (("sep", ","), ("maxsplit", 1))), b"1,2,3\n", 1, "x,y", b"1,x,y\n"),
        (reading(Reader.PYTHON_LINES), b"whole line\n", 0, "other", b"other\n"),
    ],
)
def test_one_field_changes(read: Read, record: bytes, number: int, value: str, expected: bytes) -> None:
    assert corrected(record, read, number, value, "t.csv") == expected
    assert field_of(expected, read, number, "t.csv") == value


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (LINES, "a,b"),
        (LINES, "a\nb"),
        (reading(Reader.PANDAS_CSV, (("quoting", 3),)), "a,b"),
        (reading(Reader.PANDAS_CSV, (("encoding", "latin-1"),)), "Ω"),
        (reading(Reader.PYTHON_LINES, (("sep", None),)), ""),
    ],
)
def test_what_the_format_cannot_hold_is_refused(read: Read, value: str) -> None:
    record = b"1 2 3\n" if dict(read.options).get("sep", ",") is None else b"1,2,3\n"
    with pytest.raises(UserError, match=r"t\.csv cannot hold the new value") as caught:
        corrected(record, read, 1, value, "t.csv")
    assert not value or f"{value!r}" not in str(caught.value)


def test_a_short_row() -> None:
    with pytest.raises(UserError, match="only 2 fields"):
        corrected(b"1,2\n", PANDAS, 2, "x", "t.csv")


def test_columns_are_found_by_header_or_by_the_plan() -> None:
    records = split(b'x, "b" ,c\n1,2,3\n', dialect_of(PANDAS), "t.csv")
    assert column_number(PANDAS, records, "c") == 2
    with pytest.raises(UserError, match="no single column 'a'"):
        column_number(PANDAS, records, "a")
    assert column_number(LINES, split(b"1,2,3\n", dialect_of(LINES), "t.csv"), "b") == 1
    named = reading(Reader.PANDAS_CSV, (("names", ("p", "q")), ("header", None)))
    assert column_number(named, split(b"1,2\n", dialect_of(named), "t.csv"), "q") == 1


TEXT = st.text(st.sampled_from("ab ,\"\n;ß'"), max_size=6)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXT, min_size=2, max_size=4), TEXT, st.data())
def test_any_value_survives_a_quoting_format(fields: list[str], value: str, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(fields) - 1))
    record = (",".join('"' + f.replace('"', '""') + '"' for f in fields) + "\n").encode()
    read = reading(Reader.PANDAS_CSV)
    new = corrected(record, read, number, value, "t.csv")
    fields[number] = value
    assert new == (",".join('"' + f.replace('"', '""') + '"' for f in fields) + "\n").encode()
