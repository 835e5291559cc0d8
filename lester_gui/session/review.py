"""What the Rewrite screen shows: original and plan side by side, evidence and decisions per step, and what stopped it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import Rendered, Step, render
from lester_gui.runtime.readable_sql import readable_sql
from lester_gui.session.decisions import ACCEPTED, Known
from lester_gui.store.catalogue import Pipeline

Document = dict[str, Any]


def document(record: Pipeline, plan: Plan, stored: Document, script: Script, known: Known) -> Document:
    """Return the whole of the screen."""
    rendered = render(plan)
    verdict = stored.get("verdict", {})
    by_view = {s["view"]: s for s in verdict.get("steps", [])}
    findings = _findings(rendered, stored, known)
    steps = [_step(s, by_view, verdict, stored, known, findings) for s in rendered.steps]
    return _frame(record, stored, script) | {
        "plan": rendered.text,
        "sql": readable_sql(plan),
        "steps": steps,
        "stages": [_stage(name, found, rendered, findings) for name, found in stored.get("stages", {}).items()],
        "accepted": sum(s["decision"] == ACCEPTED for s in steps),
        "findings": findings,
        "undecided": sum(f["needs_decision"] and f["decision"] is None for f in findings),
        "stops": [_stop(s, rendered) for s in stored.get("stops", [])],
        "counterexample": _difference(verdict),
    }


def without_plan(record: Pipeline, stored: Document, script: Script) -> Document:
    """Return the screen of a script that no rewriter understood: the original, and what stopped it, by line."""
    return _frame(record, stored, script) | {
        "plan": "",
        "sql": "",
        "steps": [],
        "stages": [],
        "accepted": 0,
        "findings": [],
        "undecided": 0,
        "stops": [_stop(s, None) for s in stored.get("stops", [])],
        "counterexample": None,
    }


def _frame(record: Pipeline, stored: Document, script: Script) -> Document:
    verdict = stored.get("verdict", {})
    return {
        "pipeline": record.name,
        "script": record.script,
        "original": script.text,
        "status": stored.get("status", record.status),
        "inputs": stored.get("inputs", 0),
        "rewriter": record.rewriter,
        "message": stored.get("message", ""),
        "attempts": stored.get("conversations", []),
        "deviations": stored.get("deviations", []),
        "lineage": verdict.get("lineage", {}),
        "excluded": verdict.get("excluded", []),
        "isolation": verdict.get("isolation", ""),
    }


# --- steps and findings by name ---------------------------------------------------------------------------------------------


def steps_of(plan: Plan) -> tuple[Step, ...]:
    """Return the steps of a plan, as the screen numbers them."""
    return render(plan).steps


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


def finding_of(stored: Document, number: int) -> Document:
    """Return a finding by its number on the screen.

    Raises
    ------
    UserError
        If there is none.
    """
    findings: list[Document] = stored.get("findings", [])
    if not 1 <= number <= len(findings):
        raise UserError(f"There is no finding {number}", f"The rewrite has {len(findings)} findings.")
    keys = finding_keys(stored)
    return findings[number - 1] | {"key": keys[number - 1]}


def key_of(finding: Document) -> str:
    """Return the name under which decisions about a finding are stored."""
    return str(finding["key"])


def finding_keys(stored: Document) -> list[str]:
    """Return the keys of all findings, in order: kind and line, numbered where one line has several of a kind."""
    seen: Counter[str] = Counter()
    keys = []
    for f in stored.get("findings", []):
        key = f"finding:{f['kind']}@{f.get('line') or 0}"
        seen[key] += 1
        keys.append(f"{key}#{seen[key]}" if seen[key] > 1 else key)
    return keys


def undecided(plan: Plan, stored: Document, known: Known, step: int) -> list[Document]:
    """Return the findings of a step that wait for a decision."""
    found = _findings(render(plan), stored, known)
    return [f for f in found if f["step"] == step and f["needs_decision"] and f["decision"] is None]


def unchanged(before: Plan, after: Plan) -> list[str]:
    """Return the names of the steps before the first one that differs: nothing that they stand on changed either."""
    old, new = render(before), render(after)
    same = itertools.takewhile(
        lambda pair: (pair[0].name, _text_of(old, pair[0])) == (pair[1].name, _text_of(new, pair[1])),
        zip(old.steps, new.steps, strict=False),
    )
    return [a.name for a, _ in same]


def _text_of(rendered: Rendered, step: Step) -> list[str]:
    lines = rendered.text.splitlines()
    return [lines[n - 1] for n in step.plan_lines]


def _findings(rendered: Rendered, stored: Document, known: Known) -> list[Document]:
    """Number the findings, give each its step and the decision about it. Those of the script need one; remarks do not."""
    of_script = {id_of(f) for f in stored.get("rule_findings") or []}
    out = []
    for number, (f, key) in enumerate(zip(stored.get("findings", []), finding_keys(stored), strict=True), 1):
        decision, by, reason = known.decisions.get(key, (None, None, ""))
        alternative = {k: v for k, v in f.get("alternative", {}).items() if k != "plan"}
        out.append(
            {
                "number": number,
                "kind": f["kind"],
                "title": f["title"],
                "text": f["text"],
                "line": f.get("line"),
                "effect": f.get("effect", ""),
                "alternative": alternative or None,
                "step": _step_at(rendered, f.get("line")),
                "needs_decision": id_of(f) in of_script,
                "decision": decision,
                "decided_by": by,
                "reason": reason,
            }
        )
    return out


def id_of(finding: Document) -> tuple[str, int | None, str]:
    """Return what tells a finding from others of its rewrite."""
    return finding["kind"], finding.get("line"), finding["title"]


def _step_at(rendered: Rendered, line: int | None) -> int | None:
    """The step that a line of the script belongs to; where it is none's, the next one that begins above it."""
    if line is None:
        return None
    own = next((s.number for s in rendered.steps if line in s.script_lines), None)
    if own is not None:
        return own
    above = [s for s in rendered.steps if s.script_lines and min(s.script_lines) <= line]
    return max(above, key=lambda s: min(s.script_lines)).number if above else None


def _stop(stop: Document, rendered: Rendered | None) -> Document:
    step = _step_at(rendered, stop["line"]) if rendered is not None else None
    return {**stop, "step": step, "title": STOP_TITLES.get(stop["reason"], "Not understood")}


STOP_TITLES = {
    "no-rule": "No rule knows this call",
    "recurrence": "A value depends on its own previous value",
    "alias": "One object is changed through two names",
    "shape": "Rows or columns are not known beforehand",
    "level": "A loop uses the state of another loop",
    "syntax": "A form of statement that is not read",
    "effect": "It depends on chance, time, network, or deletes something",
    "internal": "A fault of Lester's rewriter",
}


# --- evidence ---------------------------------------------------------------------------------------------------------------


def _step(
    step: Step,
    by_view: dict[str, Document],
    verdict: Document,
    stored: Document,
    known: Known,
    findings: Sequence[Document],
) -> Document:
    decision, by, reason = known.decisions.get(step.name, (None, None, ""))
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
        "findings": [f for f in findings if f["step"] == step.number],
        "second_opinion": known.opinions.get(step.name),
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


def _difference(verdict: Document) -> Document | None:
    """Where a plan differs from its script, on which input, for the banner above the code."""
    found = verdict.get("counterexample")
    if not found:
        return None
    return {k: found.get(k) for k in ("input", "stage", "view", "line", "fact", "columns", "rows", "source_rows")}


def _stage(name: str, found: Document, rendered: Rendered, findings: Sequence[Document]) -> Document:
    numbers = {s.number for s in rendered.steps if s.stage == name}
    waiting = sum(f["step"] in numbers for f in findings)
    steps = len(numbers)
    if waiting:
        fact = f"{waiting} finding{'s' if waiting > 1 else ''}"
    elif name == "prepare":
        fact = f"{steps} step{'s' if steps != 1 else ''}"
    else:
        fact = found["compared"]
    return {"name": name, "status": found["status"], "fact": fact, "findings": waiting}


def _maker(made_by: str) -> str:
    makers = []
    for part in dict.fromkeys(p.strip() for p in made_by.split(",") if p.strip()):
        kind, _, name = part.partition(":")
        makers.append({"rule": f"rule {name}", "model": name, "person": "a person"}.get(kind, part))
    return ", ".join(makers) or "rules"
