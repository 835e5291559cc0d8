"""Approvals: a second person agrees to one plan, known by its hash. Any other plan needs a new approval.

A typed name proves nothing, so `authenticated` stays false until approvers sign with keys of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from lester_gui.audit.entries import Actor, plain_name, same_person
from lester_gui.audit.journal import Journal
from lester_gui.errors import Refused, UserError
from lester_gui.requests.cases import Status, get_case, set_status


@dataclass(frozen=True, slots=True)
class Approval:
    """Who agreed to which plan, and when."""

    case: str
    plan_hash: str
    approved_by: str
    os_user: str
    approved_at: str
    reason: str
    authenticated: bool


def approve(
    con: duckdb.DuckDBPyConnection,
    journal: Journal,
    case: str,
    plan_hash: str,
    actor: Actor,
    reason: str = "",
    typed: str | None = None,
    forbid: Iterable[str] = (),
) -> Approval:
    """Approve the plan that the approver saw.

    Parameters
    ----------
    plan_hash : str
        Of the plan on the screen; it must be the case's newest.
    reason : str
        Kept in the journal; must not name the person.
    typed : str, optional
        The case number as typed to confirm, where the front end asks for it.

    Raises
    ------
    Refused
        If the approver filed the request, a hold is in force, or the plan is not the newest. The journal notes it.
    UserError
        If the name is empty or the typed number differs.
    """
    present = get_case(con, case)
    case = present.case
    if not plain_name(actor.name):
        raise UserError("An approval needs the name of the person who approves", hint="Give it with --by.")
    if typed is not None and typed.strip().upper() != case:
        raise UserError("The typed case number is another one", hint=f"Type {case} to confirm.")
    newest = newest_plan_hash(con, case)
    refusal: Refused | None = None
    if newest is None:
        raise UserError(f"The case {case} has no plan yet", hint=f"lester plan PROJECT {case}")
    if same_person(actor.name, present.filed_by):
        refusal = Refused("Who filed a request cannot approve it", hint="Ask a second person.")
        note = "self-approval"
    elif present.holds:
        refusal = Refused(f"The case {case} is on hold", hint="Lift the hold first.")
        note = "on-hold"
    elif plan_hash != newest:
        refusal = Refused("There is a newer plan than the one to be approved", hint="Read the new plan first.")
        note = "newer-plan"
    elif present.status not in (Status.PLANNED, Status.APPROVED):
        refusal = Refused(f"The case {case} is {present.status.value}, so there is nothing to approve")
        note = "status"
    if refusal is not None:
        journal.record(con, "approve-refused", actor, case=case, plan_hash=plan_hash, note=note)
        raise refusal
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    approval = Approval(case, plan_hash, actor.name.strip(), actor.os_user, at, reason.strip(), False)
    with journal.transaction(con):
        journal.append(
            con,
            "approve",
            actor,
            case=case,
            plan_hash=plan_hash,
            authenticated=False,
            reason=reason.strip() or None,
            forbid=forbid,
        )
        con.execute(
            "INSERT INTO lester.case_approvals VALUES (?, ?, ?, ?, ?, ?, ?)",
            [case, plan_hash, approval.approved_by, approval.os_user, at, approval.reason, False],
        )
        set_status(con, case, Status.APPROVED)
    return approval


def approval_of(con: duckdb.DuckDBPyConnection, case: str) -> Approval | None:
    """Return the approval of the case's newest plan, if there is one."""
    row = con.execute(
        "SELECT case_id, plan_hash, approved_by, os_user, approved_at, reason, authenticated FROM lester.case_approvals"
        " WHERE case_id = ? AND plan_hash = ? ORDER BY approved_at DESC LIMIT 1",
        [case, newest_plan_hash(con, case)],
    ).fetchone()
    return None if row is None else Approval(*row)


def newest_plan_hash(con: duckdb.DuckDBPyConnection, case: str) -> str | None:
    """Return the hash of the case's newest plan."""
    row = con.execute(
        "SELECT plan_hash FROM lester.case_plans WHERE case_id = ? ORDER BY made_at DESC LIMIT 1", [case]
    ).fetchone()
    return None if row is None else str(row[0])
