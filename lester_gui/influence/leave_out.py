"""Leave one person out and look at everything that differs. The model without them is refitted exactly, not estimated.

The caller prepares the data without the person, since means and joins of other people may move. Rows are matched by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features.changes import StateChange, state_changes
from lester_gui.features.column_map import column_map
from lester_gui.features.family import FunctionCaller
from lester_gui.features.matrix import transform
from lester_gui.features.state import EncoderState, Rows, fit, fit_rows
from lester_gui.influence.coefficients import CoefficientChange, coefficient_changes
from lester_gui.influence.others import MovedRows, moved_rows
from lester_gui.influence.side import Side
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION, Encode, Model
from lester_gui.models.metrics import Metric, metrics, paired_change, positive_scores
from lester_gui.models.trained import Array, Trained
from lester_gui.models.training import train, update
from lester_gui.progress import Context, silent

NOT_COMPUTED = ("rank among persons",)


@dataclass(frozen=True, slots=True, eq=False)
class OwnRow:
    """A prepared row of the person, and what the models say about it.

    Attributes
    ----------
    key : int or tuple
    part : str
        ``train``, ``test`` or ``validation``; a row that is on no side is not asked about.
    before, after : object
        Prediction with and without the person; `after` is None where the encoder without them refuses the row.
    score_before, score_after : float or None
        Probability of the second class, or the predicted number.
    """

    key: Any
    part: str
    before: Any
    after: Any
    score_before: float | None
    score_after: float | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Influence:
    """What leaving a person out changes in one pipeline.

    Attributes
    ----------
    test_rows : int
        Test rows of other people, on both sides.
    changed_keys : tuple
        Those whose decision changes; for regression those whose prediction changes at all.
    shifts : ndarray, shape (test_rows,)
        Change of the score when left out: probability of the second class (of more classes: of the class predicted before),
        or of the predicted number.
    decision_changed : ndarray of bool, shape (test_rows,)
    is_decision : bool
        Whether the model decides between classes; otherwise it predicts numbers.
    is_probability : bool
        Whether `shifts` are probabilities.
    coefficients : tuple of CoefficientChange
        Largest first; empty for a model without coefficients.
    encoder : tuple of StateChange
    others : MovedRows
        Rows of other people whose features, label or part of the split move.
    own : tuple of OwnRow
    metrics_before, metrics_after : dict
        On all test rows of each side.
    change : dict
        Change on the common test rows, after minus before, with its interval.
    guarantee, method : str
        How the model without the person was made.
    move : float or None
        How far its parameters moved.
    model_changed : bool
    turned : tuple of tuple
        Decision (or number) before and after, for each of `changed_keys`.
    not_computed : tuple of str
    """

    test_rows: int
    changed_keys: tuple[Any, ...]
    shifts: NDArray[np.float64]
    decision_changed: NDArray[np.bool_]
    is_decision: bool
    is_probability: bool
    coefficients: tuple[CoefficientChange, ...]
    encoder: tuple[StateChange, ...]
    others: MovedRows
    own: tuple[OwnRow, ...]
    metrics_before: dict[str, Metric]
    metrics_after: dict[str, Metric]
    change: dict[str, Metric]
    guarantee: str
    method: str
    move: float | None
    model_changed: bool
    turned: tuple[tuple[Any, Any], ...] = ()
    not_computed: tuple[str, ...] = NOT_COMPUTED

    def to_json(self) -> dict[str, Any]:
        """Return counts, metrics and coefficients as JSON values; own rows by key, without their predictions."""
        largest = float(np.abs(self.shifts).max()) if len(self.shifts) else 0.0
        return {
            "test_rows": self.test_rows,
            "decisions_changed": len(self.changed_keys),
            "largest_shift": largest,
            "coefficients": [c.to_json() for c in self.coefficients[:20]],
            "encoder_changes": [{"block": c.block, "column": c.column, "what": c.what} for c in self.encoder],
            "others": self.others.to_json(),
            "own_rows": [{"key": o.key, "part": o.part} for o in self.own],
            "metrics_before": {k: m.to_json() for k, m in self.metrics_before.items()},
            "metrics_after": {k: m.to_json() for k, m in self.metrics_after.items()},
            "change": {k: m.to_json() for k, m in self.change.items()},
            "guarantee": self.guarantee,
            "method": self.method,
            "move": self.move,
            "model_changed": self.model_changed,
            "not_computed": list(self.not_computed),
        }


def leave_out(
    encode: Encode,
    model: Model,
    before: Side,
    after: Side,
    own: Rows,
    *,
    seed: int,
    state: EncoderState | None = None,
    trained: Trained | None = None,
    functions: FunctionCaller | None = None,
    ctx: Context | None = None,
) -> Influence:
    """Return what leaving a person out changes.

    Parameters
    ----------
    encode, model
        The plan's stages.
    before, after : Side
        With and without the person.
    own : sequence of int
        Positions in `before` of the person's own rows.
    seed : int
        The recorded seed of the model.
    state, trained : optional
        The run's encoder state and canonical model, if they belong to `before`; otherwise they are made again.
    functions : callable, optional
        Calls user functions of the plan.
    ctx : Context, optional
        For progress and cancelling.

    Raises
    ------
    UserError
        If nothing can be trained without the person: no row or one class left, a category the encoder refuses.
    """
    ctx = ctx or silent()
    ctx.advance("Encoding without the person", 0.0)
    state = state or _fit(encode, before, functions)
    state_after = _fit(encode, after, functions)
    columns, columns_after = column_map(state), column_map(state_after)
    ctx.advance("Training without the person", 0.2)
    if trained is None:
        X = transform(state, before.table, before.train, functions)
        trained = train(model, X, before.y[_positions(before.train)], features=columns.names, seed=seed)
    X_after = transform(state_after, after.table, after.train, functions)
    without = update(trained, X_after, after.y[_positions(after.train)], features=columns_after.names)

    ctx.advance("Comparing predictions", 0.6)
    mine = np.unique(_positions(own))
    keys = before.index()
    there = after.index().get_indexer(keys)
    there[mine] = -1
    X_test, X_test_after = (transform(s, side.table, side.test, functions) for s, side in ((state, before), (state_after, after)))
    at, at_after = _common_test_rows(before, after, there)
    first, second = trained.predict(X_test)[at], without.predict(X_test_after)[at_after]
    changed = np.asarray(first != second)
    common = keys[_positions(before.test)[at]]
    truth, truth_after = before.y[_positions(before.test)], after.y[_positions(after.test)]
    ctx.advance("Measuring", 0.8)
    return Influence(
        test_rows=len(common),
        changed_keys=tuple(common[changed].tolist()),
        turned=tuple(zip(first[changed].tolist(), second[changed].tolist(), strict=True)),
        shifts=_shifts(trained, without, X_test[at], X_test_after[at_after]),
        decision_changed=changed,
        is_decision=trained.is_classifier,
        is_probability=hasattr(trained.estimator, "predict_proba"),
        coefficients=coefficient_changes(trained, without, columns, columns_after),
        encoder=state_changes(state, state_after),
        others=moved_rows(before, after, there, mine, [c for b in encode.blocks for c in b.columns]),
        own=_own_rows(trained, without, state, state_after, before, mine.tolist(), functions),
        metrics_before=metrics(trained, X_test, truth),
        metrics_after=metrics(without, X_test_after, truth_after),
        change=_change(trained, first, second, truth_after[at_after]),
        guarantee=without.fitted.guarantee,
        method=without.fitted.method,
        move=without.fitted.move,
        model_changed=without.fitted.method != "kept",
    )


def _fit(encode: Encode, side: Side, functions: FunctionCaller | None) -> EncoderState:
    return fit(encode, side.table, fit_rows(encode, side.train, side.table.num_rows), functions, np.asarray(side.y))


def _positions(rows: Rows) -> NDArray[np.int64]:
    return np.asarray(rows, dtype=np.int64)


def _common_test_rows(before: Side, after: Side, there: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where other people's test rows that are on both sides stand in either test set."""
    tested, tested_after = _positions(before.test), _positions(after.test)
    place = np.full(after.table.num_rows + 1, -1, dtype=np.int64)  # the last is that of a row which is not there
    place[tested_after] = np.arange(len(tested_after))
    found_after = place[there[tested]]
    at = np.flatnonzero(found_after >= 0)
    return at, found_after[at]


def _shifts(trained: Trained, without: Trained, X: Array, X_after: Array) -> NDArray[np.float64]:
    if len(X) == 0:
        return np.empty(0)
    a, b = trained.scores(X), without.scores(X_after)
    if a.ndim == 1 or b.ndim == 1:
        if a.shape != b.shape:  # decision values of two classes against those of more: no common scale
            return np.full(len(X), np.nan)
        return np.asarray(b - a, dtype=np.float64)
    classes, classes_after = trained.estimator.classes_.tolist(), without.estimator.classes_.tolist()
    rows = np.arange(len(a))
    watched = np.full(len(a), 1) if len(classes) == 2 else a.argmax(axis=1)
    where = np.array([classes_after.index(c) if c in classes_after else -1 for c in classes])[watched]
    now = np.where(where >= 0, b[rows, where], 0.0)
    return np.asarray(now - a[rows, watched], dtype=np.float64)


def _own_rows(
    trained: Trained,
    without: Trained,
    state: EncoderState,
    state_after: EncoderState,
    before: Side,
    mine: list[int],
    functions: FunctionCaller | None,
) -> tuple[OwnRow, ...]:
    sides = {n: _positions(rows) for n, rows in ((TRAIN, before.train), (TEST, before.test), (VALIDATION, before.validation))}
    part = {p: name for name, rows in sides.items() for p in rows[np.isin(rows, mine)].tolist()}
    mine = [p for p in mine if p in part]
    if not mine:
        return ()
    keys = before.index()[mine].tolist()
    X = transform(state, before.table, mine, functions)
    known = _accepted(state_after, before, mine, functions)
    X_after = transform(state_after, before.table, known, functions)
    first, scores = trained.predict(X), _scores(trained, X)
    at = {position: i for i, position in enumerate(known)}
    second, scores_after = without.predict(X_after), _scores(without, X_after)
    return tuple(
        OwnRow(
            keys[i],
            part[position],
            first[i],
            second[at[position]] if position in at else None,
            scores[i],
            scores_after[at[position]] if position in at else None,
        )
        for i, position in enumerate(mine)
    )


def _accepted(state: EncoderState, side: Side, rows: list[int], functions: FunctionCaller | None) -> list[int]:
    """Return the rows that an encoder takes: without the person it may refuse a category that only they have."""
    try:
        transform(state, side.table, rows, functions)
    except UserError:
        return [] if len(rows) == 1 else [r for one in rows for r in _accepted(state, side, [one], functions)]
    return rows


def _scores(trained: Trained, X: Array) -> list[float | None]:
    if not trained.is_classifier:
        return [float(v) for v in trained.predict(X)]
    scores = positive_scores(trained, X)
    return [None] * len(X) if scores is None else [float(v) for v in scores]


def _change(trained: Trained, first: Array, second: Array, truth: Array) -> dict[str, Metric]:
    if len(truth) == 0 or not trained.is_classifier:
        return {}
    return {"accuracy": paired_change(first, second, truth)}
