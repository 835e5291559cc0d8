"""Decisions about steps and findings, edits that keep what they can, and plans that deviate on purpose."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lester_gui.audit.journal import entries
from lester_gui.errors import UserError
from lester_gui.ir.notation import PlanTextError
from lester_gui.ir.serialise import dumps, plan_hash, to_json
from lester_gui.progress import silent
from lester_gui.rewrite.findings import Finding
from lester_gui.session import decisions, review
from lester_gui.session.deviations import Counter
from lester_gui.store import catalogue

PIPELINE = "complications"
EARLY = Finding("fitted-before-split", 24, "Encoders see the test rows", "Over all rows.", "The score is too good.")


def stored(session, plan, findings=(), **more):
    """Store a plan with findings of its script."""
    record = catalogue.get(session.connection, catalogue.Pipeline, name=PIPELINE)
    document = {"status": "verified", "findings": list(findings), "rule_findings": list(findings), "stages": {}} | more
    fresh = replace(record, plan_json=dumps(plan), plan_hash=plan_hash(plan), verdict_json=json.dumps(document))
    with session.transaction() as connection:
        catalogue.put_pipeline(connection, fresh)


def early_plan(session):
    """The hospital's plan with encoders fitted on all rows."""
    plan = session.rewritten(PIPELINE).plan
    return replace(plan, encode=replace(plan.encode, fit_on="all"))


def counter(session, plan):
    return Counter(plan, session.folder, session.configuration, session.worker, silent())


def test_a_step_is_accepted_only_when_its_finding_is_decided(hospital):
    plan = hospital.rewritten(PIPELINE).plan
    plan = replace(plan, prepared=replace(plan.prepared, lines=(29,)))
    finding = {"kind": "stale-variable", "title": "A stale value", "text": "Of the last row.", "line": 29, "effect": ""}
    stored(hospital, plan, [finding])
    shown = hospital.review(PIPELINE)
    number = shown["findings"][0]["step"]
    assert shown["undecided"] == 1
    with pytest.raises(UserError, match="Nobody decided yet"):
        hospital.decide_step(PIPELINE, number, "accepted")
    with pytest.raises(UserError, match="needs a reason"):
        hospital.decide_finding(PIPELINE, 1, "kept", " ")
    with pytest.raises(UserError, match="no other reading"):
        hospital.decide_finding(PIPELINE, 1, "deviates", "not meant")
    shown = hospital.decide_finding(PIPELINE, 1, "kept", "agreed with the owner", by="ines")
    assert (shown["undecided"], shown["findings"][0]["decided_by"]) == (0, "ines")
    shown = hospital.decide_step(PIPELINE, number, "accepted")
    assert shown["accepted"] == 1
    entry = next(e for e in entries(hospital.connection) if e.action == "finding-decided")
    assert entry.details["reason"] == "agreed with the owner" and entry.details["status"] == "kept"


def test_a_rejected_step_is_not_run(hospital):
    hospital.decide_step(PIPELINE, 1, "rejected", "reads the wrong file")
    with pytest.raises(UserError, match="Step 1 of complications was rejected"):
        hospital.run(PIPELINE)
    hospital.decide_step(PIPELINE, 1, "accepted")
    assert hospital.run(PIPELINE)["train_rows"] > 0


def test_decisions_before_the_first_changed_step_stay(hospital):
    found = hospital.rewritten(PIPELINE)
    for number in (1, 2, 3):
        hospital.decide_step(PIPELINE, number, "accepted")
    after = replace(found.plan, model=replace(found.plan.model, params=(("max_iter", 2000),)))
    kept = review.unchanged(found.plan, after)
    assert kept == [s.name for s in review.steps_of(found.plan)][:-1]
    with hospital.transaction() as connection:
        decisions.carry_over(connection, found.record, plan_hash(after), kept)
    stored(hospital, after)
    assert hospital.review(PIPELINE)["accepted"] == 3


def test_what_does_not_parse_changes_nothing(hospital):
    before = hospital.review(PIPELINE)
    with pytest.raises(PlanTextError) as caught:
        hospital.edit_plan(PIPELINE, before["plan"].replace(".join(", ".jion("))
    line = next(i for i, text in enumerate(before["plan"].splitlines(), 1) if ".join(" in text)
    assert caught.value.plan_line == line
    assert hospital.review(PIPELINE) == before


def test_the_other_reading_of_a_leak_is_counted(hospital):
    plan = early_plan(hospital)
    (told,) = [f for f in counter(hospital, plan).told([EARLY]) if f["kind"] == EARLY.kind]
    other = told["alternative"]
    assert other["plan"] == to_json(hospital.rewritten(PIPELINE).plan)
    assert 0 <= other["changed"] < other["of"] and f"of {other['of']:,} test decisions" in told["text"]


def test_rows_without_a_partner_are_counted(hospital):
    path = hospital.folder / "data" / "histories.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[4:]))
    told = counter(hospital, hospital.rewritten(PIPELINE).plan).told([])
    assert [f["counted"] for f in told if f["kind"] == "dropped-rows"] == [{"rows": 3, "of": len(lines) - 1}]


def test_a_script_without_a_plan_shows_what_stopped_it(hospital):
    record = catalogue.get(hospital.connection, catalogue.Pipeline, name=PIPELINE)
    stops = [{"line": 24, "reason": "no-rule", "why": "mystery() is unknown", "covered": False}]
    document = {"status": "not-run", "stops": stops}
    fresh = replace(record, plan_json=None, plan_hash=None, verdict_json=json.dumps(document), status="not-run")
    with hospital.transaction() as connection:
        catalogue.put_pipeline(connection, fresh)
    shown = hospital.review(PIPELINE)
    assert shown["plan"] == "" and shown["original"].count("\n") > 20
    assert [(s["line"], s["title"]) for s in shown["stops"]] == [(24, "No rule knows this call")]
    with pytest.raises(UserError, match="line 24 stopped the rules"):
        hospital.show(PIPELINE)
