"""The learning half of a run: encoder state, models and predictions of a materialised and dealt plan, made and stored.

A run, its maintenance and its replay all come through here, so that there is one way from prepared rows to a model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features import column_map, matrix, state
from lester_gui.features.family import FunctionCaller
from lester_gui.features.state import EncoderState
from lester_gui.ir.learning import TEST, TRAIN
from lester_gui.ir.plan import Plan
from lester_gui.models import metrics, script_model, storage, training
from lester_gui.models.trained import Trained
from lester_gui.progress import Context
from lester_gui.runtime import inferred_types, lookups, materialize
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import RunOpaque, evaluate_expression, fetch_table
from lester_gui.runtime.split import SIDES, side_names, split_table
from lester_gui.runtime.udf import Evaluate
from lester_gui.store import catalogue
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.ordered import fetch_in_order
from lester_gui.store.registered import registered

CANONICAL: Final = "canonical"
ORIGINAL: Final = "original"
_WHOLE: Final = "*"  # the encoder's state is one document


@dataclass(frozen=True, slots=True)
class Worker:
    """How code of the project runs: user functions, opaque steps, user functions as transformers. None where there is none."""

    evaluate: Evaluate | None = None
    run_opaque: RunOpaque | None = None
    call_block: FunctionCaller | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """The prepared rows of a run with labels and sides.

    Attributes
    ----------
    table : pyarrow.Table
        The columns that are encoded, in row order.
    row_nos : ndarray of int64
    row_keys : pyarrow.ChunkedArray
        They survive a replay (`runtime.split.row_key_sql`).
    y : ndarray
        Labels of all rows.
    sides : dict
        Side (`Split.sides`) → positions in `table`, in the script's order.
    """

    table: pa.Table
    row_nos: NDArray[np.int64]
    row_keys: pa.ChunkedArray
    y: NDArray[Any]
    sides: dict[str, NDArray[np.int64]]

    @property
    def train(self) -> NDArray[np.int64]:
        """Positions of the training rows."""
        return self.sides[TRAIN]

    @property
    def test(self) -> NDArray[np.int64]:
        """Positions of the test rows."""
        return self.sides[TEST]

    def split_keys(self) -> NDArray[np.int64]:
        """The training rows' keys as numbers, in order, for the hash of the split."""
        return np.asarray(pd.util.hash_array(self.keys_at(self.train), categorize=False)).view(np.int64)

    def keys_at(self, positions: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the row keys at some positions; all of them as Python objects would take more room than the rows."""
        return np.asarray(self.row_keys.take(pa.array(positions)).to_numpy(zero_copy_only=False), dtype=object)


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run has learnt.

    Attributes
    ----------
    encoder : EncoderState
    canonical : Trained
        The model that is kept and maintained.
    original : Trained or None
        The model under the script's own settings.
    metrics : dict
        Role → metric → value, low, high, on the test rows.
    distance : dict
        Of the canonical model from the original.
    """

    encoder: EncoderState
    canonical: Trained
    original: Trained | None
    metrics: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    distance: dict[str, float] = field(default_factory=dict)


def prepare(connection: duckdb.DuckDBPyConnection, plan: Plan, run: int, worker: Worker) -> Prepared:
    """Fetch the prepared rows of a materialised and dealt run."""
    name = plan.prepared.name
    columns = list(dict.fromkeys(c for block in plan.encode.blocks for c in block.columns))
    table = fetch_table(connection, run, name, columns, hidden=True)
    row_nos = table.column(ROW_NO).to_numpy()
    sql = f"SELECT row_no, row_key, side, position FROM lester.{split_table(run)}"
    dealt = fetch_in_order(connection, sql, "row_no")
    if not np.array_equal(dealt.column("row_no").to_numpy(), row_nos):
        raise RuntimeError("the recorded split does not cover the prepared rows")
    in_turn = np.argsort(dealt.column("position").to_numpy(), kind="stable")
    sides = {}
    for side in plan.split.sides:
        there = pc.equal(dealt.column("side"), side).to_numpy()
        sides[side] = in_turn[there[in_turn]]
    found = evaluate_expression(connection, plan, run, plan.prepared, plan.label.expr, worker.evaluate)
    y = labels(found, plan.label.codes)
    marked = state.marked(plan.encode, table.select(columns), sides[TRAIN])
    return Prepared(marked, row_nos, dealt.column("row_key"), y, sides)


def labels(values: pa.ChunkedArray, codes: str = "") -> NDArray[Any]:
    """Return labels as NumPy has them in a script; text and columns with missing values as objects.

    Parameters
    ----------
    codes : str
        How they are numbered, if they are (`ir.learning.Label`).

    Raises
    ------
    UserError
        If labels that the script numbers in sorted order are missing.
    """
    if codes == "first_seen":
        place: dict[object, int] = {}
        return np.array(
            [-1 if v is None or v != v else place.setdefault(v, len(place)) for v in values.to_pylist()], dtype=np.int64
        )
    if values.null_count or not (
        pa.types.is_boolean(values.type) or pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    ):
        plain = np.array(values.to_pylist(), dtype=object)
    else:
        plain = np.asarray(values.combine_chunks().to_numpy(zero_copy_only=False))
    if codes != "sorted":
        return plain
    if any(v is None or v != v for v in plain.tolist()):
        raise UserError("A row has no label, which the script's label encoder refuses", "Drop rows without a label first.")
    return np.unique(plain, return_inverse=True)[1].astype(np.int64)


def learn(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    run: int,
    worker: Worker,
    ctx: Context,
    *,
    seed: int = 0,
    with_original: bool = True,
) -> tuple[Learned, Prepared]:
    """Fit encoders and models of a materialised and dealt run, from nothing; return them with the rows they saw.

    Raises
    ------
    UserError
        If an encoder or model is not supported, or the rows cannot carry them.
    """
    ctx.advance("Fitting the encoders")
    rows = prepare(connection, plan, run, worker)
    fit_on = state.fit_rows(plan.encode, rows.train, len(rows.row_nos))
    encoder = state.fit(plan.encode, rows.table, fit_on, worker.call_block, rows.y)
    names = column_map.column_map(encoder).names
    ctx.advance("Training the model")
    X = matrix.transform(encoder, rows.table, rows.train, worker.call_block)
    y, keys = rows.y[rows.train], rows.split_keys()
    canonical = training.train(plan.model, X, y, features=names, seed=seed, split_keys=keys)
    original = None
    if with_original:
        original = script_model.fit_as_script(plan.model, X, y, features=names, seed=seed, split_keys=keys)
    return assess(encoder, canonical, original, rows, worker), rows


def assess(encoder: EncoderState, canonical: Trained, original: Trained | None, rows: Prepared, worker: Worker) -> Learned:
    """Return the models with their metrics on the test rows and their distance."""
    X_test = matrix.transform(encoder, rows.table, rows.test, worker.call_block)
    y_test = rows.y[rows.test]
    found = {CANONICAL: {n: m.to_json() for n, m in metrics.metrics(canonical, X_test, y_test).items()}}
    distance: dict[str, float] = {}
    if original is not None:
        found[ORIGINAL] = {n: m.to_json() for n, m in metrics.metrics(original, X_test, y_test).items()}
        distance = script_model.distance_from_script(canonical, original, X_test)
    return Learned(encoder, canonical, original, found, distance)


def save(
    connection: duckdb.DuckDBPyConnection, run: int, learned: Learned, rows: Prepared, worker: Worker, artifacts: Artifacts | None
) -> None:
    """Store what a run has learnt in place of what was there, within the caller's transaction.

    Parameters
    ----------
    rows : Prepared
        The rows that it was learnt from.
    artifacts : Artifacts or None
        Where model files go, before the commit that names them; None computes their names and writes nothing (a plan).
    """
    catalogue.remove(connection, catalogue.EncoderState, run=run)
    catalogue.remove(connection, catalogue.Model, run=run)
    catalogue.remove(connection, catalogue.Prediction, run=run)
    document = learned.encoder.canonical().decode("ascii")
    catalogue.add(
        connection,
        catalogue.EncoderState(run=run, block=_WHOLE, step=0, kind="encoder", state_json=document, sha256=learned.encoder.hash),
    )
    for role, trained in ((CANONICAL, learned.canonical), (ORIGINAL, learned.original)):
        if trained is None:
            continue
        data, record = storage.dumps(trained)
        digest = hashlib.sha256(data).hexdigest() if artifacts is None else artifacts.put(data)
        catalogue.add(
            connection,
            catalogue.Model(
                run=run,
                role=role,
                estimator=trained.model.estimator,
                params_json=json.dumps(record),
                artefact=digest,
                x_hash=trained.seen.X,
                y_hash=trained.seen.y,
                split_hash=trained.seen.split,
                metrics_json=json.dumps({"metrics": learned.metrics.get(role, {}), "distance": learned.distance}),
                versions_json=json.dumps(trained.versions),
            ),
        )
    _save_predictions(connection, run, learned, rows, worker)


def _save_predictions(connection: duckdb.DuckDBPyConnection, run: int, learned: Learned, rows: Prepared, worker: Worker) -> None:
    """Store what both models say about every prepared row (the original: about those that it was not trained on)."""
    others = [positions for side, positions in rows.sides.items() if side != TRAIN]
    for role, trained, chosen in (
        (CANONICAL, learned.canonical, np.concatenate([rows.train, *others])),
        (ORIGINAL, learned.original, np.concatenate(others)),
    ):
        if trained is not None and len(chosen):
            table = predictions(learned.encoder, trained, rows, chosen, worker)
            _insert(connection, run, role, table)


def predictions(
    encoder: EncoderState, trained: Trained, rows: Prepared, chosen: Sequence[int] | NDArray[np.int64], worker: Worker
) -> pa.Table:
    """Return row_no, side, label, predicted and probability (of the second of two classes) for some prepared rows."""
    chosen = np.asarray(chosen, dtype=np.int64)
    X = matrix.transform(encoder, rows.table, chosen, worker.call_block)
    predicted = trained.predict(X)
    scores = metrics.positive_scores(trained, X) if len(chosen) else None
    sides = np.zeros(len(rows.row_nos), dtype=np.int8)
    for side, positions in rows.sides.items():
        sides[positions] = SIDES.index(side)
    return pa.table(
        {
            "row_no": pa.array(rows.row_nos[chosen], pa.int64()),
            "side": side_names(sides[chosen]),
            "label": _texts(rows.y[chosen]),
            "predicted": _texts(predicted),
            "probability": pa.array([None] * len(chosen) if scores is None else scores.astype(np.float64), pa.float64()),
        }
    )


def as_text(value: object) -> str | None:
    """Return a class or number as the catalogue keeps it: Python's own text, which is exact for floats."""
    return None if value is None else value if isinstance(value, str) else repr(value)


def _texts(values: NDArray[Any]) -> pa.Array:
    """Return `as_text` of every value; of numbers once for each that is met."""
    if values.dtype == object:
        return pa.array([as_text(v) for v in values.tolist()], pa.string())
    met, places = np.unique(values, return_inverse=True)
    texts = pa.array([as_text(v) for v in met.tolist()], pa.string())
    return texts.take(pa.array(places))


def load_encoder(connection: duckdb.DuckDBPyConnection, run: int) -> EncoderState:
    """Return the encoder state of a run."""
    record = catalogue.get(connection, catalogue.EncoderState, run=run, block=_WHOLE)
    if record is None:
        raise UserError("The run has no encoder state", hint="Run the pipeline again.")
    return EncoderState.from_json(json.loads(record.state_json))


def load_model(connection: duckdb.DuckDBPyConnection, run: int, artifacts: Artifacts, role: str = CANONICAL) -> Trained:
    """Return a model of a run."""
    record = catalogue.get(connection, catalogue.Model, run=run, role=role)
    if record is None:
        raise UserError("The run has no model", hint="Run the pipeline again.")
    return storage.loads(artifacts.get(record.artefact), json.loads(record.params_json))


def load(connection: duckdb.DuckDBPyConnection, run: int, artifacts: Artifacts) -> Learned:
    """Return everything that a run has learnt."""
    records = {m.role: m for m in catalogue.find(connection, catalogue.Model, run=run)}
    facts = {role: json.loads(m.metrics_json) for role, m in records.items()}
    original = load_model(connection, run, artifacts, ORIGINAL) if ORIGINAL in records else None
    return Learned(
        load_encoder(connection, run),
        load_model(connection, run, artifacts),
        original,
        {role: f["metrics"] for role, f in facts.items()},
        facts[CANONICAL]["distance"],
    )


def drop_learned(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    """Delete what a run has learnt and its split; model files become garbage that `Artifacts.garbage` finds."""
    for kind in (catalogue.EncoderState, catalogue.Model, catalogue.Prediction):
        catalogue.remove(connection, kind, run=run)
    connection.execute(f"DROP TABLE IF EXISTS lester.{split_table(run)}")


def drop_run(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    """Delete a run with its views, edges and all that it has learnt."""
    for view in materialize.views_of(connection, run).values():
        inferred_types.forget(connection, view.table_name)
        connection.execute(f"DROP TABLE IF EXISTS lester.{view.table_name}")
        lookups.drop_lookups(connection, view)
        for edge in json.loads(view.edges_json).values():
            connection.execute(f"DROP TABLE IF EXISTS lester.{edge}")
    drop_learned(connection, run)
    catalogue.remove(connection, catalogue.View, run=run)
    catalogue.remove(connection, catalogue.Run, id=run)


def _insert(connection: duckdb.DuckDBPyConnection, run: int, role: str, table: pa.Table) -> None:
    in_turn = table.take(pa.array(np.argsort(table.column("row_no").to_numpy())))
    with registered(connection, made_predictions=in_turn):
        connection.execute(
            "INSERT INTO lester.prediction (run, role, row_no, side, label, predicted, probability)"
            " SELECT ?, ?, row_no, side, label, predicted, probability FROM made_predictions",
            [run, role],
        )
