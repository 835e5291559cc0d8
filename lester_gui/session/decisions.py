"""What people decided about the steps and findings of a plan, and what models said of them. Bound to the plan by its hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import duckdb

from lester_gui.errors import UserError
from lester_gui.store.catalogue import Pipeline
from lester_gui.store.migrations import TableSet, register

Document = dict[str, Any]
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
KEPT: Final = "kept"  # a finding: the plan does what the script does
DEVIATES: Final = "deviates"  # a finding: the plan does otherwise, on purpose
SHORTEST_REASON = 3

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


@dataclass(frozen=True, slots=True)
class Known:
    """The newest decision and opinion per step or finding.

    Attributes
    ----------
    decisions : mapping
        Name of the step, or key of the finding → (decision, by whom, reason).
    opinions : mapping
        Name of the step → what a model said.
    """

    decisions: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    opinions: Mapping[str, Document] = field(default_factory=dict)

    def of(self, name: str) -> str | None:
        """The decision about a step or finding, or None."""
        return self.decisions[name][0] if name in self.decisions else None


def known(connection: duckdb.DuckDBPyConnection, record: Pipeline) -> Known:
    """Return what was decided about a stored plan."""
    given = [record.name, record.plan_hash]
    rows = connection.execute(
        "SELECT step, decision, decided_by, reason FROM lester.step_decision WHERE pipeline = ? AND plan_hash = ? "
        "ORDER BY decided_at, rowid",
        given,
    ).fetchall()
    opinions = connection.execute(
        "SELECT step, opinion_json FROM lester.second_opinion WHERE pipeline = ? AND plan_hash = ? ORDER BY asked_at", given
    ).fetchall()
    return Known({r[0]: (r[1], r[2], r[3]) for r in rows}, {step: json.loads(text) for step, text in opinions})


def require_reason(decision: str, reason: str) -> None:
    """Refuse a decision that is none, or that lacks its reason.

    Raises
    ------
    UserError
        If the decision is unknown, or anything but an acceptance has no reason.
    """
    if decision not in (ACCEPTED, REJECTED, KEPT, DEVIATES):
        raise UserError(
            f"There is no decision {decision!r}", "A step is accepted or rejected; a finding is kept or deviated from."
        )
    if decision != ACCEPTED and len(reason.strip()) < SHORTEST_REASON:
        what = "A rejection" if decision == REJECTED else "A decision about a finding"
        raise UserError(f"{what} needs a reason", "Write in a few words why; the journal keeps it.")


def decide(connection: duckdb.DuckDBPyConnection, record: Pipeline, name: str, decision: str, reason: str, by: str) -> None:
    """Store a decision about a step or a finding, within the caller's transaction.

    Raises
    ------
    UserError
        As `require_reason`.
    """
    require_reason(decision, reason)
    connection.execute(
        "INSERT INTO lester.step_decision VALUES (?, ?, ?, ?, ?, ?, ?)",
        [record.name, record.plan_hash, name, decision, by, _now(), reason.strip()],
    )


def carry_over(connection: duckdb.DuckDBPyConnection, record: Pipeline, plan_hash: str, names: Iterable[str]) -> None:
    """Let decisions about a plan stand for its successor too, within the caller's transaction."""
    if plan_hash == record.plan_hash:
        return
    connection.execute(
        "DELETE FROM lester.step_decision WHERE pipeline = ? AND plan_hash = ?", [record.name, plan_hash]
    )  # of an earlier plan that was the same: what was decided since counts
    connection.execute(
        "INSERT INTO lester.step_decision SELECT pipeline, ?, step, decision, decided_by, decided_at, reason "
        "FROM lester.step_decision WHERE pipeline = ? AND plan_hash = ? AND list_contains(?, step)",
        [plan_hash, record.name, record.plan_hash, list(names)],
    )


def keep_opinion(connection: duckdb.DuckDBPyConnection, record: Pipeline, step: str, opinion: Document) -> None:
    """Store what a language model said about a step, within the caller's transaction."""
    connection.execute(
        "INSERT INTO lester.second_opinion VALUES (?, ?, ?, ?, ?)",
        [record.name, record.plan_hash, step, json.dumps(opinion), _now()],
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
