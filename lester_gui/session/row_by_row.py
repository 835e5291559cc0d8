"""How many labels would be others if every row had its own values where a script reads what an earlier loop left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from lester_gui.discovery.configuration import Configuration
from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.runtime.materialize import evaluate_expression, materialise
from lester_gui.session.execution import fresh_snapshots
from lester_gui.store import connection as stores

Workers = Callable[[Plan, Context], Worker]


def changed_labels(
    plan: Plan, alternative: Plan, folder: Path, configuration: Configuration, workers: Workers, ctx: Context
) -> tuple[int, int]:
    """Return how many labels differ between two plans on the files of a folder, and how many there are.

    Raises
    ------
    UserError
        If the data stop a plan, or the two prepare other rows.
    """
    connection = stores.open_memory()
    try:
        snapshots = fresh_snapshots(connection, plan, folder, configuration)
        found = []
        for run, one in enumerate((plan, alternative), 1):
            worker = workers(one, ctx)
            made = materialise(connection, one, run, snapshots, worker.evaluate, ctx, worker.run_opaque)
            values = evaluate_expression(connection, made.plan, run, made.plan.prepared, made.plan.label.expr, worker.evaluate)
            found.append(learned.labels(values, made.plan.label.codes))
    finally:
        connection.close()
    if len(found[0]) != len(found[1]):
        raise UserError("it prepares other rows", "Compare the two plans step by step.")
    return int(np.sum(found[0] != found[1])), len(found[0])
