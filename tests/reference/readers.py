"""The rows of a source as the script's reader yields them. pandas is its own oracle; the line readers are the loops."""

import csv
import io
import json
import re
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from lester_gui.ir.nodes import Read, Reader
from lester_gui.ir.schema import Field, Type
from tests.reference.operators import EvaluationError, clean


def read_rows(node: Read, data: bytes) -> list[dict[str, Any]]:
    """Return the rows of a source, in file order."""
    rows = {
        Reader.PANDAS_CSV: _pandas_csv,
        Reader.PANDAS_JSON_LINES: _pandas_json,
        Reader.PANDAS_JSON: partial(_pandas_json, lines=False),
        Reader.PYTHON_JSON_LINES: lambda options, data, _: _python_json_lines(options, data, [f.name for f in node.columns]),
        Reader.PYTHON_JSON: lambda options, data, _: _python_json(options, data, [f.name for f in node.columns]),
        Reader.PYTHON_LINES: _python_lines,
        Reader.PYTHON_CSV: _python_csv,
    }[node.reader](dict(node.options), data, len(node.columns))
    out = []
    for row in rows:
        if len(row) != len(node.columns):
            raise EvaluationError("a line has another number of fields")
        out.append({f.name: _typed(value, f) for f, value in zip(node.columns, row, strict=True)})
    return out


def _typed(value: Any, field: Field) -> Any:
    if value is _NOTHING:
        return {Type.BOOL: False, Type.INT: 0, Type.FLOAT: 0.0, Type.STR: ""}[field.type]
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    if field.type is Type.FLOAT:
        return clean(float(value))
    if field.type is Type.INT:
        if int(value) != value:
            raise EvaluationError(f"{field.name} is not whole")
        return int(value)
    if field.type is Type.BOOL:
        return bool(value)
    if field.type is Type.DATE:
        return value.date() if isinstance(value, datetime) else value
    if field.type is Type.TIMESTAMP:
        return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    if not isinstance(value, str):
        raise EvaluationError(f"{field.name} is not text")
    return value


def _list(value: Any) -> Any:
    """Return an option as pandas takes it: pairs are a dict, such as types by column."""
    if not isinstance(value, tuple):
        return value
    if value and all(isinstance(v, tuple) and len(v) == 2 for v in value):
        return {k: _list(v) for k, v in value}
    return [_list(v) for v in value]


def _pandas_csv(options: dict[str, Any], data: bytes, columns: int) -> list[list[Any]]:
    try:
        frame = pd.read_csv(io.BytesIO(data), **{name: _list(value) for name, value in options.items()})
    except (ValueError, UnicodeDecodeError) as error:  # pandas' own errors are ValueErrors
        raise EvaluationError(type(error).__name__) from error
    return [list(row) for row in frame.astype(object).itertuples(index=False, name=None)]


def _pandas_json(options: dict[str, Any], data: bytes, columns: int, lines: bool = True) -> list[list[Any]]:
    try:
        frame = pd.read_json(io.BytesIO(data), lines=lines, **{name: _list(value) for name, value in options.items()})
    except (ValueError, UnicodeDecodeError) as error:
        raise EvaluationError(type(error).__name__) from error
    return [list(row) for row in frame.astype(object).itertuples(index=False, name=None)]


def _python_json_lines(options: dict[str, Any], data: bytes, names: list[str]) -> list[list[Any]]:
    out = []
    with io.TextIOWrapper(io.BytesIO(data), encoding=options.get("encoding", "utf-8")) as lines:
        for number, line in enumerate(lines):
            if number < options.get("skip", 0) or (options.get("skip_blank", False) and not line.strip()):
                continue
            bare = _STRIP[options.get("prefix_strip", "none")]
            if "skip_prefix" in options and bare(line).startswith(options["skip_prefix"]):
                continue
            if "cut" in options:
                line = re.sub(",+$" if options["cut"] == "commas" else ",$", "", line.strip())
            try:
                raw = json.loads(line)
            except ValueError as error:
                if options.get("broken") == "skip":
                    continue
                raise EvaluationError("JSONDecodeError") from error
            out.append([_json_column(raw, name) for name in names])
    return out


def _python_json(options: dict[str, Any], data: bytes, names: list[str]) -> list[list[Any]]:
    try:
        found = json.loads(data.decode("utf-8"))
        for key in options.get("place", ()):
            found = found[key]
    except (ValueError, KeyError) as error:
        raise EvaluationError(type(error).__name__) from error
    if isinstance(found, dict) != options.get("keyed", False):
        raise EvaluationError("TypeError")
    pairs = list(found.items()) if isinstance(found, dict) else [(None, e) for e in found]
    return [[k if n == "@key" else e if n == "@value" else _json_column(e, n) for n in names] for k, e in pairs]


def _json_column(raw: Any, name: str) -> Any:
    marks = ("[]", "{}", "{+}", "?", "!")
    mark = next((m for m in marks if name.endswith(m)), "")
    kind = next((k for k in _KINDS if name.endswith(k)), "")
    there, value = True, raw
    for key in name[: len(name) - len(mark) - len(kind)].split("."):
        there = there and isinstance(value, dict) and key in value
        value = value[key] if there else None
    if kind:
        found = value if type(value) in _KINDS[kind] else None
        return int(found) if isinstance(found, bool) else found
    if mark == "?":
        return there
    if mark == "{}":
        return isinstance(value, dict)
    if mark == "{+}":
        return isinstance(value, dict) and bool(value)
    if mark == "[]":
        return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else None
    if mark == "!" and not there:
        return _NOTHING
    return value


_KINDS = {":text": (str,), ":number": (int, float), ":truth": (bool,)}


class _Nothing:
    """What stands where a field is not there, in a column that is read only where it is."""


_NOTHING = _Nothing()


_STRIP: dict[str, Any] = {
    "both": str.strip,
    "right": str.rstrip,
    "newline": lambda line: line.rstrip("\n"),
    "spaces": lambda line: line.strip(" \r\n"),
    "none": lambda line: line,
}


def _python_lines(options: dict[str, Any], data: bytes, columns: int) -> list[list[str]]:
    strip = _STRIP[options.get("strip", "both")]
    rows = []
    with io.TextIOWrapper(io.BytesIO(data), encoding=options.get("encoding", "utf-8")) as lines:
        for number, line in enumerate(lines):
            if "comment" in options:
                line = line.split(options["comment"])[0]
            if number < options.get("skip", 0) or _is_blank(line, options.get("skip_blank", False)):
                continue
            bare = _STRIP[options["prefix_strip"]] if "prefix_strip" in options else strip
            if "skip_prefix" in options and bare(line).startswith(options["skip_prefix"]):
                continue
            fields = strip(line).split(options.get("sep", ","), options.get("maxsplit", -1))
            if len(fields) == columns or options.get("ragged") != "skip":
                rows.append(fields[:columns] if options.get("extra") == "ignore" else fields)
    return rows


def _is_blank(line: str, skip_blank: bool | str) -> bool:
    blanks = {"empty": "\n", "spaces": " \r\n"}.get(str(skip_blank))
    return bool(skip_blank) and not (line.rstrip(blanks) if blanks else line.strip())


def _python_csv(options: dict[str, Any], data: bytes, columns: int) -> list[list[str]]:
    with io.TextIOWrapper(io.BytesIO(data), encoding=options.get("encoding", "utf-8"), newline="") as lines:
        records = list(csv.reader(lines, delimiter=options.get("delimiter", ","), quotechar=options.get("quotechar", '"')))
    records = records[options.get("skip", 0) :]
    if options.get("header", False):
        records = [r for r in records[1:] if r]
    elif options.get("skip_blank", False):
        records = [r for r in records if r]
    return [r for r in records if not ("skip_prefix" in options and r and r[0].startswith(options["skip_prefix"]))]
