"""Turn raw records into typed columns, exactly as the script's reader would on the same text.

pandas itself reads what pandas read in the script. Types are inferred from the records at hand, and only from them: after an
erasure they are what the script would see on the remaining file.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Options, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.runtime import json_documents, json_lines, json_rows
from lester_gui.runtime.ingest import KeyOf, read_file, snapshot_records, whole_numbers
from lester_gui.runtime.records import Dialect, Records, dialect_of, is_blank, split
from lester_gui.store.catalogue import Snapshot
from lester_gui.store.subjects import ROW_KEY

ARROW: Final[dict[Type, pa.DataType]] = {
    Type.BOOL: pa.bool_(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.STR: pa.string(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us"),
    Type.DURATION: pa.int64(),
    Type.FLOATS: pa.list_(pa.float64()),
    Type.STRS: pa.list_(pa.string()),
}
PANDAS_OPTIONS: Final = frozenset(
    {
        *("sep", "delimiter", "header", "names", "usecols", "dtype", "true_values", "false_values", "skipinitialspace"),
        *("skiprows", "nrows", "na_values", "keep_default_na", "na_filter", "skip_blank_lines", "thousands", "decimal"),
        *("quotechar", "quoting", "doublequote", "escapechar", "encoding", "low_memory", "engine", "float_precision"),
        *("parse_dates",),
    }
)
"""The keywords of `pandas.read_csv` for which rows can be told apart; others are refused by name."""
_STRIP: Final[dict[str, Callable[[str], str]]] = {
    "both": str.strip,
    "right": str.rstrip,
    "newline": lambda line: line.rstrip("\n"),
    "spaces": lambda line: line.strip(" \r\n"),
    "none": lambda line: line,
}


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What a reader yields: typed columns (missing values are null), and the row id of every row."""

    schema: Schema
    columns: pa.Table
    row_ids: Sequence[int]


class RaggedLine(UserError):
    """A line with another number of fields than its table: Lester does not read such a file, whatever the script makes of it."""


def read_snapshot(connection: duckdb.DuckDBPyConnection, read: Read, snapshot: Snapshot) -> ReadTable:
    """Read a snapshot's remaining records as `read` says, with the types that follow from them alone.

    Raises
    ------
    UserError
        If a line is ragged, a column mixes types, or an option is not supported yet. It names file and line, never content.
    """
    records = snapshot_records(connection, snapshot, snapshot.source)
    declared = {f.name: f.type for f in read.columns}
    return read_records(records, read.reader, read.options, tuple(declared), declared)


def observe_schema(path: Path, reader: Reader, options: Options = (), names: Sequence[str] = ()) -> Schema:
    """Return names, types and nullability that a reader yields for a file as it is now.

    Parameters
    ----------
    names
        Column names for the readers that give none (lines, `csv` without a header). When empty they are ``c0``, ``c1``, …
    """
    probe = Read(name="probe", source=path.name, reader=reader, options=options, columns=())
    content, _ = read_file(path)
    return read_records(split(content, dialect_of(probe), path.name), reader, options, tuple(names)).schema


def observe_snapshot(connection: duckdb.DuckDBPyConnection, read: Read, snapshot: Snapshot) -> Schema:
    """Return the schema of `read` on a snapshot's remaining records."""
    return read_snapshot(connection, read, snapshot).schema


def bind(plan: Plan, tables: dict[str, ReadTable]) -> Plan:
    """Return the plan with the types that were observed; `tables` maps the view name of a `Read` to what it yields.

    Raises
    ------
    UserError
        If a column that the plan reads is missing, or a step is not defined for the types.
    """
    return plan.rebind({name: t.schema for name, t in tables.items()})


def read_records(
    records: Records, reader: Reader, options: Options, names: tuple[str, ...], declared: Mapping[str, Type] | None = None
) -> ReadTable:
    """Read records; see `read_snapshot`.

    `names` are the expected columns, empty if unknown; `declared` are types for columns whose values do not tell.
    """
    given = dict(options)
    if reader is Reader.PYTHON_JSON:
        return ReadTable(*json_rows.elements(records, bool(given.get("keyed", False)), names, declared or {}))
    if reader is Reader.PYTHON_JSON_LINES:
        return _read_objects(records, given, names, declared or {})
    if reader is Reader.PANDAS_CSV:
        return _read_pandas(records, given)
    if reader in (Reader.PANDAS_JSON_LINES, Reader.PANDAS_JSON):
        return _read_json(records, given, reader)
    if reader is Reader.PYTHON_LINES:
        return _read_lines(records, given, names)
    return _read_csv(records, given, names)


def key_columns(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, read: Read, columns: Sequence[str]) -> pa.Table:
    """Return ``row_id`` and the given columns as they stand in the file, as text, for the subject index.

    `#row` is the row id as text. Missing values of the reader are null, and numbers are not reformatted.

    Raises
    ------
    UserError
        If there is no such column.
    """
    records = snapshot_records(connection, snapshot, snapshot.source)
    table = as_text(records, read)
    out: dict[str, Any] = {"row_id": whole_numbers(table.row_ids)}
    for name in columns:
        if name == ROW_KEY:
            out[name] = pa.array([str(r) for r in table.row_ids], pa.string())
        else:
            column = _place(records, read, table, name)
            if column is None:
                raise UserError(
                    f"{records.name} has no column {name!r}, which lester.toml names as a key",
                    hint=f"The columns are {', '.join(table.schema.names)}.",
                )
            out[name] = table.columns.column(column)
    return pa.table(out)


def _place(records: Records, read: Read, table: ReadTable, name: str) -> int | None:
    """Return the number of a column that goes by `name` in the plan, or else in the header that the script passes over.

    Where a script calls ``next(reader)`` and takes fields by number, the plan has no names for them, but the file has.
    """
    if name in table.schema:
        return table.schema.names.index(name)
    if read.reader not in (Reader.PYTHON_CSV, Reader.PYTHON_LINES):
        return None
    options = dict(read.options)
    text = records.preamble.decode(dialect_of(read).encoding).lstrip("\ufeff").rstrip("\r\n")
    last = text.splitlines()[-1] if text else ""
    if read.reader is Reader.PYTHON_CSV:
        header = next(csv.reader([last], delimiter=str(options.get("delimiter", ","))), [])
    else:
        separator = options.get("sep", ",")
        header = last.split(None if separator is None else str(separator))
    header = [h.strip() for h in header]
    return header.index(name) if len(header) == len(table.schema.names) and header.count(name) == 1 else None


def key_function(read: Read, key: Sequence[str]) -> KeyOf | None:
    """Return the function that gives each record its declared key, or None if none is declared.

    Records without such a key (ragged, blank) are known by their raw text.
    """
    if not key or list(key) == [ROW_KEY]:
        return None

    def key_of(records: Records) -> list[object]:
        table = as_text(records, read)
        places = {name: _place(records, read, table, name) for name in key}
        missing = [name for name, place in places.items() if place is None]
        if missing:
            raise UserError(
                f"{records.name} has no column {missing[0]!r}, which lester.toml names as its key",
                hint=f"The columns are {', '.join(table.schema.names)}.",
            )
        values = zip(*(table.columns.column(places[name]).to_pylist() for name in key), strict=True)
        by_row = dict(zip(table.row_ids, values, strict=True))
        return [by_row.get(r, text) for r, text in zip(records.row_ids, records.records, strict=True)]

    return key_of


def as_text(records: Records, read: Read) -> ReadTable:
    """Return every field as text, columns that the script leaves out included."""
    if read.reader.is_json:
        return _json_texts(records, read)
    if read.reader is not Reader.PANDAS_CSV:
        return read_records(records, read.reader, read.options, tuple(f.name for f in read.columns))
    typed = ("dtype", "parse_dates", "true_values", "false_values", "thousands", "usecols")
    return _read_pandas(records, {**{k: v for k, v in read.options if k not in typed}, "dtype": "str"})


def _read_pandas(records: Records, options: dict[str, Any]) -> ReadTable:
    unknown = sorted(set(options) - PANDAS_OPTIONS)
    if unknown:
        raise UserError(f"Reading with read_csv({unknown[0]}=…) is not supported yet", hint="Leave the option out.")
    dialect = dialect_of(Read(name="probe", source="probe", reader=Reader.PANDAS_CSV, options=tuple(options.items()), columns=()))
    keywords = {k: _keyword(v) for k, v in options.items()}
    if "encoding" not in keywords:
        keywords["encoding"] = "utf-8"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # a mixed column is refused by name below
            warnings.simplefilter("ignore", UserWarning)  # dates that pandas parses one by one
            frame = pd.read_csv(io.BytesIO(records.content), **keywords)
    except pd.errors.EmptyDataError:
        raise UserError(f"{records.name} is empty", hint="Check that the file was written to its end.") from None
    except (pd.errors.ParserError, ValueError) as error:
        raise _parse_error(records, dialect, error) from None
    kept = records.row_ids
    if dialect.skip_blank and (blank := records.blank(dialect)).any():
        kept = [row_id for row_id, empty in zip(kept, blank.tolist(), strict=True) if not empty]
    limit = options.get("nrows")
    kept = kept if limit is None else kept[: int(limit)]
    if len(kept) != len(frame) or not isinstance(frame.index, pd.RangeIndex):
        raise UserError(
            f"{records.name}: the rows that pandas reads cannot be told apart with these options",
            hint="Quote the fields that contain line ends, and give every data line as many fields as the header.",
        )
    return _frame_table(records.name, frame, kept)


def _frame_table(file: str, frame: pd.DataFrame, kept: Sequence[int]) -> ReadTable:
    fields, arrays = [], []
    for name in frame.columns:
        field, array = _pandas_column(file, str(name), frame[name])
        fields.append(field)
        arrays.append(array)
    schema = Schema(tuple(fields))
    return ReadTable(schema, pa.table(arrays, names=list(schema.names)), kept)


def _read_json(records: Records, options: dict[str, Any], reader: Reader) -> ReadTable:
    unknown = sorted(set(options) - json_lines.PANDAS_OPTIONS)
    if unknown:
        raise UserError(f"Reading with read_json({unknown[0]}=…) is not supported yet", hint="Leave the option out.")
    if options.get("orient") not in (None, "records"):
        raise UserError("Reading JSON with this orient is not supported yet", hint="Write one object per row.")
    by_line = reader is Reader.PANDAS_JSON_LINES
    if not by_line and not records.preamble.rstrip().endswith(b"["):
        raise UserError(
            f"{records.name} is an object; reading it with pandas is not supported yet",
            hint="Write a list of one object per row.",
        )
    dialect = dialect_of(_probe(reader, options))
    rows = [
        (row_id, (record if by_line else json_documents.element(record)).decode(dialect.encoding), line)
        for row_id, record, line in zip(records.row_ids, records.records, records.lines, strict=True)
        if not is_blank(record, dialect)
    ]
    limit = options.get("nrows")
    rows = rows if limit is None else rows[: int(limit)]
    for _, text, line in rows:
        nested = [k for k, v in json_lines.checked(text, records.name, line).items() if isinstance(v, dict | list)]
        if nested:
            raise UserError(
                f"{records.name}, line {line}: the field {nested[0]!r} holds a list or an object; reading it with pandas is not "
                "supported yet",
                hint="Write the fields that the script needs side by side.",
            )
    keywords = {k: _keyword(v) for k, v in options.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what pandas says about its own options is the script's business
            frame = pd.read_json(io.BytesIO(records.content), lines=by_line, **keywords)
    except (ValueError, OverflowError):
        raise UserError(
            f"{records.name} cannot be read as the script does: a value does not fit", hint="Check the options of read_json."
        ) from None
    if len(rows) != len(frame) or not (isinstance(frame.index, pd.RangeIndex) or not len(frame)):
        raise UserError(
            f"{records.name}: the rows that pandas reads cannot be told apart with these options", hint="Leave the options out."
        )
    return _frame_table(records.name, frame, [row_id for row_id, _, _ in rows])


def _read_objects(records: Records, options: dict[str, Any], names: tuple[str, ...], declared: Mapping[str, Type]) -> ReadTable:
    dialect = dialect_of(_probe(Reader.PYTHON_JSON_LINES, options))
    texts = [r.decode(dialect.encoding) for r in _with_mark(records)]
    bare, no_data = _STRIP[str(options.get("prefix_strip", "none"))], _prefixes(options)
    pairs = zip(records.records, texts, strict=True)
    filled = [not (dialect.skip_blank and is_blank(r, dialect)) and not bare(t).startswith(no_data) for r, t in pairs]
    texts = [json_lines.without_comma(text, options.get("cut")) for text in texts]
    return ReadTable(*json_rows.by_line(records, texts, filled, options.get("broken") == "skip", names, declared))


def _json_texts(records: Records, read: Read) -> ReadTable:
    """Return every field by its path, as it stands in the file; lines that are no objects are rows without any."""
    dialect = dialect_of(read)
    pairs = zip(records.row_ids, records.records, strict=True)
    keyed, cut = bool(dict(read.options).get("keyed", False)), dict(read.options).get("cut")

    def text_of(record: bytes) -> str:
        text = json_documents.object_text(record, keyed) if records.document else record.decode(dialect.encoding)
        return json_lines.without_comma(text, cut)

    rows = [(i, json_lines.texts_of(text_of(r))) for i, r in pairs if not is_blank(r, dialect)]
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    arrays = [pa.array([row.get(name) for _, row in rows], pa.string()) for name in names]
    schema = Schema(tuple(Field(n, Type.STR, True) for n in names))
    return ReadTable(schema, pa.table(arrays, names=names), [i for i, _ in rows])


def _keyword(value: Any) -> Any:
    """Return an option as pandas takes it: a list, or a dict where the plan has pairs (dtype per column)."""
    if not isinstance(value, tuple):
        return value
    if value and all(isinstance(v, tuple) and len(v) == 2 for v in value):
        return {k: _keyword(v) for k, v in value}
    return [_keyword(v) for v in value]


def _pandas_column(file: str, name: str, series: pd.Series) -> tuple[Field, pa.Array]:
    missing = bool(series.isna().any())
    kind = series.dtype.kind
    if isinstance(series.dtype, pd.StringDtype):
        found = Type.STR
    elif kind == "b":
        found = Type.BOOL
    elif kind in "iu":
        found = Type.INT
    elif kind == "f":
        found = Type.FLOAT
    elif isinstance(series.dtype, pd.DatetimeTZDtype):
        raise UserError(
            f"{file}: the column {name!r} holds times with a time zone; this is not supported yet",
            hint="Take the time zone out of the file, or read the column as text.",
        )
    elif kind == "M":
        found = Type.TIMESTAMP
    else:
        kinds = {type(v) for v in series[series.notna()]}
        if kinds and kinds <= {bool}:
            found = Type.BOOL
        elif kinds <= {str}:
            found = Type.STR
        else:
            raise UserError(
                f"{file}: the column {name!r} mixes {', '.join(sorted(k.__name__ for k in kinds))}; this is not supported yet",
                hint="Give read_csv a dtype for it.",
            )
    values = series.to_numpy() if found in (Type.INT, Type.FLOAT) else series
    array = pa.array(values, ARROW[found], from_pandas=True)
    return Field(name, found, missing), array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _parse_error(records: Records, dialect: Dialect, error: Exception) -> UserError:
    """Say which line pandas stumbled over. Its own message may quote the file, so it is not passed on."""
    width = _header_width(records, dialect)
    reader = _fields(records.records, dialect)
    for line, fields in zip(records.lines, reader, strict=True):
        if width is not None and fields is not None and len(fields) > width:
            return _ragged(records.name, line, len(fields), width)
        if fields is None:
            return UserError(f"{records.name}, line {line}: a quotation mark is never closed", hint="Close it, or remove it.")
        width = len(fields) if width is None else width
    detail = "a value does not fit the dtype" if isinstance(error, ValueError) else "the text is not a table"
    return UserError(f"{records.name} cannot be read as the script does: {detail}", hint="Check the options of read_csv.")


def _header_width(records: Records, dialect: Dialect) -> int | None:
    if not dialect.header:
        return None
    pieces = [p for p in records.preamble.splitlines(keepends=True) if not is_blank(p, dialect)]
    rows = list(_fields(pieces[-1:], dialect))
    return len(rows[0]) if rows and rows[0] else None


def _fields(pieces: Sequence[bytes], dialect: Dialect) -> Iterator[list[str] | None]:
    """Yield each record's fields; None where a quotation mark stays open."""
    quoting: Any = csv.QUOTE_NONE if dialect.quote is None else csv.QUOTE_MINIMAL
    for piece in pieces:
        text = piece.decode(dialect.encoding)
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.delimiter or ",",
            quotechar=dialect.quote or '"',
            doublequote=dialect.doubled,
            escapechar=dialect.escape,
            quoting=quoting,
            strict=False,
        )
        rows = list(reader)
        open_quote = dialect.quote is not None and text.count(dialect.quote) % 2 == 1 and len(rows) == 1 and "\n" in rows[0][-1]
        yield None if open_quote else (rows[0] if rows else [])


def _ragged(name: str, line: int, found: int, expected: int) -> RaggedLine:
    return RaggedLine(
        f"{name}, line {line}: {found} fields where {expected} were expected", hint="Mend the line, or quote the separator in it."
    )


def _read_lines(records: Records, options: dict[str, Any], names: tuple[str, ...]) -> ReadTable:
    encoding = dialect_of(_probe(Reader.PYTHON_LINES, options)).encoding
    mode = str(options.get("strip", "both"))
    strip = _STRIP[mode]
    skip_blank = options.get("skip_blank", False)
    blank = _STRIP[{"empty": "newline", "spaces": "spaces"}.get(str(skip_blank), "both")]
    comment = options.get("comment")
    no_data = _prefixes(options)
    bare = _STRIP[str(options.get("prefix_strip", mode))]
    separator = options.get("sep", ",")
    most = int(options.get("maxsplit", -1))
    rows: list[list[str]] = []
    row_ids: list[int] = []
    width = len(names) or None
    for record, row_id, line in zip(_with_mark(records), records.row_ids, records.lines, strict=True):
        text = record.decode(encoding)
        text = text.removesuffix("\r\n").removesuffix("\r") + "\n" if text.endswith(("\r\n", "\r")) else text
        if comment is not None:
            text = text.partition(comment)[0]
        if (skip_blank and not blank(text)) or bare(text).startswith(no_data):
            continue
        text = strip(text)
        fields = text.split(separator, most)
        width = len(fields) if width is None else width
        if len(fields) != width and options.get("ragged") == "skip":
            continue
        if len(fields) < width or (len(fields) > width and options.get("extra") != "ignore"):
            raise _ragged(records.name, line, len(fields), width)
        rows.append(fields[:width])
        row_ids.append(row_id)
    return _text_table(rows, row_ids, names, width)


def _read_csv(records: Records, options: dict[str, Any], names: tuple[str, ...]) -> ReadTable:
    dialect = dialect_of(_probe(Reader.PYTHON_CSV, options))
    if dialect.header and not names:
        header = [p for p in records.preamble.splitlines(keepends=True) if not is_blank(p, dialect)]
        fields = next(_fields(header[-1:], dialect), None)
        names = tuple(fields or ())
    rows: list[list[str]] = []
    row_ids: list[int] = []
    width = len(names) or None
    no_data = _prefixes(options)
    parsed = _fields(_with_mark(records), dialect)
    for fields, record, row_id, line in zip(parsed, records.records, records.row_ids, records.lines, strict=True):
        if (dialect.skip_blank and not record.strip(b"\r\n")) or (fields and fields[0].startswith(no_data)):
            continue
        if fields is None:
            raise UserError(f"{records.name}, line {line}: a quotation mark is never closed", hint="Close it, or remove it.")
        width = len(fields) if width is None else width
        if len(fields) < width or (len(fields) > width and options.get("extra") != "ignore"):
            raise _ragged(records.name, line, len(fields), width)
        rows.append(fields[:width])
        row_ids.append(row_id)
    return _text_table(rows, row_ids, names, width)


def _prefixes(options: dict[str, Any]) -> tuple[str, ...]:
    """Return how lines begin that are no data."""
    given = options.get("skip_prefix", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _with_mark(records: Records) -> Sequence[bytes]:
    """Return the records as Python's text files show them: a byte-order mark belongs to the first line that is left."""
    mark = b"\xef\xbb\xbf"
    if records.preamble == mark and records.records:
        return [mark + records.records[0], *records.records[1:]]
    return records.records


def _text_table(rows: list[list[str]], row_ids: list[int], names: tuple[str, ...], width: int | None) -> ReadTable:
    names = names or tuple(f"c{i}" for i in range(width or 0))
    schema = Schema(tuple(Field(n, Type.STR) for n in names))
    arrays = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(names))]
    return ReadTable(schema, pa.table(arrays, names=list(names)), row_ids)


def _probe(reader: Reader, options: dict[str, Any]) -> Read:
    return Read(name="probe", source="probe", reader=reader, options=tuple(options.items()), columns=())
