"""What came back from a restricted process, checked and decoded: Arrow and NumPy values, never a pickle.

The files are written by code that nobody vetted, so they are read as hostile input: plain files only, sizes must fit, and
nothing in them is executed. Values may be personal: they are left out of every `repr`.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import json
import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from scipy import sparse

Json = dict[str, Any]

MIXED = pa.struct([("tag", pa.string()), ("text", pa.string())])
_NAME = re.compile(r"[0-9a-f]{40}")
_LARGEST = 1 << 31
_MAPPED = 16 << 20  # bytes from which a buffer is not read into memory
Held = bytes | mmap.mmap
"""A buffer that a script left: read, or where it is large mapped from its file."""


class DamagedRecord(ValueError):
    """The restricted process left something that is not a record: it was killed while writing, or it is hostile."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a script that Lester does not look into: its type, and why (``other``, ``too-large``, ``failed``).

    Values with one `digest` are the same, bit for bit; base of the values that are looked into.
    """

    type: str
    reason: str = ""
    digest: str = field(default="", repr=False, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class TableValue(Value):
    """A frame, series, list, dict or set as a table in its own order.

    Attributes
    ----------
    table : pyarrow.Table
        Lists of rows have columns ``0``, ``1``, …, lists of single values one column ``value``, dicts a column ``key``.
        Columns of several types are structs (tag, text); `cells` gives their Python values.
    index : pyarrow.Table or None
        The index levels of a frame or series that are more than a row number.
    """

    table: pa.Table = field(default=None, repr=False)
    index: pa.Table | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)


@dataclass(frozen=True, slots=True)
class MatrixValue(Value):
    """A numeric array, or a sparse matrix in CSR form."""

    array: Any = field(default=None, repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.array.shape)

    def dense(self) -> np.ndarray[Any, Any]:
        """Return the values as an ordinary array."""
        return np.asarray(self.array.toarray() if sparse.issparse(self.array) else self.array)


@dataclass(frozen=True, slots=True)
class ScalarValue(Value):
    """A single value: bool, int, float, str, date, datetime or None."""

    value: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that ended a script: type, script line, the package if one was missing, and whether a metric raised it."""

    type: str
    line: int
    module: str = ""
    metric: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a variable held after the statement in lines `line` to `end_line`; `scope` is a function's name or empty."""

    line: int
    end_line: int
    name: str
    scope: str
    value: Value


@dataclass(frozen=True, slots=True)
class Call:
    """An estimator's method that the script called, or that a pipeline called on its last step (`depth` above 0).

    Attributes
    ----------
    kind : str
        ``fit``, ``fit_transform``, ``transform``, ``predict``, ``predict_proba`` or ``score``.
    estimator : str
        Qualified class.
    object_no : int
        Which estimator object of the run.
    inputs : dict
        ``X`` and ``y`` as passed.
    output : Value or None
        What it returned; None for `fit`.
    params : dict
        Parameters at the time of fitting; tuples as lists, other objects as ``{"type": name}``.
    state : dict
        Fitted attributes (``coef_``, ``mean_``, …) after `fit`.
    other_arguments : tuple of str
        Names of further arguments, such as ``sample_weight``.
    """

    kind: str
    line: int
    depth: int
    estimator: str
    object_no: int
    inputs: dict[str, Value]
    output: Value | None
    params: dict[str, object]
    state: dict[str, Value]
    other_arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SplitCall:
    """A call of `train_test_split`: positions of training and test rows in `rows` input rows, in output order.

    `wanted` says that a membership was to be imposed, `imposed` that it fitted and was.
    """

    line: int
    rows: int
    train: np.ndarray[Any, Any] = field(repr=False)
    test: np.ndarray[Any, Any] = field(repr=False)
    options: dict[str, object]
    wanted: bool
    imposed: bool


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file of the working copy that the script opened: `access` ``read`` or ``write``, by calling `function`."""

    path: str
    access: str
    line: int
    function: str


def read_record(folder: Path, name: str) -> Json:
    """Return the JSON document that a run left.

    Raises
    ------
    DamagedRecord
        If there is none, or it is not JSON.
    """
    try:
        document = json.loads(_read(folder / name))
    except (OSError, ValueError) as error:
        raise DamagedRecord(f"no {name}") from error
    if not isinstance(document, dict):
        raise DamagedRecord(name)
    return document


def _read(path: Path) -> bytes:
    with _plain_file(path) as file:
        return file.read()


def _read_or_map(path: Path) -> Held:
    """Return a buffer's bytes; a large one stays on disk, which keeps it for as long as it is mapped."""
    with _plain_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        return file.read() if size < _MAPPED else mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)


@contextmanager
def _plain_file(path: Path) -> Iterator[BinaryIO]:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode) or info.st_size > _LARGEST:
            raise DamagedRecord("not a plain file")
        yield file


class Decoder:
    """Turns JSON over buffers into values.

    Parameters
    ----------
    folder
        Where the buffers lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._buffers: dict[str, Held] = {}

    def value(self, document: Json) -> Value:
        """Return a value of a script.

        Raises
        ------
        DamagedRecord
            If the document does not describe one.
        """
        try:
            text = json.dumps(document, sort_keys=True).encode()
            return replace(self._value(document), digest=hashlib.blake2b(text, digest_size=16).hexdigest())
        except DamagedRecord:
            raise
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OSError, pa.ArrowException) as error:
            raise DamagedRecord(type(error).__name__) from error

    def _value(self, document: Json) -> Value:
        kind, name = document["kind"], str(document["type"])
        if kind == "table":
            index = document.get("index") or None
            table = self.table(document["columns"], int(document["rows"]))
            return TableValue(name, "", table, None if index is None else self.table(index, int(document["rows"])))
        if kind == "matrix":
            flat = np.frombuffer(self._buffer(document["data"]), dtype=_dtype(document["dtype"]))
            return MatrixValue(name, "", flat.reshape([int(n) for n in document["shape"]]))
        if kind == "sparse":
            data, indices, indptr = (self.column(document[k]).to_numpy() for k in ("data", "indices", "indptr"))
            matrix = sparse.csr_matrix((data, indices, indptr), shape=[int(n) for n in document["shape"]])
            matrix.check_format(full_check=True)
            return MatrixValue(name, "", matrix)
        if kind == "scalar":
            return ScalarValue(name, "", untag(str(document["tag"]), str(document["text"])))
        return Value(name, str(kind))

    def table(self, columns: list[Json], rows: int) -> pa.Table:
        """Return columns as a table of `rows` rows; names may repeat, as in pandas."""
        arrays = [self.column(c) for c in columns]
        if any(len(a) != rows for a in arrays):
            raise DamagedRecord("columns of different lengths")
        fields = [pa.field(str(c["name"]), a.type) for c, a in zip(columns, arrays, strict=True)]
        if not arrays:
            return pa.table({"": pa.nulls(rows)}).select([])
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields))

    def column(self, c: Json) -> pa.Array:
        """Return one column."""
        kind, rows = c["kind"], int(c["rows"])
        valid = np.frombuffer(self._buffer(c["valid"]), dtype="u1") == 0 if "valid" in c else None
        if valid is not None and len(valid) != rows:
            raise DamagedRecord("a validity mask of another length")
        if kind == "null":
            return pa.nulls(rows)
        if kind == "str":
            return self._text(c, valid)
        if kind == "mixed":
            tags = pa.array(list(bytes(self._buffer(c["tags"])).decode("ascii")), pa.string())
            return pa.StructArray.from_arrays([tags, self._text(c, None)], fields=list(MIXED))
        if kind == "list":
            return self._lists(c, valid)
        data = np.frombuffer(self._buffer(c["data"]), dtype=_dtype(c["dtype"]) if kind == "number" else _WIDTH[kind])
        if len(data) != rows:
            raise DamagedRecord("a column of another length")
        if kind == "bool":
            return pa.array(data.astype(bool), mask=valid)
        if kind == "date":
            return pa.array(data.astype("int32"), pa.int32(), mask=valid).cast(pa.date32())
        if kind == "timestamp":
            return pa.array(data, pa.int64(), mask=valid).cast(pa.timestamp("ns" if c.get("unit") == "ns" else "us"))
        return pa.array(data, mask=valid)

    def _text(self, c: Json, missing: np.ndarray[Any, Any] | None) -> pa.Array:
        text, offsets = self._buffer(c["text"]), np.frombuffer(self._buffer(c["offsets"]), dtype="<i8")
        if len(offsets) != int(c["rows"]) + 1 or offsets[0] != 0 or offsets[-1] != len(text) or (np.diff(offsets) < 0).any():
            raise DamagedRecord("text offsets")
        whole = _as_it_stands(text, offsets, missing)
        if whole is not None:
            return whole
        cells = [text[a:b].decode("utf-8", "surrogatepass") for a, b in itertools.pairwise(offsets.tolist())]
        safe = [s if s.isascii() else s.encode("utf-8", "replace").decode("utf-8") for s in cells]
        return pa.array(safe, pa.string(), mask=missing)

    def _lists(self, c: Json, missing: np.ndarray[Any, Any] | None) -> pa.Array:
        lengths = np.frombuffer(self._buffer(c["lengths"]), dtype="<i8")
        items = self.column(c["items"])
        if len(lengths) != int(c["rows"]) or (lengths < 0).any() or lengths.sum() != len(items):
            raise DamagedRecord("list lengths")
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype("i8"), pa.int64())
        lists = pa.LargeListArray.from_arrays(offsets, items)
        return (
            lists
            if missing is None
            else pa.array([None if m else v for v, m in zip(lists.to_pylist(), missing, strict=True)], lists.type)
        )

    def _buffer(self, name: object) -> Held:
        key = str(name)
        if not _NAME.fullmatch(key):
            raise DamagedRecord("a buffer's name")
        if key not in self._buffers:
            self._buffers[key] = _read_or_map(self._folder / key)
        return self._buffers[key]


def _as_it_stands(text: Held, offsets: np.ndarray[Any, Any], missing: np.ndarray[Any, Any] | None) -> pa.Array | None:
    """Return checked offsets into text as a column without a copy; None if some cell is no valid UTF-8."""
    if len(text) > _LARGEST - 1:
        return None
    valid = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    starts = pa.py_buffer(offsets.astype(np.int32))
    column = pa.Array.from_buffers(pa.string(), len(offsets) - 1, [valid, starts, pa.py_buffer(text)])
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return None
    return column


_WIDTH = {"bool": "u1", "date": "<i8", "timestamp": "<i8"}


def _dtype(name: object) -> np.dtype[Any]:
    dtype = np.dtype(str(name))
    if dtype.kind not in "iufb" or dtype.itemsize > 8:
        raise DamagedRecord("an element type")
    return dtype


def untag(tag: str, text: str) -> object:
    """Return the Python value of a tagged text; unknown types as their name in angle brackets."""
    import datetime

    match tag:
        case "n" | "t" | "a":
            return None
        case "N":
            return float("nan")
        case "b":
            return text == "True"
        case "i":
            return int(text)
        case "f":
            return float.fromhex(text)
        case "s":
            return text
        case "d":
            return datetime.date.fromisoformat(text)
        case "m":
            return datetime.datetime.fromisoformat(text)
        case "l":
            return tuple(untag(str(t), str(x)) for t, x in ast.literal_eval(text))
        case _:
            return f"<{text}>"


def cells(column: pa.Array | pa.ChunkedArray) -> list[object]:
    """Return a column's cells as Python values; those of a mixed column get their own types back."""
    if pa.types.is_struct(column.type):
        return [None if c is None else untag(c["tag"], c["text"]) for c in column.to_pylist()]
    return list(column.to_pylist())


# --- Lester's own tables, on their way in ------------------------------------------------------------------------------


def encode_table(table: pa.Table, folder: Path) -> list[Json]:
    """Write a table's columns as buffers for the restricted process and return their description.

    Raises
    ------
    TypeError
        If a column has a type that plans do not have.
    """
    from lester_gui.sandbox.child.codec import Store

    store = Store(str(folder), _LARGEST * 4)
    return [{"name": n, **_column(table.column(i).combine_chunks(), store)} for i, n in enumerate(table.column_names)]


def _column(a: pa.Array, store: Any) -> Json:
    kind = a.type
    out: Json = {"rows": len(a)}
    if a.null_count:
        out["valid"] = store.put(a.is_valid().to_numpy(zero_copy_only=False).astype("u1"))
    if pa.types.is_null(kind):
        return {"kind": "null", "rows": len(a)}
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        encoded = [("" if s is None else s).encode("utf-8") for s in a.to_pylist()]
        offsets = np.concatenate([[0], np.cumsum([len(e) for e in encoded], dtype="i8")]).astype("<i8")
        return {"kind": "str", "text": store.put(b"".join(encoded)), "offsets": store.put(offsets), **out}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = np.array([0 if v is None else len(v) for v in a.to_pylist()], dtype="<i8")
        return {"kind": "list", "lengths": store.put(lengths), "items": _column(a.flatten(), store), **out}
    if pa.types.is_boolean(kind):
        return {"kind": "bool", "data": store.put(a.fill_null(False).to_numpy(zero_copy_only=False).astype("u1")), **out}
    if pa.types.is_date(kind):
        return {"kind": "date", "data": store.put(_numbers(a.cast(pa.int32()).cast(pa.int64()))), **out}
    if pa.types.is_timestamp(kind):
        return {
            "kind": "timestamp",
            "unit": "us",
            "data": store.put(_numbers(a.cast(pa.timestamp("us")).cast(pa.int64()))),
            **out,
        }
    if pa.types.is_integer(kind):
        return {"kind": "number", "dtype": "<i8", "data": store.put(_numbers(a.cast(pa.int64()))), **out}
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return {"kind": "number", "dtype": "<f8", "data": store.put(_numbers(a.cast(pa.float64()))), **out}
    raise TypeError(f"no column of type {kind} goes into the sandbox")


def _numbers(a: pa.Array) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(a.fill_null(0).to_numpy(zero_copy_only=False))
