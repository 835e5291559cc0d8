"""Who decides on a case sees its rows masked, and one value of them with a reason that is kept; the value is not."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from lester_gui.errors import UserError
from lester_gui.session import Session
from tests.session.conftest import SSN


@pytest.fixture
def session(ran_hospital, tmp_path):
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session(folder, "ines") as opened:
        yield opened


def patient(session) -> dict[str, str]:
    with (session.folder / "data" / "patients.csv").open(newline="") as file:
        return next(row for row in csv.DictReader(file) if row["ssn"] == SSN)


def test_rows_are_masked_and_say_which_columns_matter(session):
    case = session.request("erasure", SSN, by="ines")["case"]
    shown = session.affected_rows(case, "patients")
    text = json.dumps(shown)
    told = patient(session)
    assert not [name for name in ("ssn", "first_name", "last_name", "income", "race") if f'"{told[name]}"' in text]
    assert {s["source"]: s["rows"] for s in shown["sources"]} == {"patients": 1, "histories": 1}
    (row,) = shown["rows"]
    roles = {f["column"]: f["role"] for f in row["fields"]}
    assert row["fields"][0] == {
        "column": "ssn", "role": "key", "pipelines": ["complications"], "masked": "6•••5", "new_masked": None,
    }  # fmt: skip
    assert (roles["income"], roles["age_group"], roles["last_name"]) == ("data", "control", "")
    assert set(roles) == set(told) and row["others"] == 0


def test_a_correction_shows_old_and_new_masked(session):
    case = session.request("rectification", SSN, set=["patients.income=54321.5"], by="ines")["case"]
    (row,) = session.affected_rows(case)["rows"]
    fields = {f["column"]: f for f in row["fields"]}
    assert set(fields) == {"ssn", "income"} and row["others"] == len(patient(session)) - 2
    assert (fields["income"]["role"], fields["income"]["new_masked"]) == ("changes", "5•••5")
    assert "54321" not in json.dumps(row)


def test_a_value_is_revealed_with_a_reason_that_is_journalled(session):
    case = session.request("rectification", SSN, set=["patients.income=54321.5"], by="ines")["case"]
    row_id = session.affected_rows(case)["rows"][0]["row_id"]
    with pytest.raises(UserError, match="with a reason only"):
        session.reveal_affected(case, "patients", row_id, "income", " ")
    for personal in (SSN, "54321.5", patient(session)["income"]):
        with pytest.raises(UserError, match="contains a value of the person"):
            session.reveal_affected(case, "patients", row_id, "income", f"is it {personal}")
    found = session.reveal_affected(case, "patients", row_id, "income", "compare with the payslip")
    assert found == {"value": patient(session)["income"], "new": "54321.5", "seconds": 30}
    entry = session.audit()["entries"][-1]
    assert entry["action"] == "reveal" and entry["details"]["case"] == case
    assert (entry["details"]["column"], entry["details"]["reason"]) == ("income", "compare with the payslip")
    journal = Path(session.folder, ".lester", "journal.jsonl").read_text()
    assert "54321" not in journal and SSN not in journal and found["value"] not in journal


def test_what_is_not_touched_is_not_shown(session):
    case = session.request("rectification", SSN, set=["patients.income=54321.5"], by="ines")["case"]
    with pytest.raises(UserError, match="touches no row of histories"):
        session.affected_rows(case, "histories")
    with pytest.raises(UserError, match="touches no such field"):
        session.reveal_affected(case, "patients", 2, "income", "another person's row")
    with pytest.raises(UserError, match="1 to 20 rows"):
        session.affected_rows(case, count=21)
    access = session.request("access", SSN, by="ines")["case"]
    with pytest.raises(UserError, match="changes no rows"):
        session.affected_rows(access)


def test_looking_writes_nothing_and_leaves_the_approval_as_it_is(session):
    case = session.request("erasure", SSN, by="ines")["case"]
    plan = session.plan(case)
    session.approve(case, by="maria", reason="identity checked")
    before = session.audit()["count"]
    session.affected_rows(case)
    assert session.audit()["count"] == before
    assert session.case(case)["approval"]["by"] == "maria" and session.case(case)["plan"]["plan_hash"] == plan["plan_hash"]
    session.apply(case)
    with pytest.raises(UserError, match="File a new request"):
        session.affected_rows(case)
    assert Path(session.folder, "data", "patients.csv").read_text().count(SSN) == 0
