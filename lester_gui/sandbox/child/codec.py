"""Values on their way out of, and tables on their way into, the restricted process: raw buffers and JSON, never a pickle.

Reading a value must not change what the script does: only types that are known exactly are looked into, nothing is
iterated that could run out, no code of the script is called. Buffers are named by their digest, so that a frame captured after
each of twenty lines costs what it changed.
"""

from __future__ import annotations

import array
import datetime
import hashlib
import itertools
import math
import os
import sys
from typing import Any

Json = dict[str, Any]

MISSING_TAGS = {"NoneType": "n", "NaTType": "t", "NAType": "a"}
EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


class Store:
    """Buffers on disk, each once, up to a budget.

    Parameters
    ----------
    folder
        Where they are written.
    budget
        Bytes; values that no longer fit are recorded by type and size only.
    """

    def __init__(self, folder: str, budget: int) -> None:
        self.folder = folder
        self.left = budget
        self._known: set[str] = set()

    def put(self, data: Any) -> str:
        """Write a buffer and return its name.

        Raises
        ------
        OverflowError
            If the budget is used up.
        """
        view = memoryview(data).cast("B") if len(data) else memoryview(b"")
        name = hashlib.blake2b(view, digest_size=20).hexdigest()
        if name not in self._known:
            if view.nbytes > self.left:
                raise OverflowError("capture budget")
            self.left -= view.nbytes
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(view)
            self._known.add(name)
        return name


def _module(name: str) -> Any:
    return sys.modules.get(name)


def type_name(value: object) -> str:
    """Return the type's qualified name."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


# --- columns -----------------------------------------------------------------------------------------------------------


def encode_list(values: list[Any], store: Store) -> Json:
    """Return a column of Python values as buffers: one type where they have one, tagged text where they do not."""
    if values and set(map(type, values)) == {str}:  # most columns of scripts that read lines
        return {"rows": len(values), "python": ["str"], "kind": "str", **_encode_text(values, store)}
    numpy = _module("numpy")
    if numpy is not None:
        values = [v.item() if isinstance(v, numpy.generic) and not _is_nat(v) else v for v in values]
    kinds = {type(v).__name__ for v in values}
    missing = kinds & set(MISSING_TAGS)
    present = kinds - missing
    nothing_but_nan = all(type(v) is not float or math.isnan(v) for v in values)
    if "float" in present and not present <= {"float", "int"} and nothing_but_nan:  # pandas' missing value among others
        present, missing = present - {"float"}, missing | {"float"}
    column: Json = {"rows": len(values), "python": sorted(kinds)}
    encoded = _encode_uniform(values, present, missing, store)
    column.update(encoded if encoded is not None else _encode_mixed(values, store))
    return column


def _encode_uniform(values: list[Any], present: set[str], missing: set[str], store: Store) -> Json | None:
    gone = [type(v).__name__ in missing for v in values] if missing else []
    out: Json = {"valid": store.put(bytes(0 if g else 1 for g in gone))} if missing else {}

    def filled(default: Any) -> list[Any]:
        return [default if g else v for v, g in zip(values, gone, strict=True)] if missing else values

    if not present:
        return {"kind": "null", **out}
    if present == {"str"}:
        return {"kind": "str", **_encode_text(filled(""), store), **out}
    if present == {"bool"}:
        return {"kind": "bool", "data": store.put(bytes(1 if v else 0 for v in filled(False))), **out}
    if present == {"int"} and all(-(2**63) <= v < 2**63 for v in filled(0)):
        return {"kind": "number", "dtype": "<i8", "data": store.put(_native("q", filled(0))), **out}
    if present == {"float"} or (present == {"float", "int"} and all(type(v) is float or abs(v) <= 2**53 for v in filled(0))):
        return {"kind": "number", "dtype": "<f8", "data": store.put(_native("d", filled(0.0))), **out}
    if present == {"date"}:
        days = [v.toordinal() - EPOCH_DAY for v in filled(EPOCH.date())]
        return {"kind": "date", "data": store.put(_native("q", days)), **out}
    if present <= {"datetime", "Timestamp"} and all(v.tzinfo is None for v in filled(EPOCH)):
        return {"kind": "timestamp", "unit": "us", "data": store.put(_native("q", [_micros(v) for v in filled(EPOCH)])), **out}
    if present <= {"list", "tuple", "ndarray"}:
        flat = [list(v) if type(v).__name__ != "ndarray" else v.tolist() for v in filled([])]
        lengths = [len(v) for v in flat]
        inner = encode_list([x for v in flat for x in v], store) if sum(lengths) <= 50_000_000 else None
        if inner is not None and inner["kind"] in ("number", "str", "bool", "null"):
            return {"kind": "list", "lengths": store.put(_native("q", lengths)), "items": inner, **out}
    return None


def _encode_mixed(values: list[Any], store: Store) -> Json:
    tags, texts = [], []
    for v in values:
        tag, text = tagged(v)
        tags.append(tag)
        texts.append(text)
    return {"kind": "mixed", "tags": store.put("".join(tags).encode("ascii")), **_encode_text(texts, store)}


def tagged(value: Any) -> tuple[str, str]:
    """Return a one-letter type tag and exact text of a single value; ``x`` for types that are not looked into."""
    kind = type(value)
    name = kind.__name__
    if name in MISSING_TAGS:
        return MISSING_TAGS[name], ""
    if kind is bool:
        return "b", str(value)
    if kind is int:
        return "i", str(value)
    if kind is float:
        return ("N", "") if math.isnan(value) else ("f", value.hex())
    if kind is str:
        return "s", value
    if kind is datetime.date:
        return "d", value.isoformat()
    if isinstance(value, datetime.datetime):
        return "m", value.isoformat()
    if kind in (list, tuple):
        return "l", repr([tagged(v) for v in value])
    return "x", type_name(value)


def _is_nat(value: Any) -> bool:
    return type(value).__name__ in ("datetime64", "timedelta64")


def _micros(value: Any) -> int:
    plain = value.to_pydatetime(warn=False) if type(value).__name__ == "Timestamp" else value
    return int((plain - EPOCH) // datetime.timedelta(microseconds=1))


def _native(code: str, values: list[Any]) -> array.array[Any]:
    out = array.array(code, values)
    if sys.byteorder == "big":
        out.byteswap()
    return out


def _encode_text(values: list[str], store: Store) -> Json:
    text = "".join(values)
    encoded = values if text.isascii() else [v.encode("utf-8", "surrogatepass") for v in values]
    offsets = array.array("q", itertools.accumulate(map(len, encoded), initial=0))
    if sys.byteorder == "big":
        offsets.byteswap()
    return {"text": store.put(text.encode("utf-8", "surrogatepass")), "offsets": store.put(offsets)}


def encode_array(values: Any, store: Store) -> Json:
    """Return a one-dimensional NumPy array or pandas extension array as a column."""
    numpy = _module("numpy")
    if isinstance(values, numpy.ndarray) and values.dtype.kind in "iufbMm":
        n = len(values)
        if values.dtype.kind == "b":
            return {"kind": "bool", "rows": n, "data": store.put(numpy.ascontiguousarray(values).view("u1"))}
        if values.dtype.kind in "Mm":
            unit = numpy.datetime_data(values.dtype)[0]
            valid = ~numpy.isnat(values)
            if values.dtype.kind == "M" and unit in ("D", "s", "ms", "us", "ns"):
                raw = values.astype("datetime64[us]" if unit in ("D", "s", "ms") else values.dtype).astype("<i8")
                unit = unit if unit == "ns" else "us"
                return {
                    "kind": "timestamp",
                    "rows": n,
                    "unit": unit,
                    "data": store.put(numpy.where(valid, raw, 0)),
                    "valid": store.put(valid.view("u1")),
                }
            return encode_list(values.tolist(), store)
        little = numpy.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        return (
            {"kind": "number", "rows": n, "dtype": little.dtype.str, "data": store.put(little)}
            if little.dtype.itemsize <= 8
            else encode_list(values.tolist(), store)
        )
    return encode_list(values.tolist(), store)


# --- whole values ------------------------------------------------------------------------------------------------------


def encode(value: Any, store: Store) -> Json:
    """Return any value as JSON over buffers; ``other`` with the type's name where Lester does not look into it."""
    try:
        return _encode(value, store)
    except OverflowError:
        return {"kind": "too-large", "type": type_name(value)}


def _encode(value: Any, store: Store) -> Json:
    numpy, pandas, sparse = _module("numpy"), _module("pandas"), _module("scipy.sparse")
    name = type_name(value)
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return {"kind": "table", "type": "DataFrame", **_frame(value, store)}
    if pandas is not None and isinstance(value, pandas.Series):
        return {"kind": "table", "type": "Series", **_series(value, store)}
    if pandas is not None and isinstance(value, pandas.Index):
        return {
            "kind": "table",
            "type": "Index",
            "rows": len(value),
            "columns": [{"name": str(value.name), **encode_array(value.to_numpy(), store)}],
        }
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _ndarray(value, store)
    if sparse is not None and sparse.issparse(value):
        rows = value.tocsr()
        parts = {k: {"name": k, **encode_array(getattr(rows, k), store)} for k in ("data", "indices", "indptr")}
        return {"kind": "sparse", "type": name, "shape": list(rows.shape), **parts}
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if value is None or type(value) in (bool, int, float, str, datetime.date, datetime.datetime):
        tag, text = tagged(value)
        return {"kind": "scalar", "type": name, "tag": tag, "text": text}
    if type(value) in (list, tuple):
        return {"kind": "table", "type": name, **_rows(list(value), store)}
    if type(value) in (set, frozenset):
        items = sorted(tagged(v) for v in value)
        return {
            "kind": "table",
            "type": name,
            "rows": len(items),
            "columns": [{"name": "0", **encode_list([t for _, t in items], store)}],
        }
    if isinstance(value, dict) and type(value).__module__ in ("builtins", "collections"):
        keys = {"name": "key", **encode_list(list(dict.keys(value)), store)}
        rest = _rows(list(dict.values(value)), store)
        return {"kind": "table", "type": name, "rows": len(value), "columns": [keys, *rest["columns"]]}
    return {"kind": "other", "type": name}


def _frame(frame: Any, store: Store) -> Json:
    frame = frame.copy(deep=False)  # older pandas caches columns in the frame they are taken from
    columns = [
        {"name": str(label), "dtype_name": str(frame.dtypes.iloc[i]), **encode_array(_values(frame.iloc[:, i]), store)}
        for i, label in enumerate(frame.columns)
    ]
    return {"rows": len(frame), "columns": columns, "index": _index(frame.index, store)}


def _series(series: Any, store: Store) -> Json:
    name = "" if series.name is None else str(series.name)
    column = {"name": name, "dtype_name": str(series.dtype), **encode_array(_values(series), store)}
    return {"rows": len(series), "columns": [column], "index": _index(series.index, store)}


def _values(series: Any) -> Any:
    if str(series.dtype) == "category":
        return series.astype(object).array
    if getattr(series.dtype, "tz", None) is not None:
        return series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    return series.to_numpy() if series.dtype.kind in "iufbM" and not _is_extension(series) else series.array


def _is_extension(series: Any) -> bool:
    return not isinstance(series.dtype, _module("numpy").dtype)


def _index(index: Any, store: Store) -> list[Json]:
    """Return the index levels that mean something: named ones and text; a plain row number does not."""
    numpy = _module("numpy")
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    plain = (
        len(levels) == 1 and levels[0].name is None and isinstance(levels[0].dtype, numpy.dtype) and levels[0].dtype.kind in "iu"
    )
    return (
        []
        if plain
        else [{"name": "" if v.name is None else str(v.name), **encode_array(_values(v.to_series()), store)} for v in levels]
    )


def _ndarray(value: Any, store: Store) -> Json:
    numpy = _module("numpy")
    name = type_name(value)
    if value.dtype.names is not None or value.dtype.kind == "V":
        return {"kind": "other", "type": name}
    if value.dtype.kind in "iufb" and value.dtype.itemsize <= 8 and value.ndim >= 1:
        little = numpy.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {
            "kind": "matrix",
            "type": name,
            "dtype": little.dtype.str,
            "shape": list(value.shape),
            "data": store.put(little.reshape(-1).view("u1") if little.size else b""),
        }
    if value.ndim == 1:
        return {"kind": "table", "type": name, "rows": len(value), "columns": [{"name": "0", **encode_array(value, store)}]}
    if value.ndim == 2:
        columns = [{"name": str(j), **encode_array(value[:, j], store)} for j in range(value.shape[1])]
        return {"kind": "table", "type": name, "rows": len(value), "columns": columns}
    return {"kind": "other", "type": name}


def _rows(values: list[Any], store: Store) -> Json:
    """Return a list of rows (tuples, lists, dicts, objects with plain attributes) or of single values as columns."""
    n = len(values)
    kinds = {type(v) for v in values}
    if n and all(issubclass(k, dict) for k in kinds):
        names = list(dict.fromkeys(k for v in values for k in dict.keys(v)))
        columns = [(str(k), [dict.get(v, k) for v in values]) for k in names]
    elif n and all(issubclass(k, (tuple, list)) for k in kinds) and len({len(v) for v in values}) == 1 and len(values[0]):
        columns = [
            (str(j), [tuple.__getitem__(v, j) if isinstance(v, tuple) else list.__getitem__(v, j) for v in values])
            for j in range(len(values[0]))
        ]
    elif n and len(kinds) == 1 and _plain_object(values[0]):
        names = list(dict.fromkeys(k for v in values for k in vars(v)))
        columns = [(k, [vars(v).get(k) for v in values]) for k in names]
    else:
        columns = [("value", values)]
    return {"rows": n, "columns": [{"name": name, **encode_list(cells, store)} for name, cells in columns]}


def _plain_object(value: Any) -> bool:
    return type(value).__module__ == "__main__" and type(getattr(value, "__dict__", None)) is dict


# --- the other way -----------------------------------------------------------------------------------------------------


def decode_column(column: Json, folder: str, missing: Any = None) -> list[Any]:
    """Return a column that Lester wrote as Python values; a missing one is `missing`."""

    def read(key: str, code: str = "") -> Any:
        with open(os.path.join(folder, str(column[key])), "rb") as file:
            raw = file.read()
        if not code:
            return raw
        numbers = array.array(code)
        numbers.frombytes(raw)
        return numbers

    kind, values = column["kind"], []
    if kind == "null":
        return [missing] * int(column["rows"])
    if kind == "str":
        text, offsets = read("text"), read("offsets", "q")
        values = [text[a:b].decode("utf-8", "surrogatepass") for a, b in itertools.pairwise(offsets)]
    elif kind == "bool":
        values = [bool(b) for b in read("data")]
    elif kind == "number":
        values = list(read("data", {"<i8": "q", "<f8": "d"}[column["dtype"]]))
    elif kind == "date":
        values = [datetime.date.fromordinal(EPOCH_DAY + d) for d in read("data", "q")]
    elif kind == "timestamp":
        values = [EPOCH + datetime.timedelta(microseconds=m) for m in read("data", "q")]
    elif kind == "list":
        items, at = decode_column(column["items"], folder, missing), 0
        for n in read("lengths", "q"):
            values.append(items[at : at + n])
            at += n
    else:
        raise ValueError(f"no column of kind {kind}")
    if "valid" in column:
        values = [v if ok else missing for v, ok in zip(values, read("valid"), strict=True)]
    return values
