"""Apply an approved plan: one transaction that does what was rehearsed, and is committed only if it comes out the same.

New model files are written before the commit that names them, so a process that dies leaves either the old state with files that
nothing names, or the new state complete. What the commit cannot reach (source files, old copies) it notes for the purge.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from lester_gui import faults
from lester_gui.audit.entries import same_person
from lester_gui.audit.journal import Journal
from lester_gui.errors import Refused
from lester_gui.maintenance.enact import PipelineStops, enact, leave_to_purge
from lester_gui.maintenance.plan import READ_AGAIN, MaintenancePlan, Stale, binding, describe, difference, source_changes
from lester_gui.maintenance.work import Site, Work
from lester_gui.progress import Context


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Who asked, who agreed, to which plan, and whether a hold is in force."""

    requested_by: str
    approved_by: str
    plan_hash: str
    on_hold: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """A committed case: the plan as it was carried out, and the seconds it took."""

    plan: MaintenancePlan
    seconds: float


def apply(
    con: duckdb.DuckDBPyConnection,
    journal: Journal,
    site: Site,
    work: Work,
    approved: MaintenancePlan,
    authorisation: Authorisation,
    ctx: Context,
    within: Callable[[duckdb.DuckDBPyConnection, MaintenancePlan], None],
) -> Applied:
    """Carry out a plan.

    Parameters
    ----------
    approved : MaintenancePlan
        The plan that was approved.
    within : callable
        Called in the transaction, before the commit: moves the case on and journals it.

    Raises
    ------
    Stale
        If something that the plan stands on changed, with the difference.
    Refused
        If requester and approver are one person, the approval is for another plan, or a hold is in force.
    """
    _refuse(authorisation, approved)
    changed = source_changes(con, site.folder)
    if changed:
        raise Stale(changed, READ_AGAIN)
    started = time.perf_counter()
    known = set(site.artifacts.garbage(()))
    try:
        with journal.transaction(con):
            faults.point("apply.begun")
            now = _enact(con, site, work, approved, ctx)
            faults.point("apply.noted")
            within(con, now)
            ctx.check_cancelled()  # the last moment: from here on it is done
            faults.point("apply.commit")
    except BaseException:
        site.artifacts.remove(p for p in site.artifacts.garbage(()) if p not in known)
        raise
    faults.point("apply.committed")
    return Applied(now, time.perf_counter() - started)


def _enact(con: duckdb.DuckDBPyConnection, site: Site, work: Work, approved: MaintenancePlan, ctx: Context) -> MaintenancePlan:
    bound = binding(con, site, work)
    if bound != approved.document["bound"]:
        raise Stale(difference(approved.document["bound"], bound))
    stopped = {r["pipeline"]: r["why"] for r in approved.document["stopped"]}
    try:
        done = enact(con, site, work, site.artifacts, ctx, stopped)
    except PipelineStops as stop:
        raise Stale([stop.message]) from stop
    now = describe(con, site, done, bound)
    if now.plan_hash != approved.plan_hash:
        raise Stale(["its actions come out otherwise"])
    leave_to_purge(con, site, done)
    return now


def _refuse(authorisation: Authorisation, approved: MaintenancePlan) -> None:
    if authorisation.on_hold:
        raise Refused("The case is on hold", hint="Lift the hold first.")
    if same_person(authorisation.requested_by, authorisation.approved_by):
        raise Refused("Who filed a request cannot approve it", hint="Ask a second person.")
    if authorisation.plan_hash != approved.plan_hash:
        raise Refused("The approval is for another plan", hint="Have the newest plan approved.")
