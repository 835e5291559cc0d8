"""Cases one after the other, and a case while the purge of another waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lester_gui.errors import Refused
from lester_gui.session import Session
from tests.cli.conftest import SSN, answer, lester
from tests.journey.officers import REASON, assert_as_from_scratch, assert_equal, handle

Copy = Callable[[str], Path]
PIPELINE = "complications"
OTHER = "530-73-1817"
THIRD = "223-06-0077"


def text_of(folder: Path) -> str:
    return "".join((folder / f"data/{s}.csv").read_text() for s in ("patients", "histories"))


def test_two_approved_plans(copy_of: Copy, tmp_path: Path) -> None:
    """The second plan stands on what the first has changed: it is refused, made again, approved again, and done."""
    with Session.open(copy_of("hospital"), user="ines") as session:
        first, second = (session.request("erasure", ssn, by="ines")["case"] for ssn in (SSN, OTHER))
        for case in (first, second):
            session.plan(case)
            session.approve(case, by="maria", reason=REASON)
        assert_equal(session.apply(first))
        with pytest.raises(Refused, match="stale") as refused:
            session.apply(second)
        assert refused.value.exit_code == 4
        assert OTHER not in str(refused.value)
        session.plan(second)
        session.approve(second, by="maria", reason=REASON)
        assert_equal(session.apply(second))
        assert_as_from_scratch(session, PIPELINE, tmp_path)
        assert [session.case(c)["status"] for c in (first, second)] == ["done", "done"]
        assert SSN not in text_of(session.folder)
        assert OTHER not in text_of(session.folder)


def test_cases_while_a_purge_waits(copy_of: Copy, tmp_path: Path) -> None:
    folder = copy_of("hospital")
    with Session.open(folder, user="ines") as session:
        first = handle(session, SSN, purge=False)
        assert first.applied["status"] == "applied"
        assert first.applied["purge"] is None
        assert first.applied["replay"]["equal"]
        assert SSN in text_of(folder)
        asked = session.ask_original(PIPELINE)  # on what remains, although the files still hold more
        assert asked["equal"]
        assert any("source files themselves" in n for n in asked["not_compared"])
        assert not session.trace(SSN)["found"]
        second = handle(session, OTHER, purge=False)
        assert second.applied["replay"]["equal"]
        third = session.request("erasure", THIRD, by="ines")["case"]
        session.plan(third)
    refused = lester("run", folder, PIPELINE)
    assert refused.code == 1
    assert "lester purge" in refused.err
    assert SSN in text_of(folder)
    assert answer("purge", folder)["status"] == "done"
    assert SSN not in text_of(folder)
    assert OTHER not in text_of(folder)
    assert THIRD in text_of(folder)
    assert answer("purge", folder)["status"] == "nothing to purge"
    assert answer("replay", folder, PIPELINE)["equal"]
    assert answer("ask-original", folder, PIPELINE)["equal"]
    answer("approve", folder, third, "--by", "maria")
    assert "stale" in answer("apply", folder, third, code=4)["error"]["message"]  # its plan knew files that are others now
    with Session.open(folder, user="ines") as session:
        for case in (session.case(c) for c in (first.case, second.case)):
            assert (case["status"], case["replay"]["equal"], case["ask_original"]["equal"]) == ("done", True, True)
        assert session.audit()["intact"]
        assert_as_from_scratch(session, PIPELINE, tmp_path)


def test_a_hold_stops_a_case(copy_of: Copy) -> None:
    with Session.open(copy_of("hospital"), user="ines") as session:
        case = session.request("erasure", SSN, by="ines")["case"]
        session.plan(case)
        session.approve(case, by="maria", reason=REASON)
        session.hold(case, reason="a court has asked for the file", by="maria")
        before = text_of(session.folder)
        with pytest.raises(Refused):
            session.apply(case)
        assert text_of(session.folder) == before
        session.release(case, by="maria")
        assert_equal(session.apply(case))
