"""Predict for new raw rows: the plan's steps on the new files, in an empty database, then encoder state and model of a run."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features import matrix
from lester_gui.features.state import EncoderState
from lester_gui.ir.column_lineage import column_lineage
from lester_gui.ir.nodes import Concat, Node, Option, Options, Read, Reader
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.schema import Schema, Type
from lester_gui.maintenance.learned import Worker
from lester_gui.models.trained import Trained, class_name
from lester_gui.progress import Context, Part
from lester_gui.runtime import ingest
from lester_gui.runtime.materialize import fetch_table, materialise
from lester_gui.runtime.provenance import STEP, identifying, occurrences
from lester_gui.runtime.read import ARROW
from lester_gui.runtime.records import Dialect, Records, dialect_of, is_blank, split
from lester_gui.store import connection as stores
from lester_gui.store.catalogue import Snapshot, Source, put_source

RUN: Final = 1


@dataclass(frozen=True, slots=True)
class Scored:
    """Predictions, with the numbers of their source rows; how many rows each source had; remarks for the person."""

    table: pa.Table
    read: dict[str, int]
    notes: tuple[str, ...]


def files_of(plan: Plan, paths: Mapping[str, str], given: Path) -> dict[str, Path]:
    """Return source → new file.

    Parameters
    ----------
    paths
        Source → its file's path relative to the project.
    given
        A folder that holds files under the same relative paths or the same names, or one file.

    Raises
    ------
    UserError
        If a source that the plan cannot do without has no file.
    """
    sources = list(dict.fromkeys(r.source for r in plan.reads))
    if given.is_file():
        named = [s for s in sources if Path(paths[s]).name == given.name]
        chosen = sources if len(sources) == 1 else named
        found = {chosen[0]: given} if len(chosen) == 1 else {}
    elif given.is_dir():
        found = {}
        for source in sources:
            places = (given / paths[source], given / Path(paths[source]).name)
            place = next((p for p in places if p.is_file()), None)
            if place is not None:
                found[source] = place
    else:
        raise UserError(f"There is no file or folder {given.name!r}", "Give a folder with files named like the sources' files.")
    missing = _missing(plan, set(found))
    if missing:
        names = ", ".join(Path(paths[s]).name for s in sources if s in missing)
        raise UserError(
            f"New rows for {plan.pipeline} need {names} too" if found else f"New rows for {plan.pipeline} come as {names}",
            "Put files with these names into one folder and give the folder.",
        )
    return found


def predict(
    plan: Plan, given: Mapping[str, Path], encoder: EncoderState, trained: Trained, worker: Worker, ctx: Context
) -> Scored:
    """Return predictions for the rows of new files.

    Parameters
    ----------
    plan
        The run's bound plan: new columns are read with its types.
    given
        As `files_of` found them.

    Raises
    ------
    UserError
        If a file cannot be read as the script does, a needed column is missing, or no row reaches the model.
    """
    plan = _only(plan, set(given))
    connection = stores.open_memory()
    try:
        notes: list[str] = []
        snapshots: dict[str, Snapshot] = {}
        for node in plan.reads:
            ctx.advance(f"Reading {given[node.source].name}")
            if node.source not in snapshots:
                snapshots[node.source] = _snapshot(connection, plan, node, given[node.source], notes)
        typed = plan.map_nodes(lambda n: replace(n, options=_typed(n)) if isinstance(n, Read) else n)
        made = materialise(connection, typed, RUN, snapshots, worker.evaluate, Part(ctx, 0.1, 0.8), worker.run_opaque)
        prepared = made.plan.prepared
        table = fetch_table(connection, RUN, prepared.name, hidden=True)
        if not table.num_rows:
            raise UserError("None of the new rows reaches the model", "The pipeline's filters and joins leave all of them out.")
        ctx.advance("Predicting", 0.9)
        wanted = _as_before(table, plan.prepared.schema, [c for b in plan.encode.blocks for c in b.columns])
        X = matrix.transform(encoder, wanted, None, worker.call_block)
        columns = _row_columns(prepared, table) | _answers(trained, X)
        read = {name: s.rows for name, s in snapshots.items()}
        return Scored(pa.table(columns), read, (*notes, *_left_out(prepared, table, read)))
    finally:
        connection.close()


def _missing(plan: Plan, given: set[str]) -> set[str]:
    """Return the sources that must be given besides: a part of a concat may be left out whole, nothing else may."""
    complete = _complete(plan, given)
    if plan.prepared.name not in complete:
        return {r.source for r in plan.reads} - given
    kept = {r.source for r in _only(plan, given).reads}
    return {r.source for r in plan.reads} - given if given - kept else set()


def _complete(plan: Plan, given: set[str]) -> set[str]:
    """Return the views that can be made from the given sources."""
    out: set[str] = set()
    for node in plan.views:
        parents = [p.name in out for p in node.parents]
        if node.source in given if isinstance(node, Read) else any(parents) if isinstance(node, Concat) else all(parents):
            out.add(node.name)
    return out


def _only(plan: Plan, given: set[str]) -> Plan:
    """Return the plan without views off the way to the model and without the parts of concats that have no file."""
    complete = _complete(plan, given)

    def change(node: Node) -> Node:
        return replace(node, inputs=tuple(i for i in node.inputs if i.name in complete)) if isinstance(node, Concat) else node

    return replace(plan, kept=()).map_nodes(change)


def _snapshot(connection: duckdb.DuckDBPyConnection, plan: Plan, node: Read, path: Path, notes: list[str]) -> Snapshot:
    content, stat = ingest.read_file(path)
    dialect = dialect_of(node)
    records = split(content, dialect, path.name)
    absent = _absent(node, records, dialect)
    needed = [c for c in absent if (node.name, c) in _needed(plan)]
    if needed:
        raise UserError(f"{path.name} has no column {needed[0]!r}, which the model needs", "Add the column to the new rows.")
    if absent:
        records = _with_empty(records, absent, dialect)
        notes.append(f"{path.name} has no {', '.join(absent)}: not needed for a prediction.")
    put_source(connection, Source(name=node.source, path=path.name))
    return ingest.write_snapshot(connection, node.source, records, dialect, hashlib.sha256(content).hexdigest(), stat)


def _needed(plan: Plan) -> frozenset[tuple[str, str]]:
    """Return the (read, column) pairs that decide about a prepared row or its features; the label's own are not among them."""
    lineage = column_lineage(plan.prepared)[plan.prepared.name]
    return lineage.control.union(*(lineage.origins[c] for b in plan.encode.blocks for c in b.columns))


def _absent(node: Read, records: Records, dialect: Dialect) -> list[str]:
    """Return the columns that the run read and the new file's header does not name."""
    if node.reader is not Reader.PANDAS_CSV or dict(node.options).get("names") is not None or dialect.header != 1:
        return []
    lines = [p for p in records.preamble.splitlines(keepends=True) if not is_blank(p, dialect)]
    if not lines:
        return []
    text = lines[-1].decode(dialect.encoding).removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter or ",", quotechar=dialect.quote or '"')
    header = next(rows, [])
    return [f.name for f in node.columns if f.name not in header]


def _with_empty(records: Records, names: Iterable[str], dialect: Dialect) -> Records:
    """Return the records with further columns at the end that hold nothing."""
    mark = (dialect.delimiter or ",").encode(dialect.encoding)
    quoted = [n.encode(dialect.encoding) for n in names]

    def longer(line: bytes, added: bytes) -> bytes:
        body = line.rstrip(b"\r\n")
        return body + added + line[len(body) :]

    head = records.preamble.splitlines(keepends=True)
    last = max(i for i, line in enumerate(head) if not is_blank(line, dialect))
    head[last] = longer(head[last], b"".join(mark + n for n in quoted))
    rows = [r if dialect.skip_blank and is_blank(r, dialect) else longer(r, mark * len(quoted)) for r in records.records]
    return replace(records, preamble=b"".join(head), records=rows)


def _typed(node: Read) -> Options:
    """Return the reader's options with the types that the run saw, so that few new rows are not read as something else.

    Text stays text although all new values look like numbers; whole numbers may become fractions, which no encoder minds.
    """
    options: dict[str, Option] = dict(node.options)
    if not node.reader.infers or isinstance(options.get("dtype"), str):
        return node.options
    given = options.get("dtype")
    own = tuple(given) if isinstance(given, tuple) else ()
    said = {pair[0] for pair in own if isinstance(pair, tuple)}
    kinds = {Type.STR: "str", Type.FLOAT: "float64"}
    more = tuple((f.name, kinds[f.type]) for f in node.columns if f.type in kinds and f.name not in said)
    return tuple((options | {"dtype": own + more}).items()) if own + more else node.options


def _as_before(table: pa.Table, schema: Schema, columns: Iterable[str]) -> pa.Table:
    """Return the encoded columns; one without any value has the type that it had in training."""
    out = {}
    for name in dict.fromkeys(columns):
        column = table.column(name)
        out[name] = pa.nulls(len(column), ARROW[schema.field(name).type]) if column.null_count == len(column) else column
    return pa.table(out)


def _row_columns(node: Node, table: pa.Table) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Return the source rows of each prepared row: ``row``, or one ``NAME_row`` per source that tells rows apart."""
    origins = occurrences(node)
    numbers = identifying(node)
    reads = {r.name: r.source for r in _reads(node)}
    names = [reads.get(origins[k], origins[k]) for k in numbers]
    out: dict[str, pa.Array | pa.ChunkedArray] = {}
    for k, name in zip(numbers, names, strict=True):
        own = origins[k] if names.count(name) > 1 else name
        title = "row" if len(numbers) == 1 and origins[k] in reads else f"{own}_row"
        while title in out:
            title += "_again"
        column = table.column(f"__p{k}")
        if origins[k] not in reads:  # a group has no line: its place among the groups
            column = pa.array([None if v is None else v // STEP for v in column.to_pylist()], pa.int64())
        out[title] = column
    return out


def _answers(trained: Trained, X: NDArray[Any]) -> dict[str, pa.Array]:
    from sklearn.utils import get_tags

    if not np.isfinite(X).all() and not get_tags(trained.estimator).input_tags.allow_nan:
        name = class_name(trained.model)
        raise UserError(f"A new row lacks a value that {name} cannot do without", "Fill it in, or impute it in the script.")
    out = {"prediction": pa.array(trained.predict(X).tolist())}
    if hasattr(trained.estimator, "predict_proba"):
        scores = np.asarray(trained.estimator.predict_proba(X), dtype=np.float64)
        classes = trained.estimator.classes_.tolist()
        if len(classes) == 2:
            out["probability"] = pa.array(scores[:, 1])
        else:
            out |= {f"probability_{c}": pa.array(scores[:, i]) for i, c in enumerate(classes)}
    return out


def _left_out(node: Node, table: pa.Table, read: Mapping[str, int]) -> list[str]:
    """Say how many new rows have no prediction."""
    reads = {r.name: r.source for r in _reads(node)}
    origins = occurrences(node)
    out = []
    for k in identifying(node):
        source = reads.get(origins[k])
        if source is not None:
            reached = len(set(table.column(f"__p{k}").to_pylist()) - {None})
            if reached < read[source]:
                out.append(f"{read[source] - reached:,} of {read[source]:,} rows of {source} do not reach the model.")
    return out


def _reads(node: Node) -> list[Read]:
    return [n for n in topological(node) if isinstance(n, Read)]
