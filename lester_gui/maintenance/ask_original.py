"""Ask the original: run the untouched script on the remaining data and compare what it does with what Lester holds.

The recorded split is imposed on the script's `train_test_split`, because a script deals everybody anew when one row is missing.
Where a script deals its rows by hand, views and labels are compared row by row and the rest is listed as not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from lester_gui.features import matrix
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.learned import ORIGINAL, Prepared, Worker, load_encoder, prepare
from lester_gui.models import script_model
from lester_gui.progress import Context
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import fetch_table
from lester_gui.sandbox import Capture, Sandbox
from lester_gui.store import spill
from lester_gui.store.catalogue import Run
from lester_gui.verify.capture import Original, capture_twice
from lester_gui.verify.dealt import for_calls, imposable
from lester_gui.verify.equivalence import WHOLE_LABEL, Comparison, compare, variables
from lester_gui.verify.plan_result import PlanResult, ViewResult
from lester_gui.verify.verdict import STAGES, StageResult

UNCOMPARED = ("not-compared", "excluded")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the original said.

    Attributes
    ----------
    equal : bool
        Something was compared, and nothing of it differs.
    stages : dict
        Stage → status, compared, fact.
    not_compared : list of str
        What could not be compared, and why.
    """

    equal: bool
    stages: dict[str, dict[str, Any]]
    not_compared: list[str]

    @property
    def compared(self) -> bool:
        """Whether anything could be compared: a script that deals its rows anew may show nothing before it does."""
        return any(s["status"] not in UNCOMPARED for s in self.stages.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "equal": self.equal,
            "compared": self.compared,
            "stages": self.stages,
            "not_compared": list(self.not_compared),
        }


def ask_original(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    plan: Plan,
    original: Original,
    sandbox: Sandbox,
    worker: Worker,
    ctx: Context,
    replace: Mapping[str, bytes | Path] | None = None,
) -> Answer:
    """Run the script as its author wrote it and compare it with a maintained run.

    Parameters
    ----------
    plan : Plan
        The run's bound plan.
    replace : mapping, optional
        Path → content, for sources that are not as Lester holds them; the files of the project otherwise.

    Raises
    ------
    UserError
        If the script does not run to its end.
    """
    assert run.id is not None
    ctx.advance("Fetching what Lester holds", 0.0)
    rows = prepare(connection, plan, run.id, worker)
    ctx.advance("Running the original script", 0.1)
    imposed = for_calls(plan.split, {s: p.tolist() for s, p in rows.sides.items()}) if imposable(plan.split) else ()
    asked = capture_twice(
        original,
        sandbox,
        plan.model,
        ctx,
        Capture(names=variables(plan)),
        impose_split=imposed,
        replace=replace,
    )
    asked.run.require_finished(original.script.path, original.interpreter)
    ctx.advance("Comparing stage by stage", 0.9)
    dealt_by_hand = plan.split.is_recorded and not (imposed and sum(s.imposed for s in asked.run.splits) >= len(imposed))
    held = _held(connection, run.id, plan, rows, worker, split=not dealt_by_hand)
    found = compare(plan, held, asked, _refit)
    return _answer(_without_sides(found, plan) if dealt_by_hand else found, dealt_by_hand)


def _without_sides(found: Comparison, plan: Plan) -> Comparison:
    """Leave out what hangs on the sides that the script dealt anew; labels count where it shows all of them."""
    whole = found.details["label"].get(WHOLE_LABEL)
    if whole is None:
        label = StageResult("not-compared", 0, "The script shows no labels before it deals its rows")
    else:
        label = StageResult("equal" if whole.equal else "differs", 1, f"{whole.expected} labels, {whole.differing} differ")
    left_out = StageResult("not-compared", 0, "The script deals its rows anew")
    stages = {"prepare": found.stages["prepare"], "encode": left_out, "label": label, "split": left_out, "model": left_out}
    return Comparison(found.views, stages, found.details)


def _held(
    connection: duckdb.DuckDBPyConnection, run: int, plan: Plan, rows: Prepared, worker: Worker, *, split: bool
) -> PlanResult:
    """Return what Lester holds in the form that `verify` compares; without the sides where the script deals them anew."""
    views = {}
    for node in plan.views:
        table = spill.on_disk(fetch_table(connection, run, node.name, hidden=True))
        views[node.name] = ViewResult(table.select(list(node.schema.names)), table.column(ROW_NO).to_numpy())
    if not split:
        return PlanResult(views, y=rows.y)
    encoder = load_encoder(connection, run)
    X = {side: matrix.transform(encoder, rows.table, places, worker.call_block) for side, places in rows.sides.items()}
    predictions = _predictions(connection, run, rows)
    return PlanResult(
        views,
        train=rows.train,
        test=rows.test,
        validation=rows.sides.get(VALIDATION),
        y=rows.y,
        X_train=X[TRAIN],
        X_test=X[TEST],
        X_validation=X.get(VALIDATION),
        predictions=predictions,
    )


def _predictions(connection: duckdb.DuckDBPyConnection, run: int, rows: Prepared) -> NDArray[Any] | None:
    """Return what the model under the script's own settings says about the test rows, in the script's order."""
    sql = "SELECT row_no, predicted FROM lester.prediction WHERE run = ? AND role = ? AND side = ? ORDER BY row_no"
    said = connection.execute(sql, [run, ORIGINAL, TEST]).to_arrow_table()
    wanted = rows.row_nos[rows.test]
    if not np.array_equal(np.sort(wanted), said.column(0).to_numpy()):
        return None
    met = said.column(1).combine_chunks().dictionary_encode()
    values = np.array([_value(text, rows.y) for text in met.dictionary.to_pylist()])
    return np.asarray(values[met.indices.to_numpy()[np.searchsorted(said.column(0).to_numpy(), wanted)]])


def _value(text: str | None, y: NDArray[Any]) -> Any:
    """Return a stored prediction as the label's type."""
    if text is None:
        return None
    if y.dtype.kind == "b":
        return text == "True"
    if y.dtype.kind in "iu" and "." not in text and "e" not in text:
        return int(text)
    return float(text) if y.dtype.kind in "fiu" else text


def _refit(plan: Plan, X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any]) -> NDArray[Any]:
    names = tuple(str(i) for i in range(X_train.shape[1]))
    return script_model.fit_as_script(plan.model, X_train, y_train, features=names, seed=0).predict(X_test)


def _answer(found: Comparison, dealt_by_hand: bool) -> Answer:
    stages: dict[str, StageResult] = {s: found.stages[s] for s in STAGES}
    missing = [f"{stage}: {result.fact}" for stage, result in stages.items() if result.status in UNCOMPARED]
    if dealt_by_hand:
        missing.append("the script deals its rows by hand: without the recorded sides, matrices and predictions are others")
    views = sorted(v.view for v in found.views.values() if v.status in UNCOMPARED)
    if views:
        missing.append(f"views that no variable of the script shows: {', '.join(views)}")
    differs = [s for s in stages.values() if s.status not in ("equal", *UNCOMPARED)]
    equal = not differs and any(s.status == "equal" for s in stages.values())
    return Answer(equal, {s: {"status": r.status, "compared": r.compared, "fact": r.fact} for s, r in stages.items()}, missing)
