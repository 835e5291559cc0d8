"""Holds: a case that must wait, because a law or a dispute asks to keep the data. A case on hold is not executed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from lester_gui.audit.entries import Actor
from lester_gui.audit.journal import Journal
from lester_gui.errors import Refused, UserError
from lester_gui.requests.cases import Case, get_case


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. `released_at` is None while it is in force."""

    case: str
    held_by: str
    held_at: str
    reason: str
    released_at: str | None


def hold(
    con: duckdb.DuckDBPyConnection, journal: Journal, case: str, reason: str, actor: Actor, forbid: Iterable[str] = ()
) -> Case:
    """Put a case on hold.

    Raises
    ------
    UserError
        Without a reason.
    Refused
        If the case is executed or closed.
    """
    present = get_case(con, case)
    if not reason.strip():
        raise UserError("A hold needs a reason", hint="Name the duty or the dispute that asks to keep the data.")
    if not present.is_open or present.status.value == "applied":
        raise Refused(f"The case {present.case} is {present.status.value}, so it cannot be held")
    with journal.transaction(con):
        journal.append(con, "hold", actor, case=present.case, reason=reason.strip(), forbid=forbid)
        con.execute("INSERT INTO lester.case_holds VALUES (?, ?, ?, ?, NULL)", [present.case, actor.name, _now(), reason.strip()])
    return get_case(con, case)


def release(con: duckdb.DuckDBPyConnection, journal: Journal, case: str, actor: Actor) -> Case:
    """Lift all holds of a case."""
    present = get_case(con, case)
    if not present.holds:
        raise UserError(f"The case {present.case} is not on hold")
    with journal.transaction(con):
        con.execute(
            "UPDATE lester.case_holds SET released_at = ? WHERE case_id = ? AND released_at IS NULL", [_now(), present.case]
        )
        journal.append(con, "release", actor, case=present.case)
    return get_case(con, case)


def holds_of(con: duckdb.DuckDBPyConnection, case: str) -> list[Hold]:
    """Return all holds of a case, oldest first."""
    rows = con.execute(
        "SELECT case_id, held_by, held_at, reason, released_at FROM lester.case_holds WHERE case_id = ? ORDER BY held_at", [case]
    ).fetchall()
    return [Hold(*row) for row in rows]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
