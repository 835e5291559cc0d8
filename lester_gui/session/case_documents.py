"""What is kept of a case beside its status: plans, outcomes of each step, and the certificate made from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import duckdb

from lester_gui import __version__
from lester_gui.audit import journal
from lester_gui.maintenance.plan import MaintenancePlan
from lester_gui.models.trained import VERSIONS
from lester_gui.requests.approvals import Approval
from lester_gui.requests.cases import Case

Document = dict[str, Any]
STEPS = ("apply", "replay", "purge", "ask-original", "certificate", "access", "answer")


def keep_plan(connection: duckdb.DuckDBPyConnection, plan: MaintenancePlan) -> None:
    """Store a plan as the case's newest."""
    connection.execute(
        "INSERT INTO lester.case_plans VALUES (?, ?, ?, ?)",
        [plan.case, plan.plan_hash, datetime.now(UTC).isoformat(timespec="microseconds"), plan.to_json()],
    )


def newest_plan(connection: duckdb.DuckDBPyConnection, case: str) -> MaintenancePlan | None:
    """Return the case's newest plan, if one was made."""
    row = connection.execute(
        "SELECT document FROM lester.case_plans WHERE case_id = ? ORDER BY made_at DESC LIMIT 1", [case]
    ).fetchone()
    return None if row is None else MaintenancePlan.from_json(str(row[0]))


def keep_outcome(connection: duckdb.DuckDBPyConnection, case: str, step: str, document: Document) -> None:
    """Store what a step of a case gave, in place of an earlier one."""
    connection.execute("DELETE FROM lester.case_outcomes WHERE case_id = ? AND step = ?", [case, step])
    connection.execute(
        "INSERT INTO lester.case_outcomes VALUES (?, ?, ?, ?)",
        [case, step, datetime.now(UTC).isoformat(timespec="seconds"), json.dumps(document, ensure_ascii=False)],
    )


def outcomes(connection: duckdb.DuckDBPyConnection, case: str) -> dict[str, Document]:
    """Return step → what it gave, with ``at``."""
    rows = connection.execute(
        "SELECT step, recorded_at, document FROM lester.case_outcomes WHERE case_id = ? ORDER BY recorded_at", [case]
    ).fetchall()
    return {step: json.loads(document) | {"at": at} for step, at, document in rows}


def remaining_pipelines(plan: MaintenancePlan) -> list[str]:
    """Return the pipelines that are there after the plan; those that the remaining rows cannot carry are removed by it."""
    gone = {s["pipeline"] for s in plan.document["stopped"]}
    return [p["pipeline"] for p in plan.document["bound"]["plans"] if p["pipeline"] not in gone]


def with_differences(actions: list[Document], replays: list[Document]) -> list[Document]:
    """Add to each action the class in which the replay compared it and the measured difference."""
    found = {f"{r['pipeline']}/{a['name']}": a for r in replays for a in r["artefacts"]}
    out = []
    for action in actions:
        compared = found.get(action["artefact"])
        given = {"class": action["guarantee"], "difference": None}
        if compared is not None:
            given = {"class": compared["class"], "difference": compared["max_difference"]}
        out.append(action | given)
    return out


def certificate_document(
    connection: duckdb.DuckDBPyConnection, project: str, case: Case, plan: MaintenancePlan, approval: Approval
) -> Document:
    """Return the unsigned certificate of an applied case: tokens, counts and hashes, no personal values."""
    done = outcomes(connection, case.case)
    applied, replayed = done.get("apply", {}), done.get("replay", {})
    purged, asked = done.get("purge", {}), done.get("ask-original", {})
    destroyed = {k: v for k, v in _untimed(purged).items() if k != "search"}
    seq, head = journal.head(connection)
    incomplete = incomplete_because(plan, replayed, purged, asked)
    return {
        "issued_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "project": {"name": project},
        "case": {
            "case": case.case,
            "right": case.right.value,
            "subject": case.subject,
            "received": case.received.isoformat(),
            "due": case.due.isoformat(),
            "extended": case.extended,
            "filed_by": case.filed_by,
            "filed_at": case.filed_at,
        },
        "plan": {k: plan.document[k] for k in ("plan_hash", "bound", "counts", "models", "keep_sources")},
        "approval": {
            "plan_hash": approval.plan_hash,
            "approved_by": approval.approved_by,
            "approved_at": approval.approved_at,
            "authenticated": approval.authenticated,
            "note": "" if approval.authenticated else "approver not authenticated",
        },
        "execution": {
            "plan_hash": applied.get("plan_hash"),
            "applied_at": applied.get("at"),
            "seconds": applied.get("seconds"),
            "actions": with_differences(plan.actions, replayed.get("pipelines", [])),
        },
        "replay": {
            "equal": bool(replayed.get("equal")),
            "artefacts": [a | {"pipeline": r["pipeline"]} for r in replayed.get("pipelines", []) for a in r["artefacts"]],
        },
        "ask_original": {"equal": bool(asked.get("equal")), "pipelines": [_untimed(p) for p in asked.get("pipelines", [])]},
        "purge": destroyed or {"status": "not done", "sources": [], "others": []},
        "search": purged.get("search") or {"values": 0, "files": 0, "hits": []},
        "not_removed": purged.get("not_removed", plan.document["not_removed"]),
        "complete": not incomplete,
        "incomplete_because": incomplete,
        "versions": {"lester": __version__, **VERSIONS},
        "audit_head": {"seq": seq, "hash": head},
    }


def _untimed(outcome: Document) -> Document:
    """An outcome without the seconds it took, which are kept for later estimates."""
    return {k: v for k, v in outcome.items() if k != "seconds"}


def incomplete_because(plan: MaintenancePlan, replayed: Document, purged: Document, asked: Document) -> list[str]:
    """Return why a case cannot be called complete, empty if it can."""
    out = []
    if plan.document["keep_sources"]:
        out.append("Only Lester's copy was erased: the source files still hold the person.")
    if not replayed:
        out.append("The result was not replayed.")
    elif not replayed.get("equal"):
        out.append("The result differs from a rerun on the remaining data.")
    if purged.get("status") != "done":
        out.append("Old copies and source lines are not purged yet.")
    if purged.get("search", {}).get("hits"):
        out.append("A search still found values of the person.")
    answers = asked.get("pipelines", [])
    if any(not p.get("equal") and p.get("compared", True) for p in answers):
        out.append("The original script, run again, gives something else.")
    elif any(not p.get("compared", True) for p in answers):
        out.append("The original script deals its rows anew, so nothing that it gives could be compared.")
    elif not asked:
        out.append("The original script was not asked.")
    return out
