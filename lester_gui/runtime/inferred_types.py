"""Tell, without reading a file again, that the types which pandas inferred from it stay the same when rows leave it.

A column of whole numbers stays one. One of other numbers does as long as one of them has a fraction, and one of text if no value
in it can be read as a number or a truth value: pandas infers large files piece by piece, so one such piece would do. In all other
cases the answer is no, and the file has to be read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.ir.nodes import Read, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.store import catalogue

_Some = Callable[[str], bool]
_KEY: Final = "words."
_TOLD: Final = frozenset({"sep", "delimiter", "usecols", "encoding", "quotechar", "na_values", "keep_default_na"})
"""Options of `read_csv` that say nothing of types. Without a header, the first line says how many columns there are."""
_NO_WORD: Final = r"(?i)^\s*([0-9+\-.e\s]*|[+\-]?(inf|infinity|nan)|true|false)\s*$"
"""What may be read as a number or a truth value; some of it, as ``--``, is not, but is no word either."""


def word_columns(table: pa.Table) -> list[str]:
    """Return the text columns in which no value can be read as a number or a truth value."""
    texts = [name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)]
    return [name for name in texts if pc.any(pc.match_substring_regex(table[name], _NO_WORD)).as_py() is False]


def remember(con: duckdb.DuckDBPyConnection, read: Read, columns: pa.Table, table: str) -> None:
    """Keep with a view what `stay` has to know of all its rows; it stays true when some leave.

    Parameters
    ----------
    columns : pyarrow.Table
        What the reader yields.
    table : str
        The view's table, without its database.
    """
    if read.reader is Reader.PANDAS_CSV:
        catalogue.set_meta(con, f"{_KEY}{table}", json.dumps(word_columns(columns)))


def forget(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop what was kept with a view."""
    catalogue.remove_meta(con, f"{_KEY}{table}")


def stay(con: duckdb.DuckDBPyConnection, read: Read, table: str, gone: Collection[int]) -> bool:
    """Whether a reader yields the columns of `read` with the same types when some rows of its view leave.

    Parameters
    ----------
    read : Read
        The node, bound to the types before.
    table : str
        The view's table, without its database; the rows are still in it.
    gone : collection of int
        Their source row ids.
    """
    words = json.loads(catalogue.get_meta(con, f"{_KEY}{table}") or "[]")
    if read.reader is not Reader.PANDAS_CSV or not set(dict(read.options)) <= _TOLD:
        return False

    def some(condition: str) -> bool:
        left = f"FROM lester.{table} WHERE {condition} AND __p0 NOT IN (SELECT unnest(?))"
        return bool(con.execute(f"SELECT 1 {left} LIMIT 1", [list(gone)]).fetchall())

    return some("TRUE") and all(_stays(f, words, some) for f in read.schema)


def _stays(field: Field, words: Collection[str], some: _Some) -> bool:
    cell = identifier(field.name)
    if field.nullable and not some(f"{cell} IS NULL"):
        return False
    if field.type in (Type.INT, Type.BOOL):
        return not field.nullable
    if field.type is Type.FLOAT:
        return field.nullable or some(f"{cell} <> trunc({cell}) AND isfinite({cell})")
    return field.type is Type.STR and field.name in words and some(f"{cell} IS NOT NULL")
