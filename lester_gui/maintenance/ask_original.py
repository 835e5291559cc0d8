"""Ask the original: run the untouched script on the files as they are now and compare it with what Lester holds.

This closes the circle outside Lester: the replay shares the plan with the maintained state, the script shares nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from lester_gui.errors import UserError
from lester_gui.features import column_map, matrix
from lester_gui.ir.nodes import Read
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.models import script_model
from lester_gui.progress import Context
from lester_gui.runtime.compile_sql import ROW_NO
from lester_gui.runtime.materialize import fetch_table, views_of
from lester_gui.sandbox import Positions, Sandbox
from lester_gui.store.catalogue import Run, View
from lester_gui.verify.capture import Original, OriginalRun, run_original
from lester_gui.verify.equivalence import compare
from lester_gui.verify.plan_result import Edges, Occurrence, PlanResult, ViewResult
from lester_gui.verify.verdict import STAGES

EQUAL, NOT_COMPARED = "equal", "not-compared"
FACTS = {
    "encode": "the matrix: the script shows none",
    "label": "the labels: the script shows none",
    "split": "the split: the script deals its rows by hand and by position, so a row less deals all others anew",
    "model": "the predictions: the script shows none, or was trained on rows that it dealt otherwise",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the script says.

    Attributes
    ----------
    equal : bool
        Whether everything that could be compared is the same, and the prepared rows and labels could.
    stages : dict
        Stage → status and what was compared.
    not_compared : tuple of str
        What could not be compared, and why.
    """

    equal: bool
    stages: dict[str, dict[str, str]]
    not_compared: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the answer for command line and certificate."""
        return {"equal": self.equal, "stages": self.stages, "not_compared": list(self.not_compared)}


def ask_original(
    connection: duckdb.DuckDBPyConnection,
    run: Run,
    plan: Plan,
    original: Original,
    sandbox: Sandbox,
    worker: Worker,
    ctx: Context,
    replace: Mapping[str, bytes] | None = None,
) -> Answer:
    """Run the script on a copy of the project, with the recorded split imposed, and compare stage by stage.

    Parameters
    ----------
    run, plan
        The maintained run and its bound plan.
    original
        The script and its sources.
    replace
        Contents that stand for source files, where the files themselves are not purged yet.

    Raises
    ------
    UserError
        If the script cannot be run, or stops.
    """
    ctx.advance("Collecting what Lester holds", 0.05)
    held = held_result(connection, run, plan, worker)
    assert held.train is not None
    assert held.test is not None
    ctx.advance("Running the original script", 0.2)
    positions = Positions(tuple(int(i) for i in held.train), tuple(int(i) for i in held.test))
    done = run_original(original, sandbox, ctx, replace=replace, impose_split=_imposed(plan, positions))
    done.require_finished(original.script.path, original.interpreter)
    ctx.advance("Comparing", 0.8)
    found = compare(plan, held, OriginalRun(done))
    stages = {name: {"status": found.stages[name].status, "compared": found.stages[name].fact} for name in STAGES}
    handmade = plan.split.kind in ("random", "positional") and not any(s.imposed for s in done.splits)
    if handmade:
        # The script deals the rows that are left anew, so what follows its split is another experiment.
        for name in ("split", "encode", "model"):
            if name != "encode" or plan.encode.fit_on == "train":
                stages[name] = {"status": NOT_COMPARED, "compared": ""}
    left_out = tuple(FACTS[n] for n in STAGES if stages[n]["status"] in (NOT_COMPARED, "excluded") and n in FACTS)
    written = tuple(f"{w.path}: the script's own file, see the purge" for w in plan.written)
    differs = any(s["status"] in ("differs", "permuted") for s in stages.values())
    grounded = EQUAL in (stages["prepare"]["status"], stages["encode"]["status"])
    return Answer(not differs and grounded, stages, left_out + written)


def held_result(connection: duckdb.DuckDBPyConnection, run: Run, plan: Plan, worker: Worker) -> PlanResult:
    """Return what a stored run holds, with a model fitted under the script's own settings on the stored rows."""
    assert run.id is not None
    views, edges = view_results(connection, run.id, plan, views_of(connection, run.id))
    rows = learned.prepare(connection, plan, run.id, worker)
    encoder = learned.load_encoder(connection, run.id)
    X_train = matrix.transform(encoder, rows.table, rows.train, worker.call_block)
    X_test = matrix.transform(encoder, rows.table, rows.test, worker.call_block)
    names = column_map.column_map(encoder).names
    model = script_model.fit_as_script(plan.model, X_train, rows.y[rows.train], features=names, seed=run.seed)
    return PlanResult(views, edges, rows.train, rows.test, rows.y, X_train, X_test, model.predict(X_test))


def view_results(
    connection: duckdb.DuckDBPyConnection, run: int, plan: Plan, entries: Mapping[str, View]
) -> tuple[dict[str, ViewResult], dict[str, Edges]]:
    """Return the rows, provenance and edges of every view of a run."""
    views: dict[str, ViewResult] = {}
    edges: dict[str, Edges] = {}
    for node in plan.views:
        entry = entries[node.name]
        table = fetch_table(connection, run, node.name, hidden=True)
        origins = json.loads(entry.occurrences_json)
        found = tuple(Occurrence(o, table.column(f"__p{i}").combine_chunks()) for i, o in enumerate(origins))
        numbers = table.column("__p0" if isinstance(node, Read) else ROW_NO).to_numpy()
        views[node.name] = ViewResult(table.select(list(node.schema.names)), numbers, found)
        for edge in list(json.loads(entry.edges_json).values())[:1]:
            pairs = connection.execute(f"SELECT row_no, parent_no FROM lester.{edge}").to_arrow_table()
            edges[node.name] = Edges(pairs.column("row_no").to_numpy(), pairs.column("parent_no").to_numpy())
    return views, edges


def _imposed(plan: Plan, positions: Positions) -> tuple[Positions, ...]:
    """Splits by value need no help: the script evaluates the same condition on the rows that are left."""
    if plan.split.kind == "random" and plan.split.method == "sklearn":
        return (positions,)
    if plan.split.kind not in ("random", "positional", "expression", "none"):
        raise UserError(f"A split of kind {plan.split.kind} cannot be imposed on a script")
    return ()
