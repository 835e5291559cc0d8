"""A plan says how long applying will take, checks included: estimated before the first case, measured after it."""

from __future__ import annotations

import csv
import shutil

import pytest

from lester_gui.cli_text import plan as told
from lester_gui.session import Session
from tests.session.conftest import PIPELINE, SSN

STEPS = ("replay", "purge", "ask_original")


@pytest.fixture
def session(ran_hospital, tmp_path):
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session(folder, "ines") as opened:
        yield opened


def planned(session, ssn):
    return session.plan(session.request("erasure", ssn, by="ines")["case"])


def test_seconds_of_a_plan_are_those_of_applying_it(session, tmp_path):
    with (session.folder / "data" / "patients.csv").open(newline="") as file:
        other = next(row["ssn"] for row in csv.DictReader(file) if row["ssn"] != SSN)
    first = planned(session, SSN)
    checks = first["checks_seconds"]
    assert not checks["measured"] and all(checks[step] > 0 for step in STEPS)
    assert first["apply_seconds"] == pytest.approx(first["seconds"] + sum(checks[step] for step in STEPS), abs=0.01)
    assert "estimated, as no case was carried out here yet" in told(first)

    session.approve(first["case"], by="maria", reason="identity checked")
    applied = session.apply(first["case"])
    case = session.case(first["case"])
    second = planned(session, other)
    measured = second["checks_seconds"]
    assert measured["measured"]
    assert measured["replay"] == case["replay"]["pipelines"][0]["seconds"]
    assert measured["ask_original"] == case["ask_original"]["pipelines"][0]["seconds"]
    assert measured["purge"] == case["purge"]["seconds"]
    assert sum(measured[step] for step in STEPS) < applied["seconds"], "the commit comes before"
    assert "measured at earlier cases" in told(second)
    certified = session._signed(first["case"])[1]
    assert "seconds" not in certified["purge"] and "seconds" not in certified["ask_original"]["pipelines"][0]


def test_before_the_first_case_a_script_takes_as_long_as_when_it_was_verified(session):
    before = planned(session, SSN)["checks_seconds"]
    with session.transaction() as connection:
        connection.execute(
            "UPDATE lester.pipeline SET verdict_json = ? WHERE name = ?", ['{"verdict": {"script_seconds": 33.5}}', PIPELINE]
        )
    case = session.cases()[0]["case"]
    assert session.plan(case)["checks_seconds"] == before | {"ask_original": 33.5}
