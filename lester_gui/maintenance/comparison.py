"""Compare two runs of a plan artefact by artefact, each in its class: what is maintained with what is made from nothing.

Row numbers differ between the two; what must agree is the order of rows, their cells bit for bit, the source rows they come from,
and the places of the groups they refer to.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.features import matrix
from lester_gui.ir.learning import TEST
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import Learned, Worker, prepare
from lester_gui.models import equality
from lester_gui.models.trained import BIT, Trained
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import fetch_table, views_of
from lester_gui.store.ordered import places


@dataclass(frozen=True, slots=True)
class Compared:
    """One artefact: its class, whether it is equal in it, the largest difference, and where it is (never a value)."""

    name: str
    kind: str
    guarantee: str
    equal: bool
    max_difference: float
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        difference = self.max_difference if np.isfinite(self.max_difference) else None
        return {
            "name": self.name,
            "kind": self.kind,
            "class": self.guarantee,
            "equal": self.equal,
            "max_difference": difference,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs."""

    connection: duckdb.DuckDBPyConnection
    run: int
    plan: Plan


def compare_views(a: Side, b: Side) -> list[Compared]:
    """Compare every view and its edges."""
    out = []
    ranks = tuple({name: _row_nos(side, name) for name in views_of(side.connection, side.run)} for side in (a, b))
    edges = tuple({n: json.loads(v.edges_json) for n, v in views_of(s.connection, s.run).items()} for s in (a, b))
    for node in b.plan.views:
        where, difference = _view_difference(a, b, node.name, ranks)
        out.append(Compared(node.name, "view", BIT, not where, difference, where))
        for number, table in edges[1][node.name].items():
            parent = node.parents[int(number)].name
            own = edges[0][node.name].get(number)
            pairs = [
                _edge_ranks(side, t, rank[node.name], rank[parent])
                for side, t, rank in ((a, own, ranks[0]), (b, table, ranks[1]))
                if t is not None
            ]
            same = len(pairs) == 2 and np.array_equal(pairs[0], pairs[1])
            difference = 0.0 if same else float("inf")
            out.append(Compared(f"{node.name} from {parent}", "edges", BIT, same, difference, "" if same else "edges"))
    return out


def compare_learned(a: Side, b: Side, ours: Learned, theirs: Learned, worker: Worker) -> list[Compared]:
    """Compare split, labels, encoder state, X, models and predictions."""
    rows = prepare(a.connection, a.plan, a.run, worker), prepare(b.connection, b.plan, b.run, worker)
    sides = all(np.array_equal(rows[0].keys_at(rows[0].sides[s]), rows[1].keys_at(rows[1].sides[s])) for s in b.plan.split.sides)
    out = [_exact("split", "split", sides), _exact("y", "labels", _same_labels(*(r.y for r in rows)))]
    state = ours.encoder.hash == theirs.encoder.hash
    out.append(Compared("encoder state", "encoder", BIT, state, 0.0 if state else float("inf"), "" if state else "state"))
    matrices: list[NDArray[Any]] = []
    for side in sorted(b.plan.split.sides, key=lambda side: side == TEST):  # what is asked of the models comes last
        pair = [
            matrix.transform(learned.encoder, r.table, r.sides[side], worker.call_block)
            for learned, r in zip((ours, theirs), rows, strict=True)
        ]
        out.append(_array(f"X_{side}", "features", *pair))
        matrices = pair
    for role, one, two in (("model", ours.canonical, theirs.canonical), ("original model", ours.original, theirs.original)):
        if one is not None and two is not None:
            found = equality.equal(one, two, matrices[1])
            out.append(Compared(role, "model", found.guarantee, found.equal, found.max_difference, found.where))
            out.append(_predictions(role, one, two, matrices, found))
    return out


def _predictions(role: str, one: Trained, two: Trained, X: Sequence[NDArray[Any]], model: equality.Difference) -> Compared:
    """Compare what both models say about the test rows; a change within the model's tolerance is none."""
    name = "predictions" if role == "model" else "original predictions"
    if X[0].shape != X[1].shape:
        return Compared(name, "predictions", model.guarantee, False, float("inf"), "number of rows")
    if not one.is_classifier:
        size = float(np.abs(one.predict(X[0]) - two.predict(X[1])).max()) if len(X[0]) else 0.0
        return Compared(name, "predictions", model.guarantee, model.equal, size, "" if model.equal else "values")
    same = model.equal and model.disagreement == 0
    tie = model.equal and model.disagreement > 0
    where = "ties within the tolerance" if tie else "" if same else "classes"
    return Compared(name, "predictions", model.guarantee, same or tie, model.disagreement, where)


def _row_nos(side: Side, view: str) -> NDArray[np.int64]:
    table = views_of(side.connection, side.run)[view].table_name
    found = side.connection.execute(f"SELECT {ROW_NO} FROM lester.{table} ORDER BY {ROW_NO}").to_arrow_table()
    return np.asarray(found.column(0).to_numpy(), dtype=np.int64)


def _view_difference(a: Side, b: Side, name: str, ranks: Sequence[dict[str, NDArray[np.int64]]]) -> tuple[str, float]:
    node = b.plan.view(name)
    x, y = (fetch_table(s.connection, s.run, name, hidden=True) for s in (a, b))
    if x.num_rows != y.num_rows:
        return "number of rows", float("inf")
    if [(f.name, f.type) for f in x.schema] != [(f.name, f.type) for f in y.schema]:
        return "columns", float("inf")
    for column in node.schema.names:
        if not _same_bits(x.column(column), y.column(column)):
            return f"column {column}", _largest(x.column(column), y.column(column))
    origins = json.loads(views_of(b.connection, b.run)[name].occurrences_json)
    for k, origin in enumerate(origins):
        p, q = (t.column(f"__p{k}") for t in (x, y))
        if not isinstance(b.plan.view(origin), Read):
            p, q = (_ranked(c, rank[origin]) for c, rank in zip((p, q), ranks, strict=True))
        if not p.equals(q):
            return f"provenance from {origin}", float("inf")
    return "", 0.0


def _ranked(column: pa.ChunkedArray, row_nos: NDArray[np.int64]) -> pa.ChunkedArray:
    """Return the place of each row number among those of a view, -1 where it is none of them."""
    found = places(column.fill_null(-1).to_numpy(), row_nos)
    return pa.chunked_array([pa.array(found, pa.int64(), mask=column.is_null().to_numpy())])


def _edge_ranks(side: Side, table: str, own: NDArray[np.int64], parent: NDArray[np.int64]) -> NDArray[np.int64]:
    found = side.connection.execute(f"SELECT row_no, parent_no FROM lester.{table}").to_arrow_table()
    ranked = np.column_stack([places(found.column(i).to_numpy(), numbers) for i, numbers in enumerate((own, parent))])
    if (ranked < 0).any():
        return np.full((1, 2), -1, dtype=np.int64)  # an edge to a row that is not there
    return ranked[np.lexsort((ranked[:, 0], ranked[:, 1]))]


def _same_bits(x: pa.ChunkedArray, y: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(x.type):
        return bool(_bits(x).equals(_bits(y)))
    if pa.types.is_list(x.type):
        return [repr(v) for v in x.to_pylist()] == [repr(v) for v in y.to_pylist()]
    return bool(x.equals(y))


def _bits(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    whole = whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
    return whole.view(pa.int64())


def _largest(x: pa.ChunkedArray, y: pa.ChunkedArray) -> float:
    if not pa.types.is_floating(x.type) or x.null_count or y.null_count:
        return float("inf")
    return float(np.abs(x.to_numpy() - y.to_numpy()).max())


def _same_labels(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.dtype != object and b.dtype != object:
        return a.dtype == b.dtype and a.tobytes() == b.tobytes()
    first, second = ([(type(v).__name__, repr(v)) for v in labels.tolist()] for labels in (a, b))
    return first == second


def _exact(name: str, kind: str, same: bool) -> Compared:
    return Compared(name, kind, BIT, same, 0.0 if same else float("inf"), "" if same else "values")


def _array(name: str, kind: str, a: NDArray[Any], b: NDArray[Any]) -> Compared:
    if a.shape != b.shape or a.dtype != b.dtype:
        return Compared(name, kind, BIT, False, float("inf"), "shape")
    if a.tobytes() == b.tobytes():
        return Compared(name, kind, BIT, True, 0.0)
    return Compared(name, kind, BIT, False, float(np.nanmax(np.abs(a - b))), "values")
