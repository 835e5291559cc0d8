"""Rewrite one program of the corpus in a fresh copy and note what came of it: numbers, names and reasons, never script text."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Project
from lester_gui.ir.plan import Plan
from lester_gui.progress import Cancelled, Progress
from lester_gui.session import Session
from tests.benchmarks.families import families
from tests.benchmarks.programs import Program
from tests.verify.mutant_verdicts import Bench

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with one program.

    Attributes
    ----------
    model : str
        Of Ollama; empty for rules only.
    mutants : float
        How many wrong plans to offer to the verifier for each plan that it verifies; infinite for all.
    limit : float
        Seconds after which a rewrite is given up.
    """

    program: Program
    model: str = ""
    mutants: float = 0
    limit: float = 600.0


def measure(task: Task) -> list[Row]:
    """Rewrite all pipelines of a program; return one row per pipeline."""
    with tempfile.TemporaryDirectory() as temporary:
        try:
            with Session(task.program.copy(Path(temporary))) as session:
                names = [p["name"] for p in session.scan()["pipelines"]]
                if not names:
                    return [_row(task, "") | {"error": "no pipeline was found"}]
                return [_pipeline(task, session, name) for name in names]
        except UserError as error:
            return [_row(task, "") | {"error": error.message}]


def _row(task: Task, pipeline: str) -> Row:
    program = task.program
    return {"set": program.set, "program": program.name, "pipeline": pipeline, "status": "no plan", "families": [], "stops": []}


def _pipeline(task: Task, session: Session, name: str) -> Row:
    row = _row(task, name)
    progress = Progress()
    timer = threading.Timer(task.limit, progress.cancel)
    timer.start()
    started = time.perf_counter()
    try:
        row["families"] = families(session.script_of(name).tree)
        found = session.rewrite(name, "ollama" if task.model else "rules", task.model or None, progress)
    except Cancelled:
        return row | {"seconds": time.perf_counter() - started, "error": f"given up after {task.limit:.0f} s"}
    except UserError as error:
        return row | {"seconds": time.perf_counter() - started, "error": error.message}
    except Exception as error:  # a fault of Lester: counted as one, by its kind only
        return row | {"seconds": time.perf_counter() - started, "error": f"fault: {type(error).__name__}"}
    finally:
        timer.cancel()
    seconds = time.perf_counter() - started
    review = session.rewritten(name) if found["plan_hash"] else None
    row |= {
        "status": found["status"] if review else "no plan",
        "seconds": seconds,
        "attempts": found["attempts"],
        "inputs": found["inputs"],
        "stages": {stage: s["status"] for stage, s in found["stages"].items()},
        "findings": [f["kind"] for f in found["findings"] if "kind" in f],
        "stops": [
            {"line": s["line"], "reason": s["reason"], "why": s["why"]}
            for s in found["stops"]
            if not s.get("beside") or not review or s["covered"]
        ],
        "error": "",
    }
    if review:
        plan: Plan = review.plan
        row |= {
            "opaque_steps": plan.opaque_steps,
            "steps": len(plan.views),
            "user_function_columns": plan.user_function_columns,
            "columns": sum(len(n.assigned) for n in plan.views if isinstance(n, Project)),
            "nodes": dict(Counter(type(n).__name__ for n in plan.views)),
            "rules": sorted({n.made_by for n in plan.views if n.made_by}),
            "lineage": review.document["verdict"]["lineage"],
        }
        if task.mutants and row["status"] == "verified":
            row["mutants"] = _mutants(session, name, plan, task.mutants)
    return row


def _mutants(session: Session, name: str, plan: Plan, count: float) -> Row:
    """Offer wrong plans to the verifier; what it accepts and what is not the same is told by family and place."""
    bench = Bench.of(session, name, plan)
    started = time.perf_counter()
    try:
        judged = list(bench.judged(None if math.isinf(count) else int(count)))
    finally:
        bench.close()
    return {
        "offered": len(judged),
        "outcomes": dict(Counter(j.outcome for j in judged)),
        "refused_on": dict(Counter(j.shown_on for j in judged if j.outcome == "refused")),
        "false_accepts": [
            {"family": j.family, "place": j.place, "on": j.shown_on} for j in judged if j.outcome == "false accept"
        ],
        "seconds": time.perf_counter() - started,
    }
