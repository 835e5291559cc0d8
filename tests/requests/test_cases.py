from datetime import date

import duckdb
import pytest

from lester_gui.audit.entries import Actor, same_person
from lester_gui.audit.journal import Journal, entries
from lester_gui.errors import Refused, UserError
from lester_gui.requests.approvals import approval_of, approve
from lester_gui.requests.cases import (
    FLOW,
    NEXT_ACTION,
    STATUS_TEXT,
    Correction,
    Right,
    Status,
    close_case,
    corrections_of,
    extend,
    file_case,
    get_case,
    list_cases,
    parse_correction,
    set_status,
)
from lester_gui.requests.holds import hold, holds_of, release

Con = duckdb.DuckDBPyConnection
TODAY = date(2027, 2, 18)


def planned(con: Con, case: str, plan_hash: str = "ab" * 32, at: str = "2027-02-18T10:00:00") -> None:
    con.execute("INSERT INTO lester.case_plans VALUES (?, ?, ?, '{}')", [case, plan_hash, at])
    set_status(con, case, Status.PLANNED)


def test_filing_gives_a_number_a_deadline_and_an_entry(con: Con, journal: Journal, anna: Actor) -> None:
    case = file_case(con, journal, Right.ERASURE, "P-7F3K", anna, date(2027, 1, 31), today=TODAY)
    assert (case.case, case.status, case.due, case.filed_by) == ("LR-0001", Status.NEW, date(2027, 3, 1), "J. Lindqvist")
    entry = entries(con)[-1]
    assert (entry.action, entry.actor, entry.os_user) == ("request", "J. Lindqvist", "jl")
    assert entry.details == {"case": "LR-0001", "right": "erasure", "subject": "P-7F3K", "due": "2027-03-01"}


def test_the_same_request_is_not_filed_twice(con: Con, journal: Journal, anna: Actor) -> None:
    file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    with pytest.raises(UserError, match="The open case LR-0001 asks for the same"):
        file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    file_case(con, journal, Right.ACCESS, "P-7F3K", anna, today=TODAY)
    file_case(con, journal, Right.ERASURE, "P-8888", anna, today=TODAY)
    close_case(con, journal, "LR-0001", "withdrawn", anna)
    assert file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY).case == "LR-0004"
    assert len(entries(con)) == 5


def test_corrections(con: Con, journal: Journal, anna: Actor) -> None:
    one, two = Correction("patients", "county", "county2", 17), Correction("patients", "income", "1")
    case = file_case(con, journal, Right.RECTIFICATION, "P-7F3K", anna, corrections=[one, two], today=TODAY)
    assert corrections_of(con, case.case) == (one, two)
    with pytest.raises(UserError, match="asks for the same"):
        file_case(con, journal, Right.RECTIFICATION, "P-7F3K", anna, corrections=[two], today=TODAY)
    file_case(con, journal, Right.RECTIFICATION, "P-7F3K", anna, corrections=[Correction("patients", "race", "x")], today=TODAY)
    assert "county2" not in str([e.details for e in entries(con)])
    close_case(con, journal, case.case, "refused: the value is right", anna)
    assert corrections_of(con, case.case) == ()
    for bad in ([], [one, one]):
        with pytest.raises(UserError):
            file_case(con, journal, Right.RECTIFICATION, "P-9999", anna, corrections=bad, today=TODAY)
    with pytest.raises(UserError, match="no other request has one"):
        file_case(con, journal, Right.ERASURE, "P-9999", anna, corrections=[one], today=TODAY)


def test_a_request_from_the_future_or_from_nobody(con: Con, journal: Journal, anna: Actor) -> None:
    with pytest.raises(UserError, match="future"):
        file_case(con, journal, Right.ERASURE, "P-7F3K", anna, date(2027, 2, 19), today=TODAY)
    with pytest.raises(UserError, match="name of the person who files"):
        file_case(con, journal, Right.ERASURE, "P-7F3K", Actor(" \u200b", "jl"), today=TODAY)
    assert list_cases(con) == [] and entries(con) == []


def test_extension(con: Con, journal: Journal, anna: Actor) -> None:
    case = file_case(con, journal, Right.ERASURE, "P-7F3K", anna, date(2027, 1, 31), today=TODAY).case
    with pytest.raises(UserError, match="needs a reason"):
        extend(con, journal, case, " ", anna, TODAY)
    with pytest.raises(UserError, match="value of the person"):
        extend(con, journal, case, "Anna Berg has many mails", anna, TODAY, forbid=["anna berg"])
    with pytest.raises(Refused, match="first month is over"):
        extend(con, journal, case, "many sources", anna, date(2027, 3, 2))
    assert extend(con, journal, case, "many sources", anna, TODAY).due == date(2027, 4, 30)
    with pytest.raises(Refused, match="extended before"):
        extend(con, journal, case, "many sources", anna, TODAY)


def test_list_is_sorted_by_due_date_with_closed_cases_last(con: Con, journal: Journal, anna: Actor) -> None:
    for token, day in (("P-AAAA", 17), ("P-BBBB", 10), ("P-CCCC", 3)):
        file_case(con, journal, Right.ACCESS, token, anna, date(2027, 2, day), today=TODAY)
    close_case(con, journal, "LR-0003", "answered", anna)
    assert [c.case for c in list_cases(con)] == ["LR-0002", "LR-0001", "LR-0003"]


def test_the_flow_is_kept(con: Con, journal: Journal, anna: Actor) -> None:
    file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    with pytest.raises(Refused, match="is new and cannot become applied"):
        set_status(con, "LR-0001", Status.APPLIED)
    assert set(FLOW) == set(STATUS_TEXT) == set(NEXT_ACTION) == set(Status)
    with pytest.raises(UserError, match="There is no case LR-0007"):
        get_case(con, "LR-0007")
    assert get_case(con, " lr-0001 ").case == "LR-0001"


@pytest.mark.parametrize(
    "name", ["J. Lindqvist", "j. lindqvist ", "J.  LINDQVIST", "Ｊ. Lindqvist", "J. Lind\u00adqvist", "J. Lind\u200bqvist"]
)
def test_nobody_approves_their_own_request(con: Con, journal: Journal, anna: Actor, name: str) -> None:
    assert same_person(name, anna.name)
    file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    planned(con, "LR-0001")
    with pytest.raises(Refused, match="cannot approve it"):
        approve(con, journal, "LR-0001", "ab" * 32, Actor(name, "other"))
    assert entries(con)[-1].action == "approve-refused" and entries(con)[-1].details["note"] == "self-approval"
    assert approval_of(con, "LR-0001") is None


def test_an_approval_is_bound_to_the_plan(con: Con, journal: Journal, anna: Actor, second: Actor) -> None:
    file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    with pytest.raises(UserError, match="no plan yet"):
        approve(con, journal, "LR-0001", "ab" * 32, second)
    planned(con, "LR-0001")
    with pytest.raises(Refused, match="newer plan"):
        approve(con, journal, "LR-0001", "cd" * 32, second)
    with pytest.raises(UserError, match="typed case number"):
        approve(con, journal, "LR-0001", "ab" * 32, second, typed="LR-0002")
    given = approve(con, journal, "LR-0001", "ab" * 32, second, "consent withdrawn", typed="lr-0001")
    assert not given.authenticated and approval_of(con, "LR-0001") == given
    assert get_case(con, "LR-0001").status is Status.APPROVED
    planned(con, "LR-0001", "cd" * 32, "2027-02-18T11:00:00")
    assert approval_of(con, "LR-0001") is None and get_case(con, "LR-0001").status is Status.PLANNED


def test_a_hold_stops_and_a_release_frees(con: Con, journal: Journal, anna: Actor, second: Actor) -> None:
    file_case(con, journal, Right.ERASURE, "P-7F3K", anna, today=TODAY)
    planned(con, "LR-0001")
    with pytest.raises(UserError, match="needs a reason"):
        hold(con, journal, "LR-0001", "", second)
    assert hold(con, journal, "LR-0001", "tax law, until 2030", second).holds == 1
    with pytest.raises(Refused, match="on hold"):
        approve(con, journal, "LR-0001", "ab" * 32, second)
    assert release(con, journal, "LR-0001", second).holds == 0
    assert holds_of(con, "LR-0001")[0].released_at is not None
    with pytest.raises(UserError, match="not on hold"):
        release(con, journal, "LR-0001", second)
    approve(con, journal, "LR-0001", "ab" * 32, second)
    assert [e.action for e in entries(con)] == ["request", "hold", "approve-refused", "release", "approve"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("patients.county=county2", Correction("patients", "county", "county2")),
        ("patients.county=county2@17", Correction("patients", "county", "county2", 17)),
        ("patients.county=a=b.c", Correction("patients", "county", "a=b.c")),
        ("patients.county=", Correction("patients", "county", "")),
        ("patients.county=anna@example.org", Correction("patients", "county", "anna@example.org")),
        ("patients.county=room@@17", Correction("patients", "county", "room@17")),
        ("a.b.county=x@1", Correction("a.b", "county", "x", 1)),
        ("a.b.c.d=x", Correction("a.b", "c.d", "x")),
    ],
)
def test_corrections_are_read(text: str, expected: Correction) -> None:
    known = {("patients", "county"), ("a.b", "county"), ("a.b", "c.d")}
    assert parse_correction(text, lambda s, c: (s, c) in known) == expected


@pytest.mark.parametrize(
    "text", ["", "patients", "patients.county", "county=x", "patients.=x", ".county=x", "patients.secret=hush"]
)
def test_a_wrong_correction_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_correction(text, lambda s, c: (s, c) == ("patients", "county"))
    assert "hush" not in str(caught.value)
