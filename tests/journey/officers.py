"""What two officers do with a request, and what a project holds before and after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lester_gui.ir.serialise import plan_hash
from lester_gui.progress import silent
from lester_gui.runtime import split
from lester_gui.runtime.materialize import fetch_table
from lester_gui.sandbox import Positions
from lester_gui.session import Session
from lester_gui.session.execution import executor

Document = dict[str, Any]
REASON = "identity checked"


@dataclass(frozen=True)
class Done:
    """A case that was carried out: its number, its plan and what `apply` answered."""

    case: str
    plan: Document
    applied: Document


def handle(session: Session, subject: str, right: str = "erasure", corrections: Sequence[str] = (), purge: bool = True) -> Done:
    """File, plan, approve and apply a request."""
    case = session.request(right, subject, set=list(corrections), by="ines")["case"]
    plan = session.plan(case)
    session.approve(case, by="maria", reason=REASON)
    return Done(case, plan, session.apply(case, purge=purge))


def assert_equal(applied: Document) -> None:
    """Check that replay and original agree with what was maintained, and that the purge is done."""
    wrong = [(r["pipeline"], a) for r in applied["replay"]["pipelines"] for a in r["artefacts"] if not a["equal"]]
    assert applied["replay"]["equal"], wrong
    assert applied["purge"]["status"] == "done", applied["purge"]["waiting"]
    stages = {p["pipeline"]: {n: s["fact"] for n, s in p["stages"].items()} for p in applied["ask_original"]["pipelines"]}
    assert applied["ask_original"]["equal"], stages
    assert applied["status"] == "done"


def sides(session: Session, pipeline: str) -> dict[str, str]:
    """Return row key → ``train`` or ``test`` of a pipeline's newest run."""
    run, _ = session.latest(pipeline)
    assert run.id is not None
    dealt = split.recorded_split(session.connection, run.id).to_pydict()
    return dict(zip(dealt["row_key"], dealt["side"], strict=True))


def sides_of_cells(session: Session, pipeline: str) -> Counter[tuple[str, ...]]:
    """Return how often each content of a row that the model sees is on each side: needs no trust in row keys."""
    run, plan = session.latest(pipeline)
    assert run.id is not None
    columns = sorted({c for block in plan.encode.blocks for c in block.columns})
    out: Counter[tuple[str, ...]] = Counter()
    for side in ("train", "test"):
        table = split.fetch_side(session.connection, run.id, plan.prepared.name, side, columns)
        out.update((side, *map(str, row)) for row in zip(*table.to_pydict().values(), strict=True))
    return out


def labels(session: Session, pipeline: str, folder: Path) -> np.ndarray[Any, Any]:
    """Return all labels that the model of a pipeline sees, training rows first."""
    parts = []
    for name in ("y_train", "y_test"):
        session.export(pipeline, name, folder / f"{name}.npy")
        parts.append(np.load(folder / f"{name}.npy", allow_pickle=False))
    return np.concatenate(parts)


def assert_as_from_scratch(session: Session, pipeline: str, folder: Path) -> None:
    """Check that views, matrices and labels are, bit for bit, what a run gives that starts from the files as they are now.

    Its rows are numbered anew; the split is the recorded one, row by row in the order of the prepared view.
    """
    run, bound = session.latest(pipeline)
    assert run.id is not None
    with executor(session.configuration, session.worker) as execute:
        fresh = execute(session.rewritten(pipeline).plan, session.folder, _positions(session, pipeline), silent())
    assert fresh.stopped == ""
    assert set(fresh.views) == {n.name for n in bound.views}
    for name, view in fresh.views.items():
        held = fetch_table(session.connection, run.id, name)
        assert same(held, view.table), f"{pipeline}: {name} is not what a run from scratch gives"
    for name in ("X_train", "X_test", "y_train", "y_test"):
        session.export(pipeline, name, folder / f"{pipeline}-{name}.npy")
        matrix = np.load(folder / f"{pipeline}-{name}.npy", allow_pickle=False)
        assert np.array_equal(matrix, np.asarray(getattr(fresh, name)), equal_nan=matrix.dtype.kind == "f"), f"{pipeline}: {name}"


def assert_same_plan(session: Session, pipeline: str) -> None:
    """Check that rewriting the script on the data as they are now gives the plan that is held."""
    again = session.rules_of(pipeline, session.script_of(pipeline))
    assert again.plan is not None
    assert plan_hash(again.plan) == session.rewritten(pipeline).record.plan_hash


def same(a: pa.Table, b: pa.Table) -> bool:
    """Whether two tables have the same columns, rows and order, floats to the bit."""
    return bool(a.column_names == b.column_names and a.cast(b.schema).combine_chunks().equals(b.combine_chunks()))


def _positions(session: Session, pipeline: str) -> Positions:
    run, plan = session.latest(pipeline)
    assert run.id is not None
    prepared = fetch_table(session.connection, run.id, plan.prepared.name, [], hidden=True)
    place = {number: i for i, number in enumerate(prepared.column("__row_no").to_pylist())}

    def side(name: str) -> tuple[int, ...]:
        rows = split.fetch_side(session.connection, run.id or 0, plan.prepared.name, name, [], hidden=True)
        return tuple(place[number] for number in rows.column("__row_no").to_pylist())

    return Positions(side("train"), side("test"))
