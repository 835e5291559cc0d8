"""Run the relational half of a plan: every view becomes a table with its columns, row order and provenance.

Everything happens inside the caller's transaction, and the same snapshots give the same tables. Nothing here looks at the values
of a view, except to read sources and to hand arguments to user functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Expr, type_of
from lester_gui.ir.nodes import Node, Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.progress import Context, silent
from lester_gui.runtime import functions, inferred_types, ingest, udf
from lester_gui.runtime.compile_expressions import SQL_TYPE, Scope, compile_expression, identifier
from lester_gui.runtime.compile_sql import ROW_NO, compile_node, hidden_columns, provenance_columns
from lester_gui.runtime.data_errors import data_error
from lester_gui.runtime.provenance import STEP, is_coarse, occurrence_map
from lester_gui.runtime.read import ARROW, ReadTable, bind, read_snapshot
from lester_gui.store import catalogue
from lester_gui.store.catalogue import Snapshot, View
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

RunOpaque = Callable[[Opaque, Sequence[pa.Table]], pa.Table]
"""Runs an opaque step on its inputs (plan columns, in row order) and returns its columns in order; see `sandbox`.

For a whole script each input has one cell, `FILE`: the bytes of a source as it is now.
"""
FILE: Final = "file"
COARSE_HINT: Final = "Rewrite the step, or run the pipeline where the sandbox is available."


@dataclass(frozen=True, slots=True)
class Materialised:
    """What a run made.

    Attributes
    ----------
    plan : Plan
        The plan with the types that the snapshots have.
    views : dict of str to View
        Catalogue entries by view name, in plan order.
    """

    plan: Plan
    views: dict[str, View]


def materialise(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    snapshots: Mapping[str, Snapshot],
    evaluate: udf.Evaluate | None = None,
    ctx: Context | None = None,
    run_opaque: RunOpaque | None = None,
) -> Materialised:
    """Make all views of a plan as tables ``lester.view_<run>_<position>`` and enter them into the catalogue.

    Parameters
    ----------
    connection
        The writer; the caller has begun a transaction.
    run
        The run's identifier.
    snapshots
        Source name → the snapshot to read.
    evaluate, run_opaque
        How user functions and opaque steps run; needed only if the plan has some.

    Raises
    ------
    UserError
        If a source cannot be read as the script does, or a step meets a value for which the script would stop.
    """
    ctx = ctx or silent()
    functions.register(connection)
    tables: dict[str, ReadTable] = {}
    for read in plan.reads:
        ctx.advance(f"Reading {read.source}")
        if read.source not in snapshots:
            raise UserError(f"There is no snapshot of the source {read.source!r}", hint="Scan the project again.")
        tables[read.name] = read_snapshot(connection, read, snapshots[read.source])
    plan = bind(plan, tables)
    origins = occurrence_map(plan)
    views: dict[str, View] = {}
    nodes = plan.views
    for position, node in enumerate(nodes):
        ctx.advance(f"Making {node.name}", position / len(nodes))
        _require_distinct_names(node)
        table = f"view_{run}_{position}"
        parents = [f"lester.{views[p.name].table_name}" for p in node.parents]
        edges: dict[str, str] = {}
        with data_errors(node):
            if isinstance(node, Read):
                rows = _fill_read(connection, node, tables[node.name], table)
            elif isinstance(node, Opaque):
                rows = _create(connection, opaque_rows(connection, node, parents, snapshots, run_opaque), table)
            else:
                with udf.with_calls(connection, plan, node, parents, evaluate) as (sources, calls):
                    compiled = compile_node(node, sources, calls)
                    rows = _create_as(connection, table, compiled.select)
                for number, edge_sql in compiled.edges.items():
                    edges[str(number)] = f"edge_{run}_{position}_{number}"
                    _create_as(connection, edges[str(number)], edge_sql(f"lester.{table}"))
        views[node.name] = View(
            run=run,
            name=node.name,
            position=position,
            kind=type(node).__name__.lower(),
            table_name=table,
            rows=rows,
            occurrences_json=json.dumps(origins[node.name]),
            edges_json=json.dumps(edges),
            columns_json=json.dumps([[f.name, str(f.type), f.nullable] for f in node.schema]),
            coarse=is_coarse(node),
        )
    catalogue.add_many(connection, list(views.values()))
    return Materialised(plan, views)


def views_of(connection: duckdb.DuckDBPyConnection, run: int) -> dict[str, View]:
    """Return the catalogue entries of a run's views by name, in plan order."""
    return {v.name: v for v in sorted(catalogue.find(connection, View, run=run), key=lambda v: v.position)}


def schema_of(view: View) -> Schema:
    """Return the schema that a view had when it was made."""
    return Schema(tuple(Field(n, Type(t), nullable) for n, t, nullable in json.loads(view.columns_json)))


def fetch_table(
    connection: duckdb.DuckDBPyConnection,
    run: int,
    view: str,
    columns: Sequence[str] | None = None,
    order: bool = True,
    rows: Sequence[int] | None = None,
    hidden: bool = False,
) -> pa.Table:
    """Return a view's plan columns (all, or those named, in that order), fetched completely.

    Parameters
    ----------
    order
        Whether rows come in the view's order.
    rows
        Only the rows with these row numbers.
    hidden
        Also return ``__row_no`` and the provenance columns, at the end.
    """
    return fetch_view(connection, catalogue.require_view(connection, run, view), columns, order, rows, hidden)


def fetch_view(
    connection: duckdb.DuckDBPyConnection,
    entry: View,
    columns: Sequence[str] | None = None,
    order: bool = True,
    rows: Sequence[int] | None = None,
    hidden: bool = False,
) -> pa.Table:
    """As `fetch_table`, of a view whose catalogue entry is at hand."""
    wanted = list(schema_of(entry).names) if columns is None else list(columns)
    if hidden:
        wanted += [ROW_NO, *(f"__p{i}" for i in range(len(json.loads(entry.occurrences_json))))]
    fetched = wanted if not order or ROW_NO in wanted else [*wanted, ROW_NO]
    sql = f"SELECT {', '.join(identifier(n) for n in fetched)} FROM lester.{entry.table_name}"
    arguments: list[object] = []
    if rows is not None:
        sql += f" WHERE {ROW_NO} IN (SELECT unnest(?))"
        arguments.append(list(rows))
    if not order:
        return connection.execute(sql, arguments).to_arrow_table()
    return fetch_in_order(connection, sql, ROW_NO, arguments).select(wanted)


def evaluate_expression(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    node: Node,
    expr: Expr,
    evaluate: udf.Evaluate | None = None,
) -> pa.ChunkedArray:
    """Return the value of an expression (a label, a split's condition) for every row of a materialised view, in its order."""
    functions.register(connection)
    table = f"lester.{catalogue.require_view(connection, run, node.name).table_name}"
    with data_errors(node), udf.with_expression_calls(connection, plan, [expr], table, evaluate) as (source, calls):
        sql = compile_expression(expr, Scope(node.schema, calls))
        kind = SQL_TYPE[type_of(expr, node.schema)[0]]
        found = fetch_in_order(connection, f"SELECT CAST({sql} AS {kind}) AS value, {ROW_NO} FROM {source}", ROW_NO)
    return found.column("value")


def to_script_frame(table: pa.Table, schema: Schema) -> pd.DataFrame:
    """Return a view as the pandas frame that a script would have: the dtypes that pandas gives with missing values.

    Missing whole numbers make a column float64, missing truth values make it object with NaN, text is pandas' string dtype.
    """
    out: dict[str, pd.Series] = {}
    for f in schema:
        if f.name not in table.column_names:
            continue
        column = table.column(f.name).combine_chunks()
        missing = column.null_count > 0
        if f.type is Type.STR:
            series = pd.Series(column.to_pylist(), dtype="str")
        elif f.type is Type.BOOL and missing:
            series = pd.Series([float("nan") if v is None else v for v in column.to_pylist()], dtype=object)
        elif f.type is Type.INT and (missing or f.nullable):
            series = pd.Series(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
        elif f.type is Type.TIMESTAMP:
            series = pd.Series(column.to_numpy(zero_copy_only=False)).astype("datetime64[us]")
        elif f.type is Type.DURATION:
            series = pd.Series(column.cast(pa.duration("us")).to_numpy(zero_copy_only=False))
        elif f.type in (Type.DATE, Type.FLOATS, Type.STRS):
            series = pd.Series(column.to_pylist(), dtype=object)
        else:
            series = pd.Series(column.to_numpy(zero_copy_only=False))
        out[f.name] = series
    return pd.DataFrame(out, columns=[f.name for f in schema if f.name in out])


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many rows a table of the project has."""
    row = connection.execute(f"SELECT count(*) FROM lester.{table}").fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def data_errors(node: Node) -> Iterator[None]:
    """Turn a value for which the script would stop into a sentence that names the step and no value."""
    try:
        yield
    except duckdb.Error as error:
        what = data_error(error)
        if what is None:
            raise
        where = f" (script line {node.line})" if node.line is not None else ""
        raise UserError(f"The step {node.name!r}{where} stops: {what}", hint="The script would stop at this value too.") from None


def _fill_read(connection: duckdb.DuckDBPyConnection, node: Read, found: ReadTable, table: str) -> int:
    count = len(found.row_ids)
    data = found.columns.select(list(node.schema.names))
    inferred_types.remember(connection, node, data, table)
    data = data.append_column(ROW_NO, ingest.whole_numbers(range(STEP, STEP * (count + 1), STEP)))
    return _create(connection, data.append_column("__p0", ingest.whole_numbers(found.row_ids)), table)


def opaque_rows(
    connection: duckdb.DuckDBPyConnection,
    node: Opaque,
    parents: Sequence[str],
    snapshots: Mapping[str, Snapshot],
    run_opaque: RunOpaque | None,
) -> pa.Table:
    """Run an opaque step on its parents' tables, or on the files they were read from, and return its rows with provenance.

    Raises
    ------
    UserError
        If nothing can run it here, or it does not give what it gave when it was rewritten.
    """
    if run_opaque is None:
        raise UserError(f"The step {node.name!r} is opaque and nothing can run it here", hint=COARSE_HINT)
    inputs = []
    for parent, sql in zip(node.inputs, parents, strict=True):
        if node.script and isinstance(parent, Read):
            text = ingest.snapshot_records(connection, snapshots[parent.source]).content
            inputs.append(pa.table({FILE: pa.array([text], pa.binary())}))
            continue
        columns = ", ".join(identifier(n) for n in parent.schema.names)
        rows = fetch_in_order(connection, f"SELECT {columns}, {ROW_NO} FROM {sql}", ROW_NO)
        inputs.append(rows.drop_columns(ROW_NO))
    result = run_opaque(node, inputs)
    if result.column_names != list(node.schema.names):
        raise UserError(
            f"The step {node.name!r} gave other columns than when it was rewritten", hint="Rewrite the pipeline again."
        )
    result = _nan_as_missing(result.cast(pa.schema([(f.name, ARROW[f.type]) for f in node.schema])))
    if node.keeps_rows:
        if result.num_rows != inputs[0].num_rows:
            raise UserError(f"The step {node.name!r} did not keep its rows", hint="Rewrite the pipeline again.")
        own = ", ".join(hidden_columns(node.inputs[0]))
        carried = fetch_in_order(connection, f"SELECT {own} FROM {parents[0]}", ROW_NO)
        for name in carried.column_names:
            result = result.append_column(name, carried.column(name))
    else:
        numbers = pa.array(range(STEP, STEP * (result.num_rows + 1), STEP), pa.int64())
        for name in [ROW_NO, *provenance_columns(node)]:
            result = result.append_column(name, numbers)
    return result


def _nan_as_missing(table: pa.Table) -> pa.Table:
    """Return a table whose floats are a number or missing, as those of every other step are: Arrow holds both NaN and null."""
    for position, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            column = table.column(position)
            table = table.set_column(position, field, pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column))
    return table


def _create(connection: duckdb.DuckDBPyConnection, data: pa.Table, table: str) -> int:
    """Make a table of rows that come in order."""
    with registered(connection, filled_view=data):
        return _create_as(connection, table, "SELECT * FROM filled_view")


def _create_as(connection: duckdb.DuckDBPyConnection, table: str, select: str) -> int:
    """Make a table of what a SELECT yields and return how many rows it has, which DuckDB tells."""
    row = connection.execute(f"CREATE TABLE lester.{table} AS {select}").fetchone()
    assert row is not None
    return int(row[0])


def _require_distinct_names(node: Node) -> None:
    seen: dict[str, str] = {}
    for name in node.schema.names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise UserError(
                f"{node.name!r} has columns {other!r} and {name!r}, which differ by case only; this is not supported yet",
                hint="Rename one of them in the script.",
            )
