"""Change one field of one record and nothing else, in the record's own dialect.

The new record is read again before it is accepted: the field must have the new value and every other field its old one. A value
that the file's format cannot hold (a separator where nothing is quoted) is refused.
"""

from __future__ import annotations

import csv
import io
import re

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read, Reader
from lester_gui.runtime.records import Dialect, Records, dialect_of, is_blank

Span = tuple[int, int]


def column_number(read: Read, records: Records, column: str) -> int:
    """Return the place of a column in the file's records.

    Parameters
    ----------
    read : Read
        How a script reads the file; headerless files have the plan's names.
    records : Records
        The file.

    Raises
    ------
    UserError
        If the file has no such column, or its place is not certain.
    """
    if read.reader.is_json:
        raise UserError(
            f"Correcting a field of {records.name}, which holds JSON, is not supported yet",
            hint="Correct it in the file; the next look at the sources takes the change over.",
        )
    names = _names(read, records)
    places = [i for i, name in enumerate(names) if name == column]
    if len(places) != 1:
        raise UserError(
            f"{records.name} has no single column {column!r} that can be corrected", hint=f"It has {', '.join(names)}."
        )
    return places[0]


def field_of(record: bytes, read: Read, number: int, name: str) -> str:
    """Return the text of one field as it stands in the file, without quotes."""
    values = values_of(record, read)
    if number >= len(values):
        raise UserError(f"{name}: the row has only {len(values)} fields", hint="Mend the line first.")
    return values[number]


def values_of(record: bytes, read: Read) -> list[str]:
    """Return the fields of a record as its reader sees them."""
    return _values(_decoded(record, dialect_of(read)), read)


def corrected(record: bytes, read: Read, number: int, value: str, name: str) -> bytes:
    """Return the record with the field `number` set to `value`.

    Raises
    ------
    UserError
        If the format of the file cannot hold the value. The value is not repeated.
    """
    dialect = dialect_of(read)
    text = _decoded(record, dialect)
    spans = _spans(text, read)
    if number >= len(spans):
        raise UserError(f"{name}: the row has only {len(spans)} fields", hint="Mend the line first.")
    start, end = spans[number]
    new_text = text[:start] + _written(text[start:end], value, dialect, read) + text[end:]
    wanted = _values(text, read)
    wanted[number] = value
    try:
        new = new_text.encode(_codec(dialect))
        found: list[str] | None = _values(new_text, read)
    except (UnicodeEncodeError, csv.Error):
        found = None
    if found != wanted:
        raise UserError(
            f"{name} cannot hold the new value in its format",
            hint="It must not contain separators or line ends that the format lacks quotes for.",
        )
    return new


def _names(read: Read, records: Records) -> list[str]:
    options, dialect = dict(read.options), dialect_of(read)
    given = options.get("names")
    if isinstance(given, tuple):
        return [str(n) for n in given]
    if dialect.header:
        header = [p for p in records.preamble.splitlines(keepends=True) if not is_blank(p, dialect)]
        return [v.strip() if options.get("skipinitialspace") else v for v in _values(_decoded(header[-1], dialect), read)]
    if options.get("usecols") is not None:
        raise UserError(f"Correcting {records.name}, of which the script reads unnamed columns, is not supported yet")
    return [f.name for f in read.columns]


def _decoded(record: bytes, dialect: Dialect) -> str:
    return record.removeprefix(b"\xef\xbb\xbf").decode(_codec(dialect))


def _codec(dialect: Dialect) -> str:
    return "utf-8" if dialect.encoding == "utf-8-sig" else dialect.encoding


def _spans(text: str, read: Read) -> list[Span]:
    """Return where each field stands in the record, quotes included."""
    options, dialect = dict(read.options), dialect_of(read)
    body = len(text.rstrip("\r\n"))
    if read.reader is Reader.PYTHON_LINES:
        return _line_spans(
            text,
            body,
            options.get("sep"),
            int(str(options.get("maxsplit", -1))),
            str(options.get("strip", "both")),
            "sep" in options,
        )
    if len(dialect.delimiter or ",") != 1:
        raise UserError("Correcting a file whose separator has several characters is not supported yet")
    delimiter, quote = dialect.delimiter or ",", dialect.quote
    spans: list[Span] = []
    start, i, inside, fresh = 0, 0, False, True
    while i < body:
        c = text[i]
        if dialect.escape and c == dialect.escape:
            i, fresh = i + 2, False
            continue
        if inside:
            if c == quote and dialect.doubled and text[i + 1 : i + 2] == quote:
                i += 1
            elif c == quote:
                inside = False
        elif c == delimiter:
            spans.append((start, i))
            start, fresh = i + 1, True
            i += 1
            continue
        elif c == quote and fresh:
            inside = True
        fresh = fresh and c == " " and bool(options.get("skipinitialspace"))
        i += 1
    return [*spans, (start, body)]


def _line_spans(text: str, body: int, separator: object, most: int, strip: str, splits: bool) -> list[Span]:
    start, end = 0, body
    if strip == "both":
        start = len(text[:body]) - len(text[:body].lstrip())
    if strip in ("both", "right"):
        end = len(text[:body].rstrip())
    if not splits:
        return [(start, end)]
    pattern = re.compile(r"\s+") if separator is None else re.compile(re.escape(str(separator)))
    spans: list[Span] = []
    for match in pattern.finditer(text, start, end):
        if most >= 0 and len(spans) == most:
            break
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, end)]


def _written(old: str, value: str, dialect: Dialect, read: Read) -> str:
    """Return `value` as the field is to stand in the file: quoted if the old one was, or if it must be."""
    if read.reader is Reader.PYTHON_LINES or dialect.quote is None:
        return value
    blanks = len(old) - len(old.lstrip(" ")) if dict(read.options).get("skipinitialspace") else 0
    quote = dialect.quote
    special = any(c in value for c in (dialect.delimiter or ",", quote, "\n", "\r")) or value != value.strip()
    if not (old[blanks:].startswith(quote) or special):
        return old[:blanks] + value
    if dialect.escape and not dialect.doubled:
        value = value.replace(dialect.escape, dialect.escape * 2).replace(quote, dialect.escape + quote)
    else:
        value = value.replace(quote, quote * 2)
    return f"{old[:blanks]}{quote}{value}{quote}"


def _values(text: str, read: Read) -> list[str]:
    """Return the fields of a record as the reader sees them, by the reader's own rules and not by `_spans`."""
    options, dialect = dict(read.options), dialect_of(read)
    if read.reader is Reader.PYTHON_LINES:
        line = text.removesuffix("\r\n").removesuffix("\n").removesuffix("\r")
        line = {"both": line.strip(), "right": line.rstrip()}.get(str(options.get("strip", "both")), line)
        if "\n" in line or "\r" in line:
            raise csv.Error("a line end within a line")
        if "sep" not in options:
            return [line]
        separator = options.get("sep")
        return line.split(None if separator is None else str(separator), int(str(options.get("maxsplit", -1))))
    rows = list(
        csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.delimiter or ",",
            quotechar=dialect.quote or '"',
            doublequote=dialect.doubled,
            escapechar=dialect.escape,
            quoting=csv.QUOTE_NONE if dialect.quote is None else csv.QUOTE_MINIMAL,
            skipinitialspace=bool(options.get("skipinitialspace", False)),
        )
    )
    if len(rows) != 1:
        raise csv.Error("not one record")
    return rows[0]
