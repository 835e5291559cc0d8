"""Cases: one request of one person each, known by a number and a token. Nothing in a case names the person.

New values of a rectification are the exception: they are needed until the correction is applied, stand in a table of their own,
and leave with it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

import duckdb

from lester_gui.audit.entries import Actor, plain_name
from lester_gui.audit.journal import Journal
from lester_gui.errors import Refused, UserError
from lester_gui.requests.deadlines import due_date
from lester_gui.store.migrations import TableSet, register


class Right(StrEnum):
    """The rights of a person, by article of the GDPR."""

    ACCESS = "access"  # Art. 15
    RECTIFICATION = "rectification"  # Art. 16
    ERASURE = "erasure"  # Art. 17
    RESTRICTION = "restriction"  # Art. 18
    OBJECTION = "objection"  # Art. 21


class Status(StrEnum):
    """Where a case stands. A hold is not a status: a case on hold keeps the one it has."""

    NEW = "new"
    PLANNED = "planned"
    APPROVED = "approved"
    APPLIED = "applied"  # committed; purge not finished
    DONE = "done"
    CLOSED = "closed"  # without execution: answered, refused or withdrawn


FLOW: Final[dict[Status, frozenset[Status]]] = {
    Status.NEW: frozenset({Status.PLANNED, Status.CLOSED}),
    Status.PLANNED: frozenset({Status.PLANNED, Status.APPROVED, Status.CLOSED}),
    Status.APPROVED: frozenset({Status.PLANNED, Status.APPROVED, Status.APPLIED, Status.CLOSED}),
    Status.APPLIED: frozenset({Status.DONE}),
    Status.DONE: frozenset(),
    Status.CLOSED: frozenset(),
}
"""Which status may follow which. Planning again takes an approval back."""

OPEN: Final = (Status.NEW, Status.PLANNED, Status.APPROVED, Status.APPLIED)
EXECUTABLE: Final = (Right.ERASURE, Right.RECTIFICATION)

STATUS_TEXT: Final[dict[Status, str]] = {
    Status.NEW: "New",
    Status.PLANNED: "Waits for approval",
    Status.APPROVED: "Approved",
    Status.APPLIED: "Applied, purge pending",
    Status.DONE: "Done, certificate can be issued",
    Status.CLOSED: "Closed",
}
NEXT_ACTION: Final[dict[Status, str]] = {
    Status.NEW: "plan",
    Status.PLANNED: "approve",
    Status.APPROVED: "apply",
    Status.APPLIED: "purge",
    Status.DONE: "certificate",
    Status.CLOSED: "",
}


_ANSWERS: Final = {Right.ACCESS: "export", Right.RESTRICTION: "answer", Right.OBJECTION: "answer"}

TABLES: Final = register(
    TableSet(
        "requests",
        (
            (
                "CREATE TABLE lester.cases (case_id VARCHAR PRIMARY KEY, request_right VARCHAR NOT NULL,"
                " subject VARCHAR NOT NULL, status VARCHAR NOT NULL, received DATE NOT NULL, due DATE NOT NULL,"
                " extended BOOLEAN NOT NULL, filed_by VARCHAR NOT NULL, filed_at VARCHAR NOT NULL, closed_at VARCHAR)",
                "CREATE TABLE lester.case_corrections (case_id VARCHAR NOT NULL, place INTEGER NOT NULL, source VARCHAR NOT NULL,"
                " column_name VARCHAR NOT NULL, new_value VARCHAR NOT NULL, row_id BIGINT)",
                "CREATE TABLE lester.case_holds (case_id VARCHAR NOT NULL, held_by VARCHAR NOT NULL, held_at VARCHAR NOT NULL,"
                " reason VARCHAR NOT NULL, released_at VARCHAR)",
                "CREATE TABLE lester.case_plans (case_id VARCHAR NOT NULL, plan_hash VARCHAR NOT NULL, made_at VARCHAR NOT NULL,"
                " document VARCHAR NOT NULL)",
                "CREATE TABLE lester.case_approvals (case_id VARCHAR NOT NULL, plan_hash VARCHAR NOT NULL,"
                " approved_by VARCHAR NOT NULL, os_user VARCHAR NOT NULL, approved_at VARCHAR NOT NULL, reason VARCHAR NOT NULL,"
                " authenticated BOOLEAN NOT NULL)",
                "CREATE TABLE lester.case_outcomes (case_id VARCHAR NOT NULL, step VARCHAR NOT NULL,"
                " recorded_at VARCHAR NOT NULL, document VARCHAR NOT NULL)",
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Correction:
    """One new value: ``SOURCE.COLUMN=VALUE``, for one row or, without `row_id`, for every row of the person in the source."""

    source: str
    column: str
    value: str
    row_id: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One request.

    Attributes
    ----------
    case : str
        Its number, ``LR-0001``.
    subject : str
        The person's token.
    received, due : date
        Due includes an extension.
    filed_by : str
        Who filed it: the requester, who cannot approve.
    holds : int
        Number of holds in force.
    """

    case: str
    right: Right
    subject: str
    status: Status
    received: date
    due: date
    extended: bool
    filed_by: str
    filed_at: str
    closed_at: str | None
    holds: int

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def file_case(
    con: duckdb.DuckDBPyConnection,
    journal: Journal,
    right: Right,
    subject: str,
    actor: Actor,
    received: date | None = None,
    corrections: Iterable[Correction] = (),
    today: date | None = None,
) -> Case:
    """File a request.

    Raises
    ------
    UserError
        If an open case of this person asks for the same, the date lies ahead, or corrections are missing or out of place.
    """
    now = today or datetime.now(UTC).date()
    day = received or now
    wanted = tuple(corrections)
    if not plain_name(actor.name):
        raise UserError("A request needs the name of the person who files it", hint="Give it with --by.")
    if day > now:
        raise UserError("The request would have been received in the future", hint="Give the day on which it arrived.")
    if (right is Right.RECTIFICATION) != bool(wanted):
        raise UserError(
            "A rectification needs at least one new value, and no other request has one",
            hint="Give it as --set SOURCE.COLUMN=VALUE, or SOURCE.COLUMN=VALUE@ROW_ID for one row.",
        )
    targets = [(c.source, c.column, c.row_id) for c in wanted]
    if len(set(targets)) != len(targets):
        raise UserError("One field gets two new values", hint="Give each field once.")
    twin = _duplicate(con, right, subject, set(targets))
    if twin:
        raise UserError(f"The open case {twin} asks for the same", hint="Work on that case, or close it first.")
    with journal.transaction(con):
        number = con.execute("SELECT coalesce(max(CAST(case_id[4:] AS INTEGER)), 0) + 1 FROM lester.cases").fetchall()[0][0]
        case = f"LR-{number:04d}"
        due = due_date(day)
        con.execute(
            "INSERT INTO lester.cases VALUES (?, ?, ?, ?, ?, ?, false, ?, ?, NULL)",
            [case, right.value, subject, Status.NEW.value, day, due, actor.name, _now()],
        )
        for place, c in enumerate(wanted):
            con.execute(
                "INSERT INTO lester.case_corrections VALUES (?, ?, ?, ?, ?, ?)",
                [case, place, c.source, c.column, c.value, c.row_id],
            )
        journal.append(con, "request", actor, case=case, right=right.value, subject=subject, due=due.isoformat())
    return get_case(con, case)


def get_case(con: duckdb.DuckDBPyConnection, case: str) -> Case:
    """Return one case.

    Raises
    ------
    UserError
        If there is none of that number.
    """
    found = _select(con, "WHERE case_id = ?", [case.strip().upper()])
    if not found:
        which = f"case {case}" if re.fullmatch(r"[A-Za-z0-9-]{1,20}", case) else "such case"
        raise UserError(f"There is no {which}", hint="Cases are numbered from LR-0001 on.")
    return found[0]


def list_cases(con: duckdb.DuckDBPyConnection) -> list[Case]:
    """Return all cases, the open ones by due date first."""
    return sorted(_select(con, "", []), key=lambda c: (not c.is_open, c.due, c.case))


def next_action(case: Case) -> str:
    """Return what to do next with a case: rights that change no data are answered, not planned."""
    if case.status is Status.NEW and case.right in _ANSWERS:
        return _ANSWERS[case.right]
    return NEXT_ACTION[case.status]


def corrections_of(con: duckdb.DuckDBPyConnection, case: str) -> tuple[Correction, ...]:
    """Return the new values that a rectification asks for; none once they are forgotten."""
    rows = con.execute(
        "SELECT source, column_name, new_value, row_id FROM lester.case_corrections WHERE case_id = ? ORDER BY place", [case]
    ).fetchall()
    return tuple(Correction(*row) for row in rows)


def forget_corrections(con: duckdb.DuckDBPyConnection, case: str) -> None:
    """Delete the new values of a case, within the caller's transaction."""
    con.execute("DELETE FROM lester.case_corrections WHERE case_id = ?", [case])


def set_status(con: duckdb.DuckDBPyConnection, case: str, status: Status) -> None:
    """Move a case on, within the caller's transaction.

    Raises
    ------
    Refused
        If the status cannot follow the present one.
    """
    present = get_case(con, case)
    if status not in FLOW[present.status]:
        raise Refused(f"The case {case} is {present.status.value} and cannot become {status.value}")
    closed = _now() if status in (Status.DONE, Status.CLOSED) else None
    con.execute("UPDATE lester.cases SET status = ?, closed_at = ? WHERE case_id = ?", [status.value, closed, case])


def close_case(
    con: duckdb.DuckDBPyConnection, journal: Journal, case: str, reason: str, actor: Actor, forbid: Iterable[str] = ()
) -> Case:
    """Close a case that is not executed: answered, refused or withdrawn. The reason is journalled."""
    if not reason.strip():
        raise UserError("Closing a case needs a reason", hint="A refusal is answered with reasons, too (Art. 12(4)).")
    with journal.transaction(con):
        set_status(con, case, Status.CLOSED)
        forget_corrections(con, case)
        journal.append(con, "case-closed", actor, case=case, reason=reason.strip(), forbid=forbid)
    return get_case(con, case)


def extend(
    con: duckdb.DuckDBPyConnection,
    journal: Journal,
    case: str,
    reason: str,
    actor: Actor,
    today: date | None = None,
    forbid: Iterable[str] = (),
) -> Case:
    """Extend the deadline by two months, which the person must be told, with reasons, within the first (Art. 12(3)).

    Raises
    ------
    UserError
        Without a reason.
    Refused
        If the case is closed or extended already, or the first month is over.
    """
    present = get_case(con, case)
    if not reason.strip():
        raise UserError("An extension needs a reason", hint="Say what makes the request complex; the person is told.")
    if not present.is_open:
        raise Refused(f"The case {case} is {present.status.value}")
    if present.extended:
        raise Refused(f"The case {case} was extended before", hint="The law allows it once.")
    if (today or datetime.now(UTC).date()) > present.due:
        raise Refused("The first month is over", hint="An extension must be announced within it.")
    due = due_date(present.received, extended=True)
    with journal.transaction(con):
        con.execute("UPDATE lester.cases SET due = ?, extended = true WHERE case_id = ?", [due, case])
        journal.append(con, "extension", actor, case=case, due=due.isoformat(), reason=reason.strip(), forbid=forbid)
    return get_case(con, case)


def parse_correction(text: str, known: Callable[[str, str], bool]) -> Correction:
    """Read ``SOURCE.COLUMN=VALUE[@ROW_ID]``.

    Parameters
    ----------
    text : str
        What was typed. An ``@`` followed by digits at the end is a row; write ``@@`` for a value that ends like that.
    known : callable
        Says whether a source has a column.

    Raises
    ------
    UserError
        If the text has another form or names no column. The value is not repeated.
    """
    place, equals, value = text.partition("=")
    source, dot, column = place.partition(".")
    while dot and not known(source, column):  # names may contain dots
        head, dot, column_rest = column.partition(".")
        if not dot:
            break
        source, column = f"{source}.{head}", column_rest
    if not equals or not source or not column:
        raise UserError("A correction has the form SOURCE.COLUMN=VALUE", hint="Add @ROW_ID to change one row only.")
    if not known(source, column):
        raise UserError("No source has the column that the correction names", hint="lester scan lists the sources.")
    row_id = None
    match = re.fullmatch(r"(.*?)(@+)([0-9]+)", value, flags=re.DOTALL)
    if match and len(match[2]) == 1:
        value, row_id = match[1], int(match[3])
    elif match:
        value = f"{match[1]}{match[2][1:]}{match[3]}"
    return Correction(source, column, value, row_id)


def _select(con: duckdb.DuckDBPyConnection, where: str, values: list[object]) -> list[Case]:
    rows = con.execute(
        "SELECT case_id, request_right, subject, status, received, due, extended, filed_by, filed_at, closed_at,"
        " (SELECT count(*) FROM lester.case_holds h WHERE h.case_id = c.case_id AND released_at IS NULL)"
        f" FROM lester.cases c {where} ORDER BY case_id",
        values,
    ).fetchall()
    return [Case(r[0], Right(r[1]), r[2], Status(r[3]), *r[4:]) for r in rows]


def _duplicate(
    con: duckdb.DuckDBPyConnection, right: Right, subject: str, targets: set[tuple[str, str, int | None]]
) -> str | None:
    for case in _select(con, "WHERE request_right = ? AND subject = ?", [right.value, subject]):
        same = not targets or {(c.source, c.column, c.row_id) for c in corrections_of(con, case.case)} & targets
        if case.is_open and same:
            return case.case
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
