"""Access packages hold the person and nobody else; decisions and deadlines are documented; Lester's copy only is incomplete."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import zipfile

import pytest

from lester_gui.errors import Refused, UserError
from lester_gui.progress import silent
from lester_gui.session import Session
from lester_gui.session.access import Holder
from tests.session.conftest import SSN


@pytest.fixture
def session(ran_hospital, tmp_path):
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session(folder, "ines") as opened:
        yield opened


def everybody(session):
    with (session.folder / "data" / "patients.csv").open(newline="") as file:
        return {row["ssn"] for row in csv.DictReader(file)}


def test_the_package_holds_the_person_and_nobody_else(session, tmp_path):
    case = session.request("access", SSN, by="ines")
    assert case["next_action"] == "export"
    out = tmp_path / "package.zip"
    made = session.access_package(case["case"], out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with zipfile.ZipFile(out) as package:
        held = {name: package.read(name).decode() for name in package.namelist()}
    text = "".join(held.values())
    assert SSN in held["sources/patients.txt"] and SSN in held["sources/histories.txt"]
    assert not [one for one in everybody(session) - {SSN} if one in text]
    contents = json.loads(held["access.json"])
    (pipeline,) = contents["pipelines"]
    traced = session.trace(SSN)
    assert pipeline["training_rows"] + pipeline["test_rows"] == len(held["complications/features.csv"].splitlines()) - 1 == 1
    assert {v["view"]: v["rows"] for v in pipeline["views"]}["data-5"] == 1
    assert {s["source"]: s["rows"] for s in contents["sources"]} == {s["source"]: s["rows"] for s in traced["sources"]}
    assert pipeline["logic"]["model"].endswith("LogisticRegression") and "join" in held["complications/plan.txt"]
    assert {m["what"] for m in contents["to_be_added"]} >= {"recipients", "storage periods"}
    shown = session.case(case["case"])
    assert shown["access"]["rows"] == made["rows"] and SSN not in json.dumps(shown)
    assert session.answer(case["case"], "granted", "sent", by="ines")["status"] == "closed"


def test_rows_with_values_of_others_stay_out(session):
    person = session.require_subject(SSN)
    run, _plan = session.latest("complications")
    way = session._reach(run, person, silent())
    owner = Holder(session.connection, person.subject.rows)
    (number,) = way.own["data"]
    assert owner.is_theirs(way, "data", number)
    somebody = Holder(session.connection, {"patients": person.subject.rows["patients"], "histories": ()})
    assert not somebody.is_theirs(way, "data", number), "the history would be another person's"


def test_an_answer_needs_what_it_claims(session):
    access = session.request("access", SSN, by="ines")["case"]
    with pytest.raises(UserError, match="not made yet"):
        session.answer(access, "granted", "sent")
    with pytest.raises(UserError, match="no plan"):
        session.plan(access)
    erasure = session.request("erasure", SSN, by="ines")["case"]
    with pytest.raises(UserError, match="carrying it out"):
        session.answer(erasure, "granted", "done")
    with pytest.raises(UserError, match="no request for access"):
        session.access_package(erasure, session.folder / "x.zip")
    with pytest.raises(UserError, match="reason"):
        session.answer(erasure, "refused", " ")
    with pytest.raises(UserError):  # the reason would keep the person's number in the journal
        session.answer(erasure, "refused", f"{SSN} is a customer")
    assert session.answer(erasure, "refused", "a legal duty to keep")["answer"]["decision"] == "refused"


@pytest.mark.parametrize("right", ["restriction", "objection"])
def test_a_decision_says_what_it_does_not_change(session, right):
    case = session.request(right, SSN, by="ines")
    assert case["next_action"] == "answer" and not case["extended"]
    assert session.extend(case["case"], "complex", by="ines")["extended"]
    with pytest.raises(Refused):
        session.extend(case["case"], "still complex", by="ines")
    answered = session.answer(case["case"], "granted", "accuracy contested", by="ines")
    assert "Not supported yet" in answered["answer"]["effect"]
    assert answered["group"] == "done"


def test_lesters_copy_only_leaves_the_files_and_is_incomplete(session, tmp_path):
    before = (session.folder / "data" / "patients.csv").read_bytes()
    case = session.request("erasure", SSN, by="ines")["case"]
    assert session.plan(case, keep_sources=True)["keep_sources"]
    session.approve(case, by="paul", reason="agreed")
    done = session.apply(case)
    assert done["status"] == "done" and (session.folder / "data" / "patients.csv").read_bytes() == before
    assert done["ask_original"]["equal"], "the script is asked on what remains in Lester's copy"
    written = session.certificate(case, tmp_path / "certificate.json")
    assert written["incomplete_because"] == ["Only Lester's copy was erased: the source files still hold the person."]
    assert not session.trace(SSN)["found"]


def test_nobody_gets_the_key_of_another_person(session):
    """The two would be one from then on, and be erased together."""
    other = sorted(everybody(session) - {SSN})[0]
    with pytest.raises(Refused, match="another person's") as refusal:
        session.request("rectification", SSN, [f"patients.ssn={other}"], by="ines")
    assert other not in str(refusal.value) + refusal.value.hint
    assert session.cases() == []
    assert session.request("rectification", SSN, ["patients.ssn=000-00-0000"], by="ines")["status"] == "new"


def test_a_stale_plan_is_not_approved_and_an_approver_has_a_name(session):
    case = session.request("erasure", SSN, by="ines")["case"]
    session.plan(case)
    with pytest.raises(UserError, match="needs a name"):
        session.approve(case, by=" ")
    patients = session.folder / "data" / "patients.csv"
    patients.write_bytes(patients.read_bytes() + patients.read_bytes().splitlines(keepends=True)[-1])
    with pytest.raises(Refused, match="stale"):
        session.approve(case, by="nora")
    assert session.case(case)["approval"] is None
