"""User functions: the script's own code, run in the worker on whole columns, and remembered by (function, input).

The arguments are computed in SQL, every distinct combination is evaluated once, and the results stand in a temporary table
beside the parent's rows. What was computed before, in this run or an earlier one, comes from the cache.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Call, Expr, type_of, walk
from lester_gui.ir.learning import Function
from lester_gui.ir.nodes import Node
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Schema
from lester_gui.runtime.compile_expressions import SQL_TYPE, Scope, compile_expression
from lester_gui.runtime.compile_sql import expressions_of
from lester_gui.runtime.read import ARROW
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

Evaluate = Callable[[Function, pa.Table], pa.Array]
"""Evaluates a carried function on argument columns ``a0``, ``a1``, …, one result per row, in order."""


def calls_in(node: Node) -> list[Call]:
    """Return the calls of user functions that a step makes, each once, inner ones first."""
    return _calls(expressions_of(node))


def function_hash(function: Function) -> str:
    """Return what tells a function from its next version: its name, source and modules."""
    text = json.dumps([function.name, function.source, function.modules], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@contextmanager
def with_calls(
    connection: duckdb.DuckDBPyConnection, plan: Plan, node: Node, parents: Sequence[str], evaluate: Evaluate | None
) -> Iterator[tuple[list[str], dict[Call, str]]]:
    """Yield what to compile a step with: its parents' SQL, widened by the results of the step's calls, and the calls' columns."""
    expressions = expressions_of(node)
    if not expressions:
        yield list(parents), {}
        return
    with _evaluated(connection, plan, expressions, parents[0], node.parents[0].schema, evaluate) as (source, calls):
        yield [source, *parents[1:]], calls


@contextmanager
def with_expression_calls(
    connection: duckdb.DuckDBPyConnection, plan: Plan, expressions: Sequence[Expr], source: str, evaluate: Evaluate | None
) -> Iterator[tuple[str, dict[Call, str]]]:
    """As `with_calls`, for expressions over the prepared view."""
    with _evaluated(connection, plan, expressions, source, plan.prepared.schema, evaluate) as found:
        yield found


def prune(connection: duckdb.DuckDBPyConnection, plan: Plan, tables: Mapping[str, str]) -> int:
    """Forget cached results whose input no row of these views has any more.

    Parameters
    ----------
    tables
        View name → SQL of its current rows, for every view whose rows are arguments.

    Returns
    -------
    int
        How many results were forgotten. Results of functions that `plan` does not call stay.
    """
    by_name = {f.name: f for f in plan.functions}
    used: dict[str, set[str]] = {}
    for node in plan.views:
        for call in calls_in(node):
            if any(isinstance(a, Call) for e in call.arguments for a in walk(e)):
                continue  # an inner result is an argument: forgotten below unless it is used elsewhere
            select = _argument_sql(call, node.parents[0].schema, {}, tables[node.parents[0].name])
            rows = connection.execute(select).to_arrow_table()
            used.setdefault(function_hash(by_name[call.function]), set()).update(_input_hashes(rows))
    before = _cached(connection)
    for name in plan.called_functions:
        digest = function_hash(by_name[name])
        keep = pa.table({"input_hash": pa.array(sorted(used.get(digest, set())), pa.string())})
        with registered(connection, kept_inputs=keep):
            unused = "function_hash = ? AND input_hash NOT IN (SELECT input_hash FROM kept_inputs)"
            connection.execute(f"DELETE FROM lester.call_cache WHERE {unused}", [digest])
    return before - _cached(connection)


def _cached(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM lester.call_cache").fetchone()
    assert row is not None
    return int(row[0])


def _calls(expressions: Sequence[Expr]) -> list[Call]:
    """Return the calls in `expressions`, each once, inner ones first."""
    found = (e for expr in expressions for e in reversed(list(walk(expr))) if isinstance(e, Call))
    return list(dict.fromkeys(found))


@contextmanager
def _evaluated(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    expressions: Sequence[Expr],
    source: str,
    schema: Schema,
    evaluate: Evaluate | None,
) -> Iterator[tuple[str, dict[Call, str]]]:
    columns: dict[Call, str] = {}
    made: list[str] = []
    try:
        for number, call in enumerate(_calls(expressions)):
            function = next(f for f in plan.functions if f.name == call.function)
            arguments = fetch_in_order(connection, _argument_sql(call, schema, columns, source), "__row_no")
            values = _values(connection, function, call, arguments, evaluate)
            name = f"call_result_{number}"
            data = pa.table({"__row_no": arguments.column("__row_no"), f"__call{number}": values})
            connection.register(f"{name}_arrow", data)
            try:
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {name}_arrow")
            finally:
                connection.unregister(f"{name}_arrow")
            made.append(name)
            columns[call] = f'"__call{number}"'
            source = f"(SELECT s.*, c.{columns[call]} FROM {source} s JOIN temp.main.{name} c USING (__row_no))"
        yield source, columns
    finally:
        with suppress(duckdb.TransactionException):  # where a step stopped, its transaction takes them along
            for name in made:
                connection.execute(f"DROP TABLE IF EXISTS temp.main.{name}")


def _argument_sql(call: Call, schema: Schema, columns: Mapping[Call, str], source: str) -> str:
    scope = Scope(schema, columns)
    arguments = [
        f"CAST({compile_expression(a, scope)} AS {SQL_TYPE[type_of(a, schema)[0]]}) AS a{i}" for i, a in enumerate(call.arguments)
    ]
    return f"SELECT {', '.join(['__row_no', *arguments])} FROM {source}"


def _input_hashes(arguments: pa.Table) -> list[str]:
    """Return one hash per row over types and values; bit-equal arguments have equal hashes."""
    names = [n for n in arguments.column_names if n != "__row_no"]
    kinds = "|".join(str(arguments.schema.field(n).type) for n in names)
    columns = [arguments.column(n).to_pylist() for n in names]
    rows: Any = zip(*columns, strict=True) if columns else ((),) * arguments.num_rows
    return [hashlib.sha256(f"{kinds}\0{row!r}".encode("utf-8", "surrogatepass")).hexdigest() for row in rows]


def _values(
    connection: duckdb.DuckDBPyConnection, function: Function, call: Call, arguments: pa.Table, evaluate: Evaluate | None
) -> pa.Array:
    digest = function_hash(function)
    hashes = _input_hashes(arguments)
    kind = ARROW[call.type]
    known = _lookup(connection, digest, hashes)
    first_place = {h: i for i, h in reversed(list(enumerate(hashes))) if h not in known}
    if first_place:
        if evaluate is None:
            raise UserError(
                f"The user function {function.name!r} cannot run here", hint="Run the pipeline where the sandbox is available."
            )
        places = sorted(first_place.values())
        batch = arguments.select([n for n in arguments.column_names if n != "__row_no"]).take(pa.array(places, pa.int64()))
        result = evaluate(function, batch)
        if len(result) != len(places):
            raise RuntimeError(f"{function.name} gave {len(result)} results for {len(places)} rows")
        fresh = dict(zip((hashes[i] for i in places), _plain(result, kind), strict=True))
        _remember(connection, digest, fresh)
        known |= fresh
    if not call.nullable and any(v is None for v in known.values()):
        raise UserError(
            f"The user function {function.name!r} gave a missing value where the plan expects none",
            hint="Rewrite the pipeline again.",
        )
    return pa.array([known[h] for h in hashes], kind)


def _plain(result: Any, kind: pa.DataType) -> list[Any]:
    array = result.combine_chunks() if isinstance(result, pa.ChunkedArray) else result
    array = array.cast(kind)
    if pa.types.is_floating(kind):
        return [None if v is None or v != v else v for v in array.to_pylist()]
    out: list[Any] = array.to_pylist()
    return out


def _lookup(connection: duckdb.DuckDBPyConnection, digest: str, hashes: Sequence[str]) -> dict[str, Any]:
    wanted = pa.table({"input_hash": pa.array(sorted(set(hashes)), pa.string())})
    with registered(connection, wanted_inputs=wanted):
        rows = connection.execute(
            "SELECT input_hash, value_json FROM lester.call_cache JOIN wanted_inputs USING (input_hash) WHERE function_hash = ?",
            [digest],
        ).fetchall()
    return {h: _from_json(v) for h, v in rows}


def _remember(connection: duckdb.DuckDBPyConnection, digest: str, values: Mapping[str, Any]) -> None:
    data = pa.table(
        {
            "function_hash": pa.array([digest] * len(values), pa.string()),
            "input_hash": pa.array(list(values), pa.string()),
            "value_json": pa.array([_to_json(v) for v in values.values()], pa.string()),
        }
    )
    with registered(connection, fresh_values=data):
        connection.execute("INSERT INTO lester.call_cache SELECT * FROM fresh_values")


def _to_json(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return json.dumps({"timestamp": value.isoformat()})
    if isinstance(value, dt.date):
        return json.dumps({"date": value.isoformat()})
    return json.dumps(value)  # Python's float texts are exact


def _from_json(text: str) -> Any:
    value = json.loads(text)
    if isinstance(value, dict):
        return dt.datetime.fromisoformat(value["timestamp"]) if "timestamp" in value else dt.date.fromisoformat(value["date"])
    return value
