"""What the variables of a script hold where its beginning ends, and those that are tables as one frame, row by row.

A script whose beginning runs as one step of a plan imports this as ``lester_hand_over``. What a variable holds must have the same
shape on every run: its kind, its columns and their types are part of the plan. Where they differ, the step stops.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]

WIDEST = 200
"""Columns beyond which a table is not taken apart."""
DEEPEST = 4
"""How far into lists of dicts of lists it is looked for what two variables share."""
LIBRARIES = ("numpy", "pandas", "sklearn", "scipy")
SINGLE = {bool: "bool", int: "int", float: "float", str: "str"}


class OtherShape(ValueError):
    """A variable holds something else than when the script was rewritten."""


def shapes(values: Mapping[str, Any]) -> str:
    """Return what variables hold, as JSON by name; with the number of rows, and which of them share what can be changed."""
    told = {name: _told(value) for name, value in values.items()}
    for name, value in values.items():
        if told[name]["kind"] != "other":
            told[name]["rows"] = len(value)
    return json.dumps({"held": told, "shared": _shared(values)})


def table(values: Mapping[str, Any], expected: str, columns: Iterable[str], beside: Mapping[str, Any]) -> Any:
    """Return variables with one element per row as one frame.

    Parameters
    ----------
    values
        By name, in order.
    expected : str
        What they hold, as `shapes` told it.
    columns
        What to call the columns of all of them, in order.
    beside
        Other variables, which must not share anything with them that can be changed.

    Raises
    ------
    OtherShape
        If they hold something else, have not the same number of rows, or share what can be changed.
    """
    wanted = json.loads(expected)
    made: list[Any] = []
    for name, value in values.items():
        told = _told(value)
        if not _fits(told, wanted[name]):
            raise OtherShape("a variable holds something else than when the script was rewritten")
        made += _columns(value, wanted[name])
    if len({len(c) for c in made}) > 1:
        raise OtherShape("variables that go together have another number of rows each")
    if _shared({**beside, **values}, values):
        raise OtherShape("two variables share what can be changed")
    names = list(columns)
    frame = sys.modules["pandas"].DataFrame(dict(enumerate(made)))
    frame.columns = names
    return frame


# --- what a value is ---------------------------------------------------------------------------------------------------


def _told(value: Any) -> Json:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and type(value) is pandas.DataFrame:
        labels = list(value.columns)
        if all(type(n) is str for n in labels) and len(set(labels)) == len(labels) and 0 < len(labels) <= WIDEST:
            columns = [[n, _of_column(value[n])] for n in labels]
            return _table("frame", columns, ranged=_ranged(value.index))
    elif pandas is not None and type(value) is pandas.Series:
        name = value.name if type(value.name) is str else ""
        return _table("series", [[name, _of_column(value)]], ranged=_ranged(value.index))
    elif numpy is not None and type(value) is numpy.ndarray:
        if value.ndim == 1:
            return _table("array", [["", _of_array(value)]])
        if value.ndim == 2 and 0 < value.shape[1] <= WIDEST and value.dtype.kind in "bif":
            return _table("matrix", [[str(j), _of_array(value[:, j])] for j in range(value.shape[1])])
    elif type(value) is list:
        return _of_list(value)
    return {"kind": "other"}


def _table(kind: str, columns: list[Any], **more: Any) -> Json:
    return {"kind": kind, "columns": columns, **more} if all(t for _, t in columns) else {"kind": "other"}


def _of_list(values: list[Any]) -> Json:
    kinds = {type(v) for v in values}
    if len(kinds) == 1 and (kind := kinds.pop()) in (tuple, list, dict):
        names = list(values[0]) if kind is dict else list(range(len(values[0])))
        widths = {tuple(v) for v in values} if kind is dict else {len(v) for v in values}
        if len(widths) == 1 and 0 < len(names) <= WIDEST and all(type(n) is str for n in names if kind is dict):
            columns = [[str(n), _of_values([v[n] for v in values])] for n in names]
            return _table("rows", columns, element=kind.__name__)
        return {"kind": "other"}
    return _table("values", [["", _of_values(values)]]) if values else {"kind": "other"}


def _of_values(values: list[Any]) -> str:
    """Return the type of Python values, with a question mark where some are None; nothing where it is not one."""
    kinds = {type(v) for v in values}
    gaps = type(None) in kinds
    kinds.discard(type(None))
    if len(kinds) != 1 or (kind := kinds.pop()) not in SINGLE or (gaps and kind is float):
        return ""
    return SINGLE[kind] + ("?" if gaps or kind is float else "")


def _of_array(values: Any) -> str:
    if values.dtype.kind == "U":
        return "str"
    if values.dtype.kind == "O":
        return _of_values(values.tolist())
    return {"b1": "bool", "i8": "int", "f8": "float?"}.get(values.dtype.str[1:], "")


def _of_column(column: Any) -> str:
    kind = str(column.dtype)
    if kind in ("bool", "int64", "float64"):
        return {"bool": "bool", "int64": "int", "float64": "float?"}[kind]
    if kind.startswith("datetime64[") and "," not in kind:
        return "timestamp?"
    if kind in ("object", "str", "string"):
        present = column[column.notna()]
        return "str?" if len(present) and {type(v) for v in present} == {str} else ""
    return ""


def _ranged(index: Any) -> bool:
    return bool(index.nlevels == 1 and index.equals(sys.modules["pandas"].RangeIndex(len(index))))


def _fits(told: Json, wanted: Json) -> bool:
    if any(told.get(k) != wanted.get(k) for k in ("kind", "element", "ranged")) or len(told["columns"]) != len(wanted["columns"]):
        return False
    of_numbers = wanted["kind"] in ("frame", "series", "array", "matrix")
    for (name, kind), (own_name, own_kind) in zip(told["columns"], wanted["columns"], strict=True):
        same = kind.rstrip("?") == own_kind.rstrip("?") or (of_numbers and (kind, own_kind) == ("int", "float?"))
        if name != own_name or not same or ("?" in kind and "?" not in own_kind):
            return False
    return True


# --- columns of a value ------------------------------------------------------------------------------------------------


def _columns(value: Any, wanted: Json) -> list[Any]:
    pandas = sys.modules["pandas"]
    names = [n for n, _ in wanted["columns"]]
    kind = wanted["kind"]
    if kind == "frame":
        return [value[n].reset_index(drop=True) for n in names]
    if kind == "series":
        return [value.reset_index(drop=True)]
    if kind == "array":
        return [pandas.Series(value.copy())]
    if kind == "matrix":
        return [pandas.Series(value[:, j].copy()) for j in range(len(names))]
    if kind == "values":
        return [_listed(value, wanted["columns"][0][1])]
    keys = names if wanted["element"] == "dict" else range(len(names))
    return [_listed([v[k] for v in value], t) for k, (_, t) in zip(keys, wanted["columns"], strict=True)]


def _listed(values: list[Any], kind: str) -> Any:
    return sys.modules["pandas"].Series(values, dtype="float64" if kind == "float?" else object)


# --- what is shared ----------------------------------------------------------------------------------------------------


def _shared(values: Mapping[str, Any], of: Iterable[str] = ()) -> list[list[str]]:
    """Return pairs of names whose values share a list, dict, array or frame; with `of`, only pairs with one of these."""
    numpy = sys.modules.get("numpy")
    wanted = set(of) or set(values)
    parts = {name: set(_changeable(value)) for name, value in values.items() if not _is_fixed(value)}
    arrays = {n: v for n, v in values.items() if numpy is not None and isinstance(v, numpy.ndarray)}
    names = sorted(parts)
    out = []
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if not {a, b} & wanted:
                continue
            memory = a in arrays and b in arrays and numpy is not None and numpy.may_share_memory(arrays[a], arrays[b])
            if memory or parts[a] & parts[b]:
                out.append([a, b])
    return out


def _is_fixed(value: Any) -> bool:
    """Whether nothing can change a value: numbers and texts, functions, modules and classes."""
    fixed = (
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        type(None),
        datetime.date,
        datetime.timedelta,
        type,
        type(sys),
        type(_is_fixed),
    )
    return isinstance(value, fixed)


def _changeable(value: Any, depth: int = 0) -> Iterator[int]:
    """Yield what tells the objects apart that a value consists of and that can be changed: itself, and those in it."""
    if _is_fixed(value) or depth == DEEPEST:
        return
    if type(value) is not tuple:
        yield id(value)
    inner: Iterable[Any] = ()
    if isinstance(value, (list, tuple, set)):
        inner = value
    elif isinstance(value, dict):
        inner = list(value.values())
    elif type(value).__module__.partition(".")[0] not in LIBRARIES:  # an object of a class of the script
        inner = list(vars(value).values()) if hasattr(value, "__dict__") else ()
    for v in inner:
        yield from _changeable(v, depth + 1)
