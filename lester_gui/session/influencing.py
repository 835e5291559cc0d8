"""What leaving one person out of a run changes, as a document: decisions, coefficients, accuracy, and values of other people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lester_gui.influence import sentence as sentences
from lester_gui.influence.leave_out import Influence, leave_out
from lester_gui.influence.sentence import Reach
from lester_gui.influence.side import Side
from lester_gui.ir.learning import VALIDATION
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import CANONICAL, Prepared, Worker
from lester_gui.progress import Context, Part
from lester_gui.session.reach import Reached
from lester_gui.session.shared_values import SharedValue, changed_values
from lester_gui.session.without import without
from lester_gui.store.artifacts import Artifacts
from lester_gui.store.points import rows_at

BINS: Final = 41
"""Odd, so that one bin has no change in its middle."""
SHOWN_COEFFICIENTS: Final = 12
SHOWN_VALUES: Final = 50
SHOWN_DECISIONS: Final = 200
METRICS: Final = (("accuracy", "accuracy"), ("mean_absolute_error", "mean absolute error"))
METHODS: Final = {
    "kept": "nothing to refit: the training data stay the same",
    "updated": "exact refit",
    "trained": "exact refit",
    "retrained": "trained again without them",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The influence of a person on one run.

    Attributes
    ----------
    shared : tuple of SharedValue
        Values that other people share and that move.
    places : mapping
        The prepared rows that `influence` names, by its keys.
    """

    influence: Influence
    shared: tuple[SharedValue, ...]
    places: Mapping[Any, int]

    def row_no(self, key: Any) -> int:
        """Return the prepared row of a key."""
        return self.places[key]


def measure(
    connection: duckdb.DuckDBPyConnection,
    artifacts: Artifacts,
    reached: Reached,
    rows: Mapping[str, Sequence[int]],
    subject_keys: Mapping[str, Sequence[str]],
    worker: Worker,
    ctx: Context,
) -> Measured:
    """Refit a run without a person and compare.

    Parameters
    ----------
    rows
        Source → the person's row ids.
    subject_keys
        Source → columns that name a person, to mask groups that are persons.

    Raises
    ------
    UserError
        If nothing can be run or trained without them.
    """
    run, plan = reached.run, reached.plan
    assert run.id is not None
    before = learned.prepare(connection, plan, run.id, worker)
    with without(connection, run, plan, rows, worker, Part(ctx, 0.0, 0.5)) as rest:
        whole, less = (_side(rows, rest.keeps_numbers) for rows in (before, rest.prepared))
        keys = whole.index()
        own = np.flatnonzero(np.isin(before.row_nos, reached.own[plan.prepared.name]))
        found = leave_out(
            plan.encode,
            plan.model,
            whole,
            less,
            own[~keys[own].isin(less.index())],
            seed=run.seed,
            state=learned.load_encoder(connection, run.id),
            trained=learned.load_model(connection, run.id, artifacts),
            functions=worker.call_block,
            ctx=Part(ctx, 0.5, 0.95),
        )
        shared = changed_values(reached, rest, subject_keys)
    named = [*found.changed_keys, *(o.key for o in found.own)]
    places = dict(zip(named, before.row_nos[keys.get_indexer(pd.Index(named, dtype=keys.dtype))].tolist(), strict=True))
    return Measured(found, shared, places)


def document(measured: Measured, reached: Reached) -> dict[str, Any]:
    """Return the influence for screens and command line."""
    found = measured.influence
    largest = found.coefficients[0] if found.coefficients else None
    return {
        "sentence": say([found], measured.shared),
        "changed_decisions": len(found.changed_keys),
        "test_rows": found.test_rows,
        "own_rows": sum(o.part == "test" for o in found.own),
        "max_coefficient_change": abs(largest.change) if largest is not None else 0.0,
        "coefficients": [
            {"feature": c.label or c.name, "change": c.change, "before": c.before, "after": c.after, "class": c.owner}
            for c in found.coefficients[:SHOWN_COEFFICIENTS]
        ],
        "probability_shift": shift_document(found.shifts, found.decision_changed, _own_shifts(found)),
        **metric_document(found),
        "values_of_others": [v.to_json() for v in measured.shared[:SHOWN_VALUES]],
        "values_of_others_count": len(measured.shared),
        "others": found.others.to_json(),
        "encoder_changes": [{"block": c.block, "column": c.column, "what": c.what} for c in found.encoder],
        "model_changed": found.model_changed,
        "method": METHODS.get(found.method, found.method),
        "guarantee": found.guarantee,
        "not_computed": list(found.not_computed),
    }


def metric_document(found: Influence) -> dict[str, Any]:
    """Return the metric now and without the person; the interval is that of the change on the rows both models were tested on."""
    for name, words in METRICS:
        if name in found.metrics_before:
            now, then = found.metrics_before[name], found.metrics_after.get(name)
            change = found.change.get(name)
            return {
                "metric_name": words,
                "accuracy": {
                    "now": now.value,
                    "without": now.value if then is None else then.value,
                    "change": None if change is None else change.value,
                    "low": None if change is None else change.low,
                    "high": None if change is None else change.high,
                },
            }
    return {"metric_name": "accuracy", "accuracy": {"now": None, "without": None, "change": None, "low": None, "high": None}}


def shift_document(shifts: NDArray[np.float64], changed: NDArray[np.bool_], own: Sequence[float]) -> dict[str, Any]:
    """Return the changes of scores as a histogram around zero, those that turn a decision and the person's own one by one."""
    known = ~np.isnan(shifts)
    values = shifts[known]
    reach = float(np.abs(values).max()) if len(values) else 0.0
    edges = np.linspace(-(reach or 0.01), reach or 0.01, BINS + 1)
    counts, _ = np.histogram(values, edges)
    return {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "own": list(own),
        "changed": shifts[known & changed].tolist()[:SHOWN_DECISIONS],
    }


def predictions(measured: Measured) -> list[dict[str, Any]]:
    """Return the person's own test predictions and the decisions about others that turn, before and after."""
    found = measured.influence
    out = [
        {
            "row": measured.row_no(o.key),
            "side": o.part,
            "before": _text(o.before),
            "after": _text(o.after),
            "own": True,
        }
        for o in found.own
        if o.part == "test"
    ]
    turned = zip(found.changed_keys, found.turned, strict=True) if found.is_decision else ()
    for (key, (before, after)), _ in zip(turned, range(SHOWN_DECISIONS), strict=False):
        out.append({"row": measured.row_no(key), "side": "test", "before": _text(before), "after": _text(after), "own": False})
    return out


def stored_predictions(connection: duckdb.DuckDBPyConnection, run: int, rows: Sequence[int]) -> dict[int, str | None]:
    """Return prepared row → prediction of a run's model, of some prepared rows."""
    if not rows:
        return {}
    entries = rows_at("*", "lester.prediction", "row_no", rows)
    found = connection.execute(
        f"SELECT row_no, predicted FROM ({entries}) WHERE run = ? AND role = ?", [run, CANONICAL]
    ).fetchall()
    return {int(n): p for n, p in found}


def say(influences: Sequence[Influence] | None, shared: Sequence[SharedValue], reach: Reach | None = None) -> str:
    """Return the one sentence; without `reach` only what the influence adds to it."""
    phrases = sentences.sentence(reach or Reach(1, 1, 1), influences, [v.text for v in shared])
    if reach is None:
        phrases = phrases[1:]
    return sentences.english([p for p in phrases if p.code != "not_computed"])


def _text(value: object) -> str | None:
    """Return a prediction as the catalogue keeps it; NumPy's scalars as Python's."""
    return learned.as_text(value.item() if isinstance(value, np.generic) else value)


def _side(rows: Prepared, by_number: bool) -> Side:
    keys = rows.row_nos if by_number else rows.keys_at(np.arange(len(rows.row_nos)))
    return Side(rows.table, keys, rows.train, rows.test, rows.y, rows.sides.get(VALIDATION, ()))


def _own_shifts(found: Influence) -> list[float]:
    pairs = [(o.score_before, o.score_after) for o in found.own if o.part == "test"]
    return [after - before for before, after in pairs if before is not None and after is not None]
