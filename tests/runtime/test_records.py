"""Files fall into records without a byte changing, and where Python's own loop over lines and quotation marks would cut."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_gui.runtime.record_column import RecordColumn
from lester_gui.runtime.records import Dialect, Records, is_blank, split

PIECES = st.sampled_from([b'"', b'""', b",", b"a", b"bc", b" ", b"\n", b"\r", b"\r\n", b"\\", b";"])
DIALECTS = (
    Dialect(header=0),
    Dialect(header=1),
    Dialect(header=0, delimiter=";", skip=1),
    Dialect(header=0, doubled=False),
    Dialect(header=0, escape="\\"),
    Dialect(None, None, False, None, "utf-8", 0, 0),
)


def slowly(content: bytes, dialect: Dialect) -> Iterator[tuple[bytes, int]]:
    """Yield every record and the line on which it begins, one byte after the other."""
    held, begun, inside = b"", 1, False
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", content)
    for number, line in enumerate(lines, start=1):
        begun = begun if held else number
        at_start, skip = not inside, False
        for i in range(len(line)):
            c = line[i : i + 1]
            if skip:
                skip, at_start = False, False
            elif dialect.escape and c == dialect.escape.encode():
                skip = True
            elif dialect.quote is None:
                continue
            elif inside and c == b'"':
                if dialect.doubled and line[i + 1 : i + 2] == b'"':
                    skip = True
                else:
                    inside = False
            elif not inside and c == (dialect.delimiter or "").encode():
                at_start = True
            elif not inside and c == b'"' and at_start:
                inside, at_start = True, False
            elif not inside:
                at_start = False
        held += line
        if not inside or number == len(lines):
            yield held, begun
            held = b""


@given(st.lists(PIECES, max_size=30), st.sampled_from(DIALECTS))
def test_records_end_where_a_loop_over_bytes_ends_them(pieces, dialect):
    content = b"".join(pieces)
    expected = list(slowly(content, dialect))
    found = split(content, dialect, "f.csv")
    assert found.content == content
    count = len(found.records)
    assert [(r, n) for r, n in zip(found.records, found.lines, strict=True)] == expected[len(expected) - count :]
    assert found.preamble == b"".join(r for r, _ in expected[: len(expected) - count])
    assert found.blank(dialect).tolist() == [is_blank(r, dialect) for r, _ in expected[len(expected) - count :]]


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb", b"a\n\n b \n"])
def test_a_column_of_records_is_a_sequence_of_bytes(content):
    column = split(content, Dialect(header=0), "f.csv").records
    assert isinstance(column, RecordColumn)
    lines = content.splitlines(keepends=True)
    assert column == lines
    assert list(column[1:]) == lines[1:]
    assert column[1:].joined() == b"".join(lines[1:])
    assert [column[i] for i in range(len(column))] == lines
    assert Records("f.csv", b"", lines, range(1, 9), range(1, 9)).content == content
