"""Run functions and statements carried from a script on tables, away from the application."""

from __future__ import annotations

import json
import os
import sys
import types
from typing import Any

from . import codec
from .script import describe

Json = dict[str, Any]


def run(job: Json) -> int:
    """Run a ``function`` or ``statements`` job and leave `result.json` behind.

    Returns
    -------
    int
        0, or 1 if the carried code raised.
    """
    store = codec.Store(job["out"], int(job["budget"]))
    path = os.path.join(job["root"], "carried.py")
    sys.path[:] = [job["root"], *(p for p in sys.path if p)]
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    with open(job["source"], encoding="utf-8") as file:
        source = file.read()
    result: Json = {"exception": None, "row": None}
    try:
        if job["kind"] == "function":
            exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
            result["value"] = _rows(job, module.__dict__[job["name"]], store, result)
        else:
            module.__dict__.update(_variables(job))
            exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
            result["value"] = codec.encode(module.__dict__[job["output"]], store)
    except BaseException as error:
        result["exception"] = describe(error, path)
    with open(os.path.join(job["out"], "result.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
    return 0 if result["exception"] is None else 1


def _rows(job: Json, function: Any, store: codec.Store, result: Json) -> Json:
    missing = float("nan") if job["missing"] == "nan" else None
    columns = [codec.decode_column(c, job["in"], missing) for c in job["columns"]]
    out = []
    for row in range(int(job["rows"])):
        result["row"] = row
        out.append(function(*(c[row] for c in columns)))
    result["row"] = None
    return codec.encode_list(out, store)


def _variables(job: Json) -> Json:
    out = {}
    for name, table in job["inputs"].items():
        cells = {c["name"]: c for c in table["columns"]}
        if table["shape"] == "rows":
            columns = [codec.decode_column(c, job["in"]) for c in cells.values()]
            out[name] = [tuple(row) for row in zip(*columns, strict=True)]
        elif table["shape"] == "frame":
            out[name] = _frame(cells, int(table["rows"]), job["in"])
        elif table["shape"] == "array":
            numpy = sys.modules["numpy"]
            columns = [codec.decode_column(c, job["in"], float("nan")) for c in cells.values()]
            out[name] = numpy.array(columns).T.reshape(int(table["rows"]), len(columns))
        else:
            raise ValueError(f"no table of shape {table['shape']}")
    return out


def _frame(cells: Json, rows: int, folder: str) -> Any:
    pandas = sys.modules["pandas"]
    columns = {}
    for name, c in cells.items():
        values = codec.decode_column(c, folder, None)
        if c["kind"] == "number" and c["dtype"] == "<f8":
            columns[name] = pandas.Series(values, dtype="float64")
        elif c["kind"] == "number" and "valid" in c:
            columns[name] = pandas.Series(values, dtype="float64")  # what pandas makes of whole numbers with gaps
        elif c["kind"] == "timestamp":
            columns[name] = pandas.Series(pandas.to_datetime(values))
        elif c["kind"] in ("date", "list") or (c["kind"] == "bool" and "valid" in c):
            columns[name] = pandas.Series(values, dtype=object)
        else:
            columns[name] = pandas.Series(values)
    return pandas.DataFrame(columns, index=pandas.RangeIndex(rows))
