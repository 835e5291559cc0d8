"""Bring split, encoder state, models and predictions of a run up to date after its views were maintained."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.features import column_map, matrix, state
from lester_gui.features.state import EncoderState
from lester_gui.ir.learning import TEST, TRAIN
from lester_gui.ir.nodes import Opaque, Read
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.delta import Maintained
from lester_gui.maintenance.delta_rules import SourceChange
from lester_gui.maintenance.learned import CANONICAL, Learned, Worker
from lester_gui.maintenance.view_change import new_rows, old_rows
from lester_gui.models import script_model, training
from lester_gui.models.metrics import Metric, change_of_share
from lester_gui.models.trained import BIT, RETRAINED
from lester_gui.progress import Context
from lester_gui.runtime import split
from lester_gui.runtime.compile_expressions import identifier
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import views_of
from lester_gui.runtime.provenance import occurrences
from lester_gui.runtime.split import split_table
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.points import delete_among, rows_among
from lester_gui.store.registered import registered

_BEFORE: Final = "temp.main.predicted_before"


@dataclass(frozen=True, slots=True)
class LearningChange:
    """What happened to the learning half of a run.

    Attributes
    ----------
    left, joined, moved : dict
        Side → rows of the split that left or joined it; rows that changed sides.
    encoder_methods : tuple
        Per block: ``kept``, ``decremental`` or ``refitted``.
    encoder_before, encoder_after : str
        Hashes of the state.
    features_before, features_after : int
        Columns of X.
    feature_cells : int
        Cells of X that left with training and test rows.
    before, after : Learned
    predictions_changed : int
        Test rows of other people that the canonical model decides otherwise now.
    labels_changed : int
        Rows of other people whose label is another now.
    accuracy_change : Metric or None
        Of a classifier, on the test rows that both models saw, with the interval of the change.
    test_rows : int
        Test rows now.
    seconds : dict
        Measured, by part.
    """

    left: dict[str, int]
    joined: dict[str, int]
    moved: int
    encoder_methods: tuple[tuple[str, str], ...]
    encoder_before: str
    encoder_after: str
    features_before: int
    features_after: int
    feature_cells: int
    before: Learned
    after: Learned
    predictions_changed: int
    labels_changed: int
    accuracy_change: Metric | None
    test_rows: int
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def model_kept(self) -> bool:
        """Whether the training data are the same, so that the model stays bit for bit."""
        return self.after.canonical.fitted.method == "kept"


def update_learning(
    con: duckdb.DuckDBPyConnection,
    old_plan: Plan,
    maintained: Maintained,
    sources: Mapping[str, SourceChange],
    run: int,
    seed: int,
    before: Learned,
    persons: Mapping[str, Mapping[int, str]],
    worker: Worker,
    artifacts: Artifacts | None,
    ctx: Context,
) -> LearningChange:
    """Update what a run has learnt, within the caller's transaction.

    Parameters
    ----------
    old_plan : Plan
        The plan as it was bound before.
    maintained : Maintained
        Its temporary tables hold the prepared rows before and after.
    sources : mapping
        Source name → its change: rows made from corrected source rows are not other people's.
    persons : mapping
        As for `runtime.split.deal`.
    artifacts : Artifacts or None
        Where new model files go; None writes none (a plan).

    Raises
    ------
    UserError
        If the remaining rows cannot carry the encoders or the model.
    """
    plan, clock = maintained.plan, _Clock()
    position = views_of(con, run)[plan.prepared.name].position
    key = _row_key(maintained)
    keyed = "lester.prediction p" if key == "row_no" else f"lester.prediction p JOIN lester.{split_table(run)} USING (row_no)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE predicted_before AS SELECT {key}, p.predicted, p.label FROM {keyed} "
        "WHERE p.run = ? AND p.role = ?",
        [run, CANONICAL],
    )
    ctx.advance("Updating the split")
    leaving = _fit_rows_of(con, old_plan, old_rows(position), run)
    dealt = update_split(con, maintained, run, seed, persons, worker)
    joining = _fit_rows_of(con, plan, new_rows(position), run)
    clock.lap("split")
    ctx.advance("Updating the encoders")
    prepared = functools.cache(lambda: learned.prepare(con, plan, run, worker))
    retyped = plan.prepared.name in maintained.retyped
    encoder, methods = _update_encoder(plan, before.encoder, leaving, joining, prepared, retyped, worker)
    clock.lap("encoder")
    ctx.advance("Updating the model")
    rows = prepared()
    names = column_map.column_map(encoder).names
    X = matrix.transform(encoder, rows.table, rows.train, worker.call_block)
    y, keys = rows.y[rows.train], rows.split_keys()
    canonical = training.update(before.canonical, X, y, features=names, split_keys=keys)
    original = before.original
    if original is not None and canonical.fitted.method != "kept":
        original = script_model.fit_as_script(plan.model, X, y, features=names, seed=seed, split_keys=keys)
    after = learned.assess(encoder, canonical, original, rows, worker)
    clock.lap("model")
    ctx.advance("Updating the predictions")
    learned.save(con, run, after, rows, worker, artifacts)
    compared = f"lester.prediction p JOIN lester.{split_table(run)} s USING (row_no) JOIN {_BEFORE} b USING (row_key)"
    if key == "row_no":
        compared = f"lester.prediction p JOIN {_BEFORE} b USING (row_no)"
    decided, labelled = _others_changed(con, plan, sources, run, compared)
    change = _accuracy_change(con, run, compared) if canonical.is_classifier else None
    con.execute(f"DROP TABLE IF EXISTS {_BEFORE}")
    clock.lap("predictions")
    width = len(column_map.column_map(before.encoder).names)
    return LearningChange(
        dealt.left,
        dealt.joined,
        dealt.moved,
        methods,
        before.encoder.hash,
        encoder.hash,
        width,
        len(names),
        width * sum(dealt.left.values()),
        before,
        after,
        decided,
        labelled,
        change,
        len(rows.test),
        clock.laps,
    )


def _row_key(maintained: Maintained) -> str:
    """Return the column of the split that tells which row is which before and after: row numbers where rows only leave."""
    return "row_no" if _only_leave(maintained) else "row_key"


def _accuracy_change(con: duckdb.DuckDBPyConnection, run: int, compared: str) -> Metric | None:
    """Return how accuracy changes on the test rows that both models saw, with its interval; None without such rows.

    `compared` is SQL for FROM with the predictions ``p`` and those before, ``b``.
    """
    gained, lost, count = con.execute(
        "SELECT count(*) FILTER (p.predicted = p.label AND b.predicted IS DISTINCT FROM p.label), "
        "count(*) FILTER (b.predicted = p.label AND p.predicted IS DISTINCT FROM p.label), count(*) "
        f"FROM {compared} WHERE p.run = ? AND p.role = ? AND p.side = ?",
        [run, CANONICAL, TEST],
    ).fetchall()[0]
    return change_of_share(gained, lost, count) if count else None


def _others_changed(
    con: duckdb.DuckDBPyConnection, plan: Plan, sources: Mapping[str, SourceChange], run: int, compared: str
) -> tuple[int, int]:
    """Return how many rows of other people the model decides otherwise now, and how many have another label."""
    entry = views_of(con, run)[plan.prepared.name]
    own = ["FALSE"]
    for k, origin in enumerate(json.loads(entry.occurrences_json)):
        node = plan.view(origin)
        if isinstance(node, Read) and node.source in sources:
            numbers = ", ".join(str(n) for n in sorted(sources[node.source].corrected | sources[node.source].added))
            own += [f"v.__p{k} IN ({numbers})"] if numbers else []
    theirs = f"SELECT v.{ROW_NO} FROM lester.{entry.table_name} v WHERE {' OR '.join(own)}"
    not_theirs = f" AND p.row_no NOT IN ({theirs})" if len(own) > 1 else ""
    found = con.execute(
        "SELECT count(*) FILTER (p.predicted IS DISTINCT FROM b.predicted AND p.side = 'test'), "
        "count(*) FILTER (p.label IS DISTINCT FROM b.label) "
        f"FROM {compared} WHERE p.run = ? AND p.role = ?{not_theirs}",
        [run, CANONICAL],
    ).fetchall()[0]
    return int(found[0]), int(found[1])


def guarantee_of(change: LearningChange) -> str:
    """Return the class in which the maintained model equals a rerun."""
    fitted = change.after.canonical.fitted
    return BIT if fitted.method == "kept" else RETRAINED if fitted.method == "retrained" else fitted.guarantee


@dataclass(slots=True)
class Dealt:
    """How many rows left and joined the split, per side, and how many changed sides."""

    left: dict[str, int]
    joined: dict[str, int]
    moved: int = 0


def update_split(
    con: duckdb.DuckDBPyConnection,
    maintained: Maintained,
    run: int,
    seed: int,
    persons: Mapping[str, Mapping[int, str]],
    worker: Worker,
) -> Dealt:
    """Take rows out; where rows come or change, look every row up in the record again, which moves nobody else.

    Parameters
    ----------
    maintained : Maintained
        Its temporary tables hold the prepared rows before and after.
    persons : mapping
        As for `runtime.split.deal`.
    """
    plan = maintained.plan
    change = maintained.changes[plan.prepared.name]
    if change.is_empty and not _keys_moved(maintained):
        return _none_dealt(plan)
    if not _only_leave(maintained):
        recorded = split.recorded_split(con, run)
        con.execute(f"DROP TABLE lester.{split_table(run)}")
        split.deal(con, plan, run, recorded, persons, seed, worker.evaluate)
        return _compared(con, plan, run, recorded)
    position = views_of(con, run)[plan.prepared.name].position
    numbers, dealt = f"SELECT {ROW_NO} FROM {old_rows(position)}", f"lester.{split_table(run)}"
    gone = con.execute(rows_among(con, "side", dealt, "row_no", numbers)).fetchall()
    delete_among(con, dealt, "row_no", numbers)
    return replace(_none_dealt(plan), left={side: gone.count((side,)) for side in plan.split.sides})


def _none_dealt(plan: Plan) -> Dealt:
    return Dealt(dict.fromkeys(plan.split.sides, 0), dict.fromkeys(plan.split.sides, 0))


def _compared(con: duckdb.DuckDBPyConnection, plan: Plan, run: int, recorded: pa.Table) -> Dealt:
    """Say how the split of a run differs from the record that it was dealt by."""
    with registered(con, recorded_sides=recorded):
        found = con.execute(
            f"SELECT o.side, n.side, count(*) FROM recorded_sides o FULL JOIN lester.{split_table(run)} n USING (row_key) "
            "WHERE o.side IS DISTINCT FROM n.side GROUP BY ALL"
        ).fetchall()
    out = _none_dealt(plan)
    for before, after, count in found:
        old, new = (side if side in out.left else None for side in (before, after))  # a row that is on no side is none of it
        if old is not None and new is not None:
            out.moved += count
        elif old is not None:
            out.left[old] += count
        elif new is not None:
            out.joined[new] += count
    return out


def numbers_stay(maintained: Maintained) -> bool:
    """Whether no prepared row is new and each that stays has the number that it had."""
    change = maintained.changes[maintained.plan.prepared.name]
    return not (change.added or change.renumbered or _keys_moved(maintained))


def _only_leave(maintained: Maintained) -> bool:
    """Whether prepared rows leave and nothing else happens to them."""
    return numbers_stay(maintained) and not maintained.changes[maintained.plan.prepared.name].changed


def _keys_moved(maintained: Maintained) -> bool:
    """Whether a view that gives rows their identity numbered its rows anew, or equal rows of an opaque step moved up."""
    plan = maintained.plan
    opaque = any(isinstance(plan.view(o), Opaque) for o in occurrences(plan.prepared))
    return opaque or any(c.renumbered for c in maintained.changes.values())


def _fit_rows_of(con: duckdb.DuckDBPyConnection, plan: Plan, rows: str, run: int) -> pa.Table:
    """Return those of some prepared rows that the encoders are fitted on, with the encoded columns."""
    columns = list(dict.fromkeys(c for block in plan.encode.blocks for c in block.columns))
    chosen = ", ".join(f"r.{identifier(c)}" for c in columns)
    if plan.encode.is_mixed:
        chosen += f", s.side = '{TRAIN}' AS {identifier(state.TRAIN_MARK)}"
    where = "" if plan.encode.fit_on == "all" else f"WHERE s.side = '{TRAIN}'"
    sides = rows_among(con, "row_no, side", f"lester.{split_table(run)}", "row_no", f"SELECT {ROW_NO} FROM {rows}")
    return con.execute(
        f"SELECT {chosen} FROM {rows} r JOIN ({sides}) s ON s.row_no = r.{ROW_NO} {where} ORDER BY r.{ROW_NO}"
    ).to_arrow_table()


def _update_encoder(
    plan: Plan,
    before: EncoderState,
    leaving: pa.Table,
    joining: pa.Table,
    prepared: Callable[[], learned.Prepared],
    retyped: bool,
    worker: Worker,
) -> tuple[EncoderState, tuple[tuple[str, str], ...]]:
    """Update the encoders from the rows that leave and join; all rows are fetched only where one has to be fitted again."""

    def fit_on() -> NDArray[np.int64]:
        return np.asarray(state.fit_rows(plan.encode, prepared().train, len(prepared().row_nos)), dtype=np.int64)

    if retyped:
        fitted = state.fit(plan.encode, prepared().table, fit_on(), worker.call_block, prepared().y)
        return fitted, tuple((b.block.name, "refitted") for b in fitted.blocks)
    found = state.update(
        before,
        leaving if leaving.num_rows else None,
        joining if joining.num_rows else None,
        lambda: prepared().table.take(pa.array(fit_on())),
        worker.call_block,
        prepared().y[fit_on()] if state.looks_at_labels(plan.encode) else None,
    )
    return found.state, found.methods


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name], self._last = now - self._last, now
