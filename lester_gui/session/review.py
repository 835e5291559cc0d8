"""What the Rewrite screen shows: original and plan side by side, evidence and decisions per step."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import duckdb

from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import Rendered, Step, render
from lester_gui.runtime.readable_sql import readable_sql
from lester_gui.store.catalogue import Pipeline
from lester_gui.store.migrations import TableSet, register

ACCEPTED, REJECTED = "accepted", "rejected"
Document = dict[str, Any]

TABLES = register(
    TableSet(
        "review",
        (
            (
                "CREATE TABLE lester.step_decision (pipeline VARCHAR, plan_hash VARCHAR, step VARCHAR, decision VARCHAR, "
                "decided_by VARCHAR, decided_at TIMESTAMP, reason VARCHAR)",
                "CREATE TABLE lester.second_opinion (pipeline VARCHAR, plan_hash VARCHAR, step VARCHAR, opinion_json VARCHAR, "
                "asked_at TIMESTAMP)",
            ),
        ),
    )
)

STAGE_WORDS = {"prepare": "step", "encode": "block", "label": "", "split": "", "model": ""}


def document(connection: duckdb.DuckDBPyConnection, record: Pipeline, plan: Plan, stored: Document, script: Script) -> Document:
    """Return the whole of the screen."""
    rendered = render(plan)
    verdict = stored.get("verdict", {})
    by_view = {s["view"]: s for s in verdict.get("steps", [])}
    decisions = _latest(connection, "step_decision", record, "decision, decided_by, reason", "decided_at")
    opinions = _latest(connection, "second_opinion", record, "opinion_json", "asked_at")
    steps = [_step(s, by_view, verdict, stored, decisions, opinions) for s in rendered.steps]
    return {
        "pipeline": record.name,
        "script": record.script,
        "original": script.text,
        "plan": rendered.text,
        "sql": readable_sql(plan),
        "status": stored.get("status", record.status),
        "inputs": stored.get("inputs", 0),
        "rewriter": record.rewriter,
        "message": stored.get("message", ""),
        "steps": steps,
        "stages": [_stage(name, found, rendered, stored) for name, found in stored.get("stages", {}).items()],
        "accepted": sum(s["decision"] == ACCEPTED for s in steps),
        "attempts": stored.get("conversations", []),
        "stops": stored.get("stops", []),
        "lineage": verdict.get("lineage", {}),
        "excluded": verdict.get("excluded", []),
        "isolation": verdict.get("isolation", ""),
    }


def step_of(plan: Plan, number: int) -> Step:
    """Return a step by its number.

    Raises
    ------
    UserError
        If there is none.
    """
    steps = render(plan).steps
    for step in steps:
        if step.number == number:
            return step
    raise UserError(f"There is no step {number}", f"The plan has {len(steps)} steps.")


def decide(
    connection: duckdb.DuckDBPyConnection, record: Pipeline, plan: Plan, number: int, decision: str, reason: str, by: str
) -> int:
    """Store a decision about a step and return the step's number.

    Raises
    ------
    UserError
        If there is no such step, or a rejection has no reason.
    """
    if decision not in (ACCEPTED, REJECTED):
        raise UserError(f"A step is accepted or rejected, not {decision!r}")
    if decision == REJECTED and len(reason.strip()) < 3:
        raise UserError("A rejection needs a reason", "Write in a few words what is wrong with the step.")
    step = step_of(plan, number)
    connection.execute(
        "INSERT INTO lester.step_decision VALUES (?, ?, ?, ?, ?, ?, ?)",
        [record.name, record.plan_hash, step.name, decision, by, datetime.now(UTC).replace(tzinfo=None), reason.strip()],
    )
    return step.number


def keep_opinion(connection: duckdb.DuckDBPyConnection, record: Pipeline, step: str, opinion: Document) -> None:
    """Store what a language model said about a step."""
    connection.execute(
        "INSERT INTO lester.second_opinion VALUES (?, ?, ?, ?, ?)",
        [record.name, record.plan_hash, step, json.dumps(opinion), datetime.now(UTC).replace(tzinfo=None)],
    )


def _latest(
    connection: duckdb.DuckDBPyConnection, table: str, record: Pipeline, columns: str, at: str
) -> dict[str, tuple[Any, ...]]:
    rows = connection.execute(
        f"SELECT step, {columns} FROM lester.{table} WHERE pipeline = ? AND plan_hash = ? ORDER BY {at}",
        [record.name, record.plan_hash],
    ).fetchall()
    return {r[0]: r[1:] for r in rows}


def _step(
    step: Step,
    by_view: dict[str, Document],
    verdict: Document,
    stored: Document,
    decisions: dict[str, tuple[Any, ...]],
    opinions: dict[str, tuple[Any, ...]],
) -> Document:
    decision, by, reason = decisions.get(step.name, (None, None, ""))
    lines = set(step.script_lines)
    return {
        "number": step.number,
        "name": step.name,
        "kind": step.kind,
        "stage": step.stage,
        "original_lines": list(step.script_lines),
        "plan_lines": list(step.plan_lines),
        "made_by": step.made_by,
        "made_by_text": _maker(step.made_by),
        "decision": decision,
        "decided_by": by,
        "reason": reason or "",
        "evidence": _evidence(step, by_view, verdict, stored),
        "findings": [f for f in stored.get("findings", []) if f.get("line") in lines],
        "second_opinion": json.loads(opinions[step.name][0]) if step.name in opinions else None,
    }


def _evidence(step: Step, by_view: dict[str, Document], verdict: Document, stored: Document) -> Document:
    found = [by_view[v] for v in step.views if v in by_view]
    if not found:
        stage = stored.get("stages", {}).get(step.stage, {})
        status = stage.get("status", "not-compared")
        last = next(reversed(by_view.values()), {})
        return {
            "rows_in": last.get("rows_out"),
            "rows_out": last.get("rows_out"),
            "compared": stage.get("compared", ""),
            "equal": {"equal": True, "permuted": True, "differs": False}.get(status),
            "inputs_agree": stored.get("inputs", 0),
            "inputs": verdict.get("inputs_tried", stored.get("inputs", 0)),
            "counterexample": _counterexample(verdict) if status == "differs" else None,
        }
    compared = [f for f in found if f["status"] != "not-compared"]
    differs = next((f for f in found if f["status"] == "differs"), None)
    shown = differs or (compared[-1] if compared else found[-1])
    return {
        "rows_in": found[0]["rows_in"],
        "rows_out": found[-1]["rows_out"],
        "compared": shown["fact"] or (f"{shown['rows_out']:,} rows, all equal" if compared else "through the steps that follow"),
        "equal": False if differs else True if compared else None,
        "inputs_agree": shown["inputs_agree"],
        "inputs": shown["inputs"],
        "counterexample": shown["counterexample"] and f"{shown['counterexample']}: {shown['fact']}",
    }


def _counterexample(verdict: Document) -> str | None:
    found = verdict.get("counterexample")
    return f"{found['input']}: {found['fact']}" if found else None


def _stage(name: str, found: Document, rendered: Rendered, stored: Document) -> Document:
    lines = {line for s in rendered.steps if s.stage == name for line in s.script_lines}
    findings = sum(f.get("line") in lines for f in stored.get("findings", []))
    steps = sum(s.stage == name for s in rendered.steps)
    if findings:
        fact = f"{findings} finding{'s' if findings > 1 else ''}"
    elif name == "prepare":
        fact = f"{steps} step{'s' if steps != 1 else ''}"
    else:
        fact = found["compared"]
    return {"name": name, "status": found["status"], "fact": fact, "findings": findings}


def _maker(made_by: str) -> str:
    makers = []
    for part in dict.fromkeys(p.strip() for p in made_by.split(",") if p.strip()):
        kind, _, name = part.partition(":")
        makers.append({"rule": f"rule {name}", "model": name, "person": "a person"}.get(kind, part))
    return ", ".join(makers) or "rules"
