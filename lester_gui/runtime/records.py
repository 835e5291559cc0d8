"""Split the bytes of a text table into records without changing one of them.

``preamble + b"".join(records)`` is the file, byte for byte. A record keeps its line end. Inside quotes a line end belongs to the
record, by the rule that pandas and Python's `csv` share: a quotation mark counts only at the start of a field.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Read, Reader
from lester_gui.runtime import json_documents
from lester_gui.runtime.record_column import RecordColumn

_BLANKS = np.frombuffer(b"\r\n \t", dtype=np.uint8)
_SPLITTABLE = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-8-sig"}
"""Encodings in which no byte of a character looks like a separator, a quotation mark or a line end."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file falls into records.

    Attributes
    ----------
    delimiter : str or None
        Ends a field; only needed to know where a quotation mark counts.
    quote : str or None
        None: every line is a record.
    doubled : bool
        Whether two quotation marks inside quotes are one.
    escape : str or None
        Makes the next character ordinary.
    encoding : str
        Python's name of the encoding.
    skip : int
        Leading lines that are no data.
    header : int
        Further records, blank ones not counted, that are no data: the header and what stands before it.
    skip_blank : bool
        Whether the reader passes over blank lines.
    document : str or None
        The file is one JSON document; the keys that lead to the list or object whose elements are records, as a JSON list.
    """

    delimiter: str | None = ","
    quote: str | None = '"'
    doubled: bool = True
    escape: str | None = None
    encoding: str = "utf-8"
    skip: int = 0
    header: int = 1
    skip_blank: bool = True
    document: str | None = None

    def to_json(self) -> str:
        return json.dumps({k: v for k, v in asdict(self).items() if k != "document" or v is not None}, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Dialect:
        return Dialect(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Records:
    """A file in records.

    Attributes
    ----------
    name : str
        The file's name, for messages.
    preamble : bytes
        Byte-order mark, skipped lines and header.
    records : sequence of bytes
        The data records with their line ends.
    row_ids : sequence of int
        The stable row id of each record.
    lines : sequence of int
        The physical line, 1-based, on which each record begins.
    document : bool
        Whether the file is one JSON document; then commas are put right where records left.
    """

    name: str
    preamble: bytes
    records: Sequence[bytes]
    row_ids: Sequence[int]
    lines: Sequence[int]
    document: bool = False

    def without(self, gone: set[int]) -> Records:
        """Return the records without some rows, by their ids; the others keep their row ids and lines."""
        kept = [i for i, row_id in enumerate(self.row_ids) if row_id not in gone]
        return replace(
            self,
            records=[self.records[i] for i in kept],
            row_ids=[self.row_ids[i] for i in kept],
            lines=[self.lines[i] for i in kept],
        )

    @property
    def content(self) -> bytes:
        if self.document:
            return json_documents.joined(self.preamble, self.records)
        return self.preamble + (self.records.joined() if isinstance(self.records, RecordColumn) else b"".join(self.records))

    def blank(self, dialect: Dialect) -> NDArray[np.bool_]:
        """Return for each record whether a reader that passes over blank lines passes over it; see `is_blank`."""
        if not isinstance(self.records, RecordColumn) or self.document:
            return np.array([is_blank(r, dialect) for r in self.records], dtype=bool)
        first = self.records.first_bytes()
        out = first < 0
        for i in np.flatnonzero(np.isin(first, _BLANKS)):
            out[i] = is_blank(self.records[int(i)], dialect)
        return out


def dialect_of(read: Read) -> Dialect:
    """Return the dialect in which a `Read` takes its source.

    Raises
    ------
    UserError
        If an option is not supported yet.
    """
    options = dict(read.options)
    encoding = _encoding(options.get("encoding"))
    if read.reader is Reader.PYTHON_LINES:
        return Dialect(
            None, None, False, None, encoding, _int(options.get("skip", 0)), 0, options.get("skip_blank", False) is True
        )
    if read.reader is Reader.PANDAS_JSON_LINES:
        return Dialect(None, None, False, None, encoding, 0, 0, True)
    if read.reader in (Reader.PYTHON_JSON, Reader.PANDAS_JSON):
        if encoding not in ("utf-8", "ascii"):
            raise UserError(f"Reading a JSON document in {encoding} is not supported yet", hint="Convert the file to UTF-8.")
        place = options.get("place", ())
        assert isinstance(place, tuple)
        return Dialect(None, None, False, None, encoding, 0, 0, True, json.dumps(list(place)))
    if read.reader is Reader.PYTHON_JSON_LINES:
        skip_blank = bool(options.get("skip_blank", False)) or options.get("broken") == "skip"  # a blank line is no JSON, either
        return Dialect(None, None, False, None, encoding, _int(options.get("skip", 0)), 0, skip_blank)
    if read.reader is Reader.PYTHON_CSV:
        header = bool(options.get("header", False))
        quote = options.get("quotechar", '"')
        return Dialect(
            str(options.get("delimiter", ",")),
            None if quote is None else str(quote),
            True,
            None,
            encoding,
            _int(options.get("skip", 0)),
            int(header),
            bool(options.get("skip_blank", header)),
        )
    header_option = options.get("header", "infer")
    if header_option == "infer":
        header_rows = 0 if options.get("names") is not None else 1
    elif header_option is None:
        header_rows = 0
    else:
        header_rows = _int(header_option) + 1
    escape = options.get("escapechar")
    return Dialect(
        str(options.get("sep", options.get("delimiter", ","))),
        None if options.get("quoting", 0) == 3 else str(options.get("quotechar", '"')),
        bool(options.get("doublequote", True)),
        None if escape is None else str(escape),
        encoding,
        _int(options.get("skiprows", 0) or 0),
        header_rows,
        bool(options.get("skip_blank_lines", True)),
    )


def split(content: bytes, dialect: Dialect, name: str) -> Records:
    """Split a file's content; row ids are the 1-based data line.

    Raises
    ------
    UserError
        If a byte cannot be decoded; the message names file and line.
    """
    _check_decodes(content, dialect.encoding, name)
    if dialect.document is not None:
        parts, starts = json_documents.pieces_of(content, dialect.document, name)
        return Records(name, parts[0], parts[1:], range(1, len(parts)), starts[1:], True)
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) and dialect.encoding.startswith("utf-8") else 0
    pieces, lines = _pieces(content[mark:], dialect)
    first = _preamble_length(pieces, dialect)
    return Records(
        name,
        content[:mark] + b"".join(pieces[:first]),
        pieces[first:],
        range(1, len(pieces) - first + 1),
        lines[first:],
    )


def is_blank(record: bytes, dialect: Dialect) -> bool:
    """Whether a reader that passes over blank lines passes over this record: nothing but blanks that are no separators."""
    if dialect.document is not None:
        return json_documents.is_end(record)
    return not record.strip(b"\r\n \t" if dialect.delimiter not in (" ", "\t") else b"\r\n")


def content_of(record: bytes, document: bool = False) -> bytes:
    """Return a record without its line end, which an append to the file may add; of a JSON document, without its comma."""
    if document:
        return json_documents.element(record)
    return record.rstrip(b"\r\n")


def _preamble_length(pieces: Sequence[bytes], dialect: Dialect) -> int:
    position, wanted = min(dialect.skip, len(pieces)), dialect.header
    while wanted and position < len(pieces):
        if not (dialect.skip_blank and is_blank(pieces[position], dialect)):
            wanted -= 1
        position += 1
    return position


def _pieces(content: bytes, dialect: Dialect) -> tuple[RecordColumn, Sequence[int]]:
    """Return the records and the physical line on which each begins."""
    ends = _line_ends(content)
    quote = dialect.quote.encode(dialect.encoding) if dialect.quote else None
    if quote is None or quote not in content:
        return RecordColumn.cut(content, ends), range(1, len(ends) + 1)
    closing = _closing(content, ends, dialect, quote)
    starts = np.concatenate([np.zeros(1, np.int64), closing[:-1] + 1]) + 1
    return RecordColumn.cut(content, ends[closing]), starts.tolist()


def _line_ends(content: bytes) -> NDArray[np.int64]:
    """Return the places right behind the line ends: a line feed, a carriage return, or both in this order."""
    held = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(held == ord("\n")) + 1
    if b"\r" in content:
        returns = np.flatnonzero(held == ord("\r")) + 1
        alone = returns[(returns == len(held)) | (held[np.minimum(returns, len(held) - 1)] != ord("\n"))]
        ends = np.sort(np.concatenate([ends, alone]))
    if len(held) and (not len(ends) or ends[-1] != len(held)):
        ends = np.append(ends, len(held))
    return np.asarray(ends, dtype=np.int64)


def _closing(content: bytes, ends: NDArray[np.int64], dialect: Dialect, quote: bytes) -> NDArray[np.int64]:
    """Return the numbers of the physical lines with which a record ends: those behind which no quoted field is open."""
    closes = np.ones(len(ends), dtype=bool)
    marks = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == quote[0])
    scan, balanced, before = _Quotes(dialect), _balanced(dialect), -1
    for number in np.unique(np.searchsorted(ends, marks, side="right")).tolist():
        if scan.inside:  # a line without a quotation mark opens and closes nothing
            closes[before + 1 : number] = False
        line = content[0 if number == 0 else ends[number - 1] : ends[number]]
        if scan.inside or balanced is None or not balanced.fullmatch(line):
            closes[number] = not scan.inside_after(line)
        before = number
    if scan.inside:
        closes[before + 1 :] = False
        closes[-1] = True
    return np.flatnonzero(closes)


def _balanced(dialect: Dialect) -> re.Pattern[bytes] | None:
    """Return what matches only lines in which every quoted field is closed; None where only a look at each byte can tell."""
    if dialect.escape is not None or not dialect.doubled or not dialect.quote or not dialect.delimiter:
        return None
    q, d = (re.escape(c.encode(dialect.encoding)[:1]) for c in (dialect.quote, dialect.delimiter))
    field = b"(?:%b(?:[^%b]++|%b%b)*+%b[^%b]*+|(?!%b)[^%b]*+)" % (q, q, q, q, q, d, q, d)
    return re.compile(b"%b(?:%b%b)*+" % (field, d, field), re.DOTALL)


class _Quotes:
    """Follow a record's quotation marks from line to line."""

    def __init__(self, dialect: Dialect) -> None:
        self._delimiter = (dialect.delimiter or ",").encode(dialect.encoding)[0]
        self._quote = (dialect.quote or '"').encode(dialect.encoding)[0]
        self._escape = dialect.escape.encode(dialect.encoding)[0] if dialect.escape else None
        self._doubled = dialect.doubled
        self.inside = False

    def inside_after(self, line: bytes) -> bool:
        """Return whether a quoted field is open at the end of `line`."""
        inside, start, skip = self.inside, not self.inside, False
        for i, c in enumerate(line):
            if skip:
                skip, start = False, False
            elif c == self._escape:
                skip = True
            elif inside:
                if c == self._quote:
                    if self._doubled and line[i + 1 : i + 2] == bytes([self._quote]):
                        skip = True
                    else:
                        inside = False
            elif c == self._delimiter:
                start = True
            elif c == self._quote and start:
                inside, start = True, False
            else:
                start = False
        self.inside = inside
        return inside


def _check_decodes(content: bytes, encoding: str, name: str) -> None:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "Name the file's encoding where the script reads it, or mend it."
        raise UserError(f"{name}, line {line}: the text is not {encoding}", hint) from None


def _encoding(value: object) -> str:
    name = "utf-8" if value is None else str(value)
    try:
        normal = codecs.lookup(name).name
    except LookupError:
        raise UserError(f"There is no encoding {name!r}", hint="Check the script's read statement.") from None
    if normal not in _SPLITTABLE:
        raise UserError(f"Reading files in the encoding {normal} is not supported yet", hint="Convert the file to UTF-8.")
    return normal


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UserError("Reading with this skiprows or header option is not supported yet", hint="Use a plain number.")
    return value
