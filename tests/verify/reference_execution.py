"""Runs plans for the tests of verification: the plain-Python interpreter for views, scikit-learn for the rest. No engine."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from lester_gui.errors import UserError
from lester_gui.features import matrix, state
from lester_gui.ir.nodes import Aggregate, Node, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.progress import Context
from lester_gui.sandbox import Positions
from lester_gui.verify.plan_result import Edges, Execute, Occurrence, PlanResult, ViewResult
from tests.reference.interpreter import interpret, labels, sides
from tests.reference.operators import EvaluationError

ARROW = {
    Type.BOOL: pa.bool_(),
    Type.INT: pa.int64(),
    Type.FLOAT: pa.float64(),
    Type.STR: pa.string(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us"),
    Type.DURATION: pa.int64(),
    Type.FLOATS: pa.list_(pa.float64()),
}


def executor(
    paths: dict[str, str],
    functions: dict[str, Callable[..., Any]] | None = None,
    tamper: Callable[[PlanResult], PlanResult] = lambda result: result,
) -> Execute:
    """Return an `Execute`; `paths` are source → file, `tamper` changes its results."""

    def execute(plan: Plan, folder: Path, split: Positions | None, ctx: Context) -> PlanResult:
        contents = {source: (folder / path).read_bytes() for source, path in paths.items()}
        try:
            bound = plan.rebind({r.name: _observed(r, contents[r.source]) for r in plan.reads if r.inferred})
            tables = interpret(bound, contents, functions)
        except (EvaluationError, ValueError) as error:
            raise UserError("the data stop the plan") from error
        views = {n.name: _view(n, tables) for n in bound.views}
        edges = {n.name: _edges(n, tables, views) for n in bound.views if isinstance(n, Aggregate)}
        done: dict[str, Any] = {"views": views, "edges": edges}
        stage = "label"
        try:
            y = np.array(labels(bound, tables[bound.prepared.name], functions))
            done["y"] = y
            stage = "split"
            done["train"], done["test"] = _deal(bound, tables, split)
            stage = "encode"
            table = views[bound.prepared.name].table
            encoder = state.fit(bound.encode, table, state.fit_rows(bound.encode, done["train"], len(y)))
            done["X_train"] = matrix.transform(encoder, table, done["train"])
            done["X_test"] = matrix.transform(encoder, table, done["test"])
            stage = "model"
            model = LogisticRegression(**dict(bound.model.params)).fit(done["X_train"], y[done["train"]])
            done["predictions"] = model.predict(done["X_test"])
        except (EvaluationError, UserError, ValueError) as error:
            done |= {"stopped": stage, "exception_type": type(error).__name__ if isinstance(error, ValueError) else ""}
        return tamper(PlanResult(**done))

    return execute


def _deal(plan: Plan, tables: Any, split: Positions | None) -> tuple[Any, Any]:
    rows = np.arange(len(tables[plan.prepared.name]))
    if plan.split.kind == "random":
        if split is not None:
            return np.array(split.train, dtype=int), np.array(split.test, dtype=int)
        return tuple(train_test_split(rows, test_size=plan.split.test_size, random_state=plan.split.seed))  # type: ignore[return-value]
    dealt = np.array(sides(plan, tables[plan.prepared.name]))
    return rows[dealt == "train"], rows[dealt == "test"]


def _observed(read: Read, content: bytes) -> Schema:
    assert read.reader is Reader.PANDAS_CSV
    frame = pd.read_csv(io.BytesIO(content))
    kinds = {"i": Type.INT, "f": Type.FLOAT, "b": Type.BOOL}
    fields = []
    for name in frame.columns:
        column = frame[name]
        kind = kinds.get(column.dtype.kind, Type.STR)
        if kind is Type.STR and column.notna().any() and all(isinstance(v, bool) for v in column.dropna()):
            kind = Type.BOOL
        fields.append(Field(name, kind, bool(column.isna().any())))
    return Schema(tuple(fields))


def _view(node: Node, tables: Any) -> ViewResult:
    rows = tables[node.name]
    table = pa.table(
        [pa.array([r.cells[f.name] for r in rows], ARROW[f.type]) for f in node.schema], names=list(node.schema.names)
    )
    numbers = np.array([r.identity[0][1] for r in rows] if isinstance(node, Read) else np.arange(1, len(rows) + 1), dtype="int64")
    places = {key: i + 1 for origin in tables for i, key in enumerate(r.identity for r in tables[origin])}
    width = max((len(r.identity) for r in rows), default=0)
    occurrences = []
    for k in range(width):
        own = [r.identity[k] if k < len(r.identity) and r.identity[k][0] else None for r in rows]
        origin = next(o[0] for o in own if o is not None)
        values = [None if o is None else places[(o,)] if isinstance(o[1], tuple) else o[1] for o in own]
        occurrences.append(Occurrence(origin, pa.array(values, pa.int64())))
    return ViewResult(table, numbers, tuple(occurrences))


def _edges(node: Aggregate, tables: Any, views: dict[str, ViewResult]) -> Edges:
    groups = {tuple(r.cells[n] for n in node.by): i + 1 for i, r in enumerate(tables[node.name])}
    pairs = []
    for number, r in zip(views[node.parent.name].row_no, tables[node.parent.name], strict=True):
        key = tuple(r.cells[n] for n in node.by)
        if key in groups:
            pairs.append((groups[key], int(number)))
    return Edges(np.array([a for a, _ in pairs], dtype="int64"), np.array([b for _, b in pairs], dtype="int64"))
