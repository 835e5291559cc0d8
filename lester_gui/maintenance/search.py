"""Search files for the values of an erased person: as text, and inside what hides text from a byte search.

Looked into: DuckDB databases (every column of every table, since their blocks are compressed), zip members (skops, npz, xlsx),
gzip, bzip2, xz and zlib streams (joblib, git's loose objects), Parquet and Arrow, NumPy text, JSON and notebooks (escapes).
Nothing is ever unpickled. What cannot be looked into is reported as such.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from lester_gui.progress import Context
from lester_gui.runtime.record_column import RecordColumn
from lester_gui.store import spill
from lester_gui.store.connection import quoted

_NUMBERS: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE"})
MIN_LENGTH: Final = 5
"""Shorter values are met by chance, so that finding or not finding them says nothing."""
MAX_DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that holds a value: file, and where in it (table and column, member of an archive). Never the value."""

    path: str
    inside: str = ""

    @property
    def place(self) -> str:
        return f"{self.path}: {self.inside}" if self.inside else self.path


@dataclass(slots=True)
class SearchReport:
    """What a search did.

    Attributes
    ----------
    values : int
        Values searched for.
    too_short : int
        Values left out because chance would find them.
    files : int
        Files looked into.
    hits : list of Hit
        Places that hold one.
    not_searched : list of tuple of str and str
        Files that could not be looked into, and why.
    """

    values: int
    too_short: int
    files: int = 0
    hits: list[Hit] = field(default_factory=list)
    not_searched: list[tuple[str, str]] = field(default_factory=list)


class Needles:
    """Values in every spelling that a file may have them in.

    A value is found where no letter or digit touches it: 4711 is not in 147112.
    """

    def __init__(self, values: Iterable[str]) -> None:
        given = {v.strip() for v in values if v.strip()}
        self.values = tuple(sorted(v for v in given if len(v) >= MIN_LENGTH))
        self.too_short = len(given) - len(self.values)
        cases = {form for v in self.values for form in (v, v.lower(), v.upper(), v.casefold())}
        spellings = sorted({unicodedata.normalize(form, v) for v in cases for form in ("NFC", "NFD")} | cases)
        self.lowered = sorted({v.lower() for v in spellings})
        self._text = re.compile("|".join(rf"(?<![^\W_]){re.escape(v)}(?![^\W_])" for v in spellings), re.IGNORECASE)
        # bytes are compared in lower case, which leaves all but ASCII letters alone
        self._narrow = sorted({v.encode(e).lower() for v in spellings for e in ("utf-8", "latin-1") if _encodes(v, e)})
        self._wide = sorted({v.encode(e).lower() for v in spellings for e in ("utf-16-le", "utf-16-be", "utf-32-le")})

    def in_text(self, text: str) -> bool:
        return bool(self.values) and self._text.search(text) is not None

    @property
    def are_no_numbers(self) -> bool:
        """Whether no value can be part of a number's text."""
        return all(set(v) - set("0123456789.+-einfa") for v in self.lowered)

    def in_records(self, records: RecordColumn) -> bool:
        """Whether one of many records holds a value; they are looked at one by one only if some bytes among all are one."""
        low = records.joined().lower()
        if not any(n in low for n in (*self._wide, *self._narrow)):
            return False
        return any(self.in_bytes(record) for record in records)

    def in_bytes(self, data: bytes) -> bool:
        low = data.lower()
        return any(n in low for n in self._wide) or any(_stands_alone(low, n) for n in self._narrow)


def _stands_alone(data: bytes, needle: bytes) -> bool:
    at = data.find(needle)
    while at >= 0:
        around = data[max(0, at - 1) : at] + data[at + len(needle) : at + len(needle) + 1]
        if not any(chr(c).isascii() and chr(c).isalnum() for c in around):
            return True
        at = data.find(needle, at + 1)
    return False


def _encodes(value: str, encoding: str) -> bool:
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def search(
    folders: Sequence[Path],
    values: Iterable[str],
    ctx: Context,
    open_database: tuple[Path, duckdb.DuckDBPyConnection] | None = None,
    skip: Iterable[Path] = (),
) -> SearchReport:
    """Search all files below `folders`.

    Parameters
    ----------
    folders : sequence of Path
        Paths in the report are relative to the first folder where they lie in it.
    values : iterable of str
        Raw values of the person.
    open_database : (Path, connection), optional
        The project database, which this process holds open as ``lester``.
    skip : iterable of Path
        Files and folders left out; the caller says so in its evidence.
    """
    needles = Needles(values)
    report = SearchReport(len(needles.values), needles.too_short)
    if not needles.values:
        return report
    left_out = {p.resolve() for p in skip}
    for folder in folders:
        for path in _files(folder, left_out):
            ctx.check_cancelled()
            name = _name(path, folders)
            if (
                open_database is not None
                and path.name.removesuffix(".wal") == open_database[0].name
                and (path.parent.resolve() == open_database[0].parent.resolve())
            ):
                _search_bytes(path, name, needles, report)
                if path.suffix != ".wal":
                    report.hits += [Hit(name, at) for at in _in_database(open_database[1], "lester", needles)]
                continue
            _search_file(path, name, needles, report)
    report.hits = list(dict.fromkeys(report.hits))
    return report


def holds(path: Path, needles: Needles) -> bool:
    """Say whether one file holds a value, looked into as `search` does."""
    report = SearchReport(0, 0)
    _search_file(path, path.name, needles, report)
    return bool(report.hits)


def _files(folder: Path, left_out: set[Path]) -> Iterator[Path]:
    if folder.resolve() in left_out:
        return
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if (Path(base) / f).resolve() not in left_out)
        for name in sorted(names):
            path = Path(base) / name
            if path.resolve() not in left_out and not path.is_symlink() and path.is_file():
                yield path


def _name(path: Path, folders: Sequence[Path]) -> str:
    return str(path.relative_to(folders[0])) if path.is_relative_to(folders[0]) else str(path)


def _search_bytes(path: Path, name: str, needles: Needles, report: SearchReport) -> None:
    report.files += 1
    try:
        data = path.read_bytes()
    except OSError as error:
        report.not_searched.append((name, f"cannot be read ({error.strerror})"))
        return
    if needles.in_bytes(data):
        report.hits.append(Hit(name))


def _search_file(path: Path, name: str, needles: Needles, report: SearchReport) -> None:
    if needles.in_text(path.name):
        report.hits.append(Hit(str(Path(name).parent), "a file name"))
    report.files += 1
    try:
        data = path.read_bytes()
    except OSError as error:
        report.not_searched.append((name, f"cannot be read ({error.strerror})"))
        return
    if data[8:12] == b"DUCK":
        try:
            con = duckdb.connect()
            con.execute("SET enable_progress_bar = false")
            con.execute(f"SET temp_directory = '{quoted(spill.new_path())}'")
            con.execute(f"ATTACH '{quoted(path)}' AS searched (READ_ONLY)")
            report.hits += [Hit(name, at) for at in _in_database(con, "searched", needles)]
            con.close()
        except duckdb.Error:
            report.not_searched.append((name, "a database that cannot be opened"))
        return
    if data[:4] == b"PACK" and path.suffix == ".pack":
        report.not_searched.append((name, "packed git history"))
    for inside in _in_data(data, path.suffix, needles, report, name, 0):
        report.hits.append(Hit(name, inside))


def _in_data(data: bytes, suffix: str, needles: Needles, report: SearchReport, name: str, depth: int) -> Iterator[str]:
    """Yield where in `data` a value stands."""
    if needles.in_bytes(data):
        yield ""
        return
    if depth > MAX_DEPTH:
        report.not_searched.append((name, "archives within archives"))
        return
    for label, content in _unpacked(data, name, report):
        within = _in_data(content, Path(label).suffix, needles, report, name, depth + 1)
        if needles.in_text(label) or any(True for _ in within):
            yield label
    if data[:4] == b"PAR1" or data[:6] == b"ARROW1":
        try:
            if _in_arrow(data, needles):
                yield "a column"
        except (pa.ArrowException, OSError):
            report.not_searched.append((name, "a damaged or unknown table"))
    elif suffix in (".ipynb", ".json", ".jsonl"):
        try:
            if _in_json(data, needles):
                yield "a JSON text"
        except RecursionError:
            report.not_searched.append((name, "JSON that is nested too deeply"))


def _unpacked(data: bytes, name: str, report: SearchReport) -> Iterator[tuple[str, bytes]]:
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    if member.flag_bits & 1:
                        report.not_searched.append((name, "an encrypted archive"))
                    elif not member.is_dir():
                        yield member.filename, archive.read(member)
        elif data[:2] == b"\x1f\x8b":
            yield "", gzip.decompress(data)
        elif data[:3] == b"BZh":
            yield "", bz2.decompress(data)
        elif data[:6] == b"\xfd7zXZ\x00":
            yield "", lzma.decompress(data)
        elif data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
            yield "", zlib.decompress(data)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, NotImplementedError):
        report.not_searched.append((name, "a damaged or unknown archive"))


def _in_arrow(data: bytes, needles: Needles) -> bool:
    buffer = pa.BufferReader(data)
    table = pyarrow.parquet.read_table(buffer) if data[:4] == b"PAR1" else pyarrow.feather.read_table(buffer)
    return any(needles.in_text(str(v)) for column in table.columns for chunk in column.chunks for v in chunk.unique().to_pylist())


def _in_json(data: bytes, needles: Needles) -> bool:
    for part in (data, *data.splitlines()):
        try:
            document = json.loads(part)
        except ValueError:  # no JSON; what stands in it as it is was looked for in its bytes
            continue
        if any(needles.in_text(text) for text in _texts(document)):
            return True
        if part is data:
            break
    return False


def _texts(document: object) -> Iterator[str]:
    stack = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            if item and all(isinstance(i, str) for i in item):
                yield "".join(item)  # a notebook keeps one text as a list of lines
            stack.extend(item)
        else:
            yield str(item)


def _in_database(con: duckdb.DuckDBPyConnection, database: str, needles: Needles) -> Iterator[str]:
    """Yield table and column of a database where a value stands, nested cells included."""
    columns = con.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = ? ORDER BY ALL",
        [database],
    ).fetchall()
    for schema, table, column, kind in columns:
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (database, schema, table))
        cell = '"' + column.replace('"', '""') + '"'
        if kind == "BLOB":
            cells = con.execute(f"SELECT {cell} FROM {quoted} WHERE {cell} IS NOT NULL").to_arrow_table().column(0)
            if needles.in_records(RecordColumn.of(cells)):
                yield f"{table}.{column}"
            continue
        if kind in _NUMBERS and needles.are_no_numbers:
            continue
        condition = " OR ".join(["contains(t, ?)"] * len(needles.lowered))
        found = con.execute(
            f"SELECT DISTINCT t FROM (SELECT lower({cell}::VARCHAR) AS t FROM {quoted}) WHERE {condition}", needles.lowered
        ).fetchall()
        if any(needles.in_text(r[0]) for r in found):
            yield f"{table}.{column}"
