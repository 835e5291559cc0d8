"""The JSON documents of all commands, with the keys that scripts rely on, and their summaries for people."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lester_gui import cli_text
from lester_gui.cli import COMMANDS, _json
from lester_gui.cli_text import FOLLOWS
from tests.cli.conftest import PIPELINE, SSN, answer, assert_mendable, lester

Made = tuple[Path, dict[str, Any]]
TOKEN = re.compile(r"P-[0-9A-Z]{4,26}")


def has(document: dict[str, Any], keys: str) -> None:
    """Check for keys, which are separated by blanks."""
    missing = set(keys.split()) - set(document)
    assert not missing, f"{sorted(missing)} of {sorted(document)}"


def test_scan(made: Made) -> None:
    found = made[1]["scan"]
    has(found, "pipelines sources configured proposal not_understood modules")
    (pipeline,) = found["pipelines"]
    has(pipeline, "name script kind status sources writes")
    assert (pipeline["name"], pipeline["script"], pipeline["kind"]) == (PIPELINE, "complications.py", "script")
    assert pipeline["status"] == "not-rewritten"
    assert pipeline["sources"] == ["patients", "histories"]
    assert {s["name"]: (s["path"], s["rows"], s["subject_keys"]) for s in found["sources"]} == {
        "patients": ("data/patients.csv", 887, ["ssn"]),
        "histories": ("data/histories.csv", 887, ["ssn"]),
    }


def test_scan_proposes_and_writes_only_when_told(fresh: Path) -> None:
    (fresh / "lester.toml").unlink()
    assert "stands in lester.toml: check it" not in lester("scan", fresh).out
    assert "Which columns name a person is proposed: check it" in lester("scan", fresh).out
    found = answer("scan", fresh)
    assert not found["configured"]
    assert "[sources.patients]" in found["proposal"]
    assert not (fresh / "lester.toml").exists()
    written = answer("scan", fresh, "--write")
    assert written["configured"]
    assert (fresh / "lester.toml").read_text() == found["proposal"]
    assert answer("scan", fresh)["configured"]
    assert "Which columns name a person stands in lester.toml: check it" in lester("scan", fresh).out


def test_rewrite(made: Made) -> None:
    found = made[1]["rewrite"]
    has(found, "pipeline status rewriter attempts opaque_steps user_function_columns plan_hash stages findings")
    assert (found["status"], found["rewriter"], found["attempts"]) == ("verified", "rules", 0)
    assert (found["opaque_steps"], found["user_function_columns"]) == (0, 0)
    assert re.fullmatch("[0-9a-f]{64}", found["plan_hash"])
    assert set(found["stages"]) == {"prepare", "encode", "label", "split", "model"}
    for stage in found["stages"].values():
        has(stage, "status compared")
        assert stage["status"] in ("equal", "permuted")


def test_what_the_plan_does_not_need_is_named_by_its_line_and_stops_nothing(fresh: Path) -> None:
    script = fresh / "complications.py"
    before = script.read_text()
    script.write_text(before + "summary = data.groupby('county').income.describe().unstack()\n")
    said = lester("rewrite", fresh, PIPELINE, "--with", "rules")
    assert said.code == 0
    line = len(before.splitlines()) + 1
    assert f"Line {line} of the script is not in the plan: the model does not need it" in said.out
    assert "stopped" not in said.out and "ot understood" not in said.out


def test_what_stops_the_rules_is_said_by_line_where_there_is_no_plan() -> None:
    stops = [
        {"line": 24, "reason": "no-rule", "why": "There is no rule for mystery()", "covered": False, "beside": False},
        {"line": 30, "reason": "no-rule", "why": f"{FOLLOWS}: table", "covered": False, "beside": False},
    ]
    d = {"pipeline": "p", "status": "not-run", "rewriter": "rules", "opaque_steps": 0, "user_function_columns": 0, "stages": {},
         "findings": [], "stops": stops, "plan_hash": None}  # fmt: skip
    said = cli_text.rewrite(d).splitlines()
    assert said[1:] == [
        "  Not understood, line 24: There is no rule for mystery()",
        "  1 later step that needs what is made there",
    ]
    opaque = cli_text.rewrite(d | {"plan_hash": "ab", "stops": [stops[0] | {"covered": True}]})
    assert "Kept as one opaque step, line 24: There is no rule for mystery()" in opaque


def test_show(made: Made, project: Path) -> None:
    shown = lester("show", project, PIPELINE)
    assert shown.code == 0
    assert "county" in shown.out
    assert 'county in ["county2", "county3"]' in shown.out
    plan = answer("show", project, PIPELINE)
    assert isinstance(plan, dict)
    assert "data-5" in json.dumps(plan)


def test_run(made: Made) -> None:
    found = made[1]["run"]
    has(found, "run_id views train_rows test_rows features model")
    assert (found["train_rows"], found["test_rows"], found["features"]) == (217, 73, 9)
    assert {"name": "data-5", "rows": 290} in found["views"]
    has(found["model"], "class metrics distance_from_script")
    assert found["model"]["class"] == "LogisticRegression"
    assert 0.5 < found["model"]["metrics"]["accuracy"] <= 1
    has(found["model"]["distance_from_script"], "max_parameter_difference disagreement_on_test")


def test_trace(erased: Made) -> None:
    found = erased[1]["trace"]
    has(found, "subject searched sources views pipelines sentence")
    assert TOKEN.fullmatch(found["subject"])
    assert {s["source"]: s["row_ids"] for s in found["sources"]} == {"patients": [1], "histories": [1]}
    rows = {v["view"]: v["rows"] for v in found["views"]}
    assert rows["data-5"] >= 1
    (pipeline,) = found["pipelines"]
    has(pipeline, "pipeline train_rows test_rows features models artefacts influence")
    assert pipeline["train_rows"] + pipeline["test_rows"] == 1
    assert pipeline["influence"]["sentence"]
    assert SSN not in json.dumps(found)


def test_trace_of_nobody_is_empty_and_no_error(project: Path) -> None:
    found = answer("trace", project, "000-00-0000")
    assert found["subject"] is None
    assert found["sources"] == found["views"] == []
    assert {s["source"] for s in found["searched"]} == {"patients", "histories"}
    said = lester("trace", project, "000-00-0000")
    assert said.code == 0
    assert said.out.startswith("Nobody with this value")


@pytest.mark.parametrize("subject", [SSN, f"patients.ssn={SSN}", f"histories.ssn={SSN}", "patients.#row=1"])
def test_every_way_to_name_a_person_gives_one_token(project: Path, subject: str) -> None:
    token = answer("trace", project, subject)["subject"]
    assert token == answer("trace", project, "-", stdin=f"{SSN}\n")["subject"]
    assert token == answer("trace", project, token)["subject"]


def test_request_and_plan(erased: Made) -> None:
    filed, plan = erased[1]["request"], erased[1]["plan"]
    has(filed, "case due")
    assert re.fullmatch("LR-[0-9]{4}", filed["case"])
    assert re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", filed["due"])
    has(plan, "plan_hash actions full_rerun_seconds")
    for action in plan["actions"]:
        has(action, "artefact kind rows method guarantee seconds")
    assert SSN not in json.dumps(filed) + json.dumps(plan)
    assert [(w["source"], w["rows"]) for w in plan["without_key"]] == [("patients", 0), ("histories", 0)]


def test_rows_of_a_case_before_its_approval(erased: Made, project: Path) -> None:
    shown = erased[1]["rows"]
    has(shown, "case right subject sources page pages")
    assert [p["source"] for p in shown["pages"]] == ["histories", "patients"]
    assert SSN not in json.dumps(shown)
    case = answer(
        "request", project, "--right", "rectification", "--subject", SSN, "--set", "patients.income=54321.5", "--by", "ines"
    )["case"]
    said = lester("rows", project, case, "--source", "patients").out
    assert "data/patients.csv: 1 row, which is corrected" in said
    assert re.search(r"income +1•••0 +5•••5 +changes", said)
    assert re.search(r"ssn +6•••5 +names the person", said)
    assert "54321" not in said and SSN not in said
    assert "no more rows" in lester("rows", project, case, "--page", "2").out
    assert_mendable(lester("rows", project, case, "--source", "histories"), "touches no row of histories", "patients")
    assert "counted from 1" in lester("rows", project, case, "--page", "0").err


def test_approve_and_apply(erased: Made) -> None:
    approved, applied = erased[1]["approve"], erased[1]["apply"]
    has(approved, "case plan_hash approved_by authenticated")
    assert (approved["approved_by"], approved["authenticated"]) == ("maria", False)
    assert approved["plan_hash"] == erased[1]["plan"]["plan_hash"]
    has(applied, "status seconds actions")
    assert applied["status"] == "done"
    for action in applied["actions"]:
        has(action, "artefact class difference")


def test_the_person_is_gone(erased: Made) -> None:
    folder = erased[0]
    assert SSN not in (folder / "data/patients.csv").read_text()
    assert len((folder / "data/patients.csv").read_text().splitlines()) == 887
    assert answer("trace", folder, SSN)["sources"] == []
    assert not [p for p in folder.rglob("*") if p.is_file() and SSN.encode() in p.read_bytes()]


def test_purge_replay_and_ask_original(erased: Made) -> None:
    purged, replayed, asked = (erased[1][name] for name in ("purge", "replay", "ask-original"))
    has(purged, "status files")
    has(replayed, "equal artefacts")
    assert replayed["equal"] is True
    for artefact in replayed["artefacts"]:
        has(artefact, "name class max_difference")
    has(asked, "equal stages not_compared")
    assert asked["equal"] is True


def test_certificate(erased: Made, tmp_path: Path) -> None:
    written, checked = erased[1]["certificate"], erased[1]["check-certificate"]
    assert Path(written["path"]).is_file()
    has(checked, "valid signer reasons")
    assert checked["valid"] is True
    text = Path(written["path"]).read_text()
    assert SSN not in text
    assert "not authenticated" in text
    document = json.loads(text)
    changed = text.replace('"maria"', '"nadia"')
    assert changed != text
    assert document
    (tmp_path / "changed.json").write_text(changed)
    refused = lester("check-certificate", tmp_path / "changed.json", "--json")
    assert refused.code == 3
    assert refused.document["valid"] is False
    assert refused.document["reasons"]
    key = tmp_path / "trusted.txt"
    key.write_text("0" * 64 + "\n")
    assert lester("check-certificate", written["path"], "--trust", key).code == 3
    again = lester("certificate", erased[0], written["case"], "--out", written["path"], "--json")
    assert again.code == 1 and "already" in again.document["error"]["message"]
    assert Path(written["path"]).read_text() == text


def test_audit(erased: Made) -> None:
    found = erased[1]["audit"]
    has(found, "entries head intact")
    assert found["intact"] is True
    actions = [e["action"] for e in found["entries"]]
    for wanted in ("rewrite", "run", "request", "plan", "approve", "apply", "replay", "purge", "ask-original", "certificate"):
        assert wanted in actions
    assert SSN not in json.dumps(found)


def test_a_journal_that_was_changed_exits_3(erased: Made, tmp_path: Path) -> None:
    shutil.copytree(erased[0], tmp_path / "hospital")
    mirror = tmp_path / "hospital/.lester/journal.jsonl"
    mirror.write_text(mirror.read_text().replace("maria", "nadia"))
    result = lester("audit", tmp_path / "hospital", "--json")
    assert result.code == 3
    assert result.document["intact"] is False


def test_a_view_that_was_changed_is_not_equal_to_its_replay(erased: Made, tmp_path: Path) -> None:
    from lester_gui.store.connection import open_project

    shutil.copytree(erased[0], tmp_path / "hospital")
    with open_project(tmp_path / "hospital") as store:
        table = store.connection.execute("SELECT table_name FROM lester.view WHERE name = 'data-5'").fetchone()
        assert table is not None
        first = f"(SELECT min(__row_no) FROM lester.{table[0]})"
        store.connection.execute(f"UPDATE lester.{table[0]} SET income = income + 1 WHERE __row_no = {first}")
    result = lester("replay", tmp_path / "hospital", PIPELINE, "--json")
    assert result.code == 3
    assert result.document["equal"] is False


def test_export(project: Path, tmp_path: Path) -> None:
    for name, file, shape in (
        ("X_train", "X.npy", [217, 9]),
        ("y_test", "y.csv", [73]),
        ("data-5", "view.parquet", [290, 7]),
        ("model", "model.skops", []),
    ):
        found = answer("export", project, PIPELINE, name, "--out", tmp_path / file)
        has(found, "name path shape format")
        assert (found["name"], found["shape"]) == (name, shape)
        assert Path(found["path"]).is_file()
    assert np.load(tmp_path / "X.npy", allow_pickle=False).shape == (217, 9)


def test_score(project: Path, tmp_path: Path) -> None:
    found = answer("score", project, PIPELINE, "--in", project / "data", "--out", tmp_path / "scores.csv")
    has(found, "rows path note")
    assert found["rows"] == len(pd.read_csv(tmp_path / "scores.csv")) == 290


def test_rectification_of_one_field(project: Path) -> None:
    case = answer(
        "request", project, "--right", "rectification", "--subject", SSN, "--set", "patients.income=1000.5", "--by", "ines"
    )["case"]
    plan = answer("plan", project, case)
    answer("approve", project, case, "--by", "maria", "--reason", "payslip seen")
    done = answer("apply", project, case)
    assert done["status"] == "done"
    assert plan["actions"]
    lines = [line for line in (project / "data/patients.csv").read_text().splitlines() if SSN in line]
    assert len(lines) == 1
    assert ",1000.5," in lines[0]
    assert answer("replay", project, PIPELINE)["equal"]


def test_summaries_are_short_and_show_no_person(made: Made, erased: Made) -> None:
    answers = made[1] | erased[1]
    answers |= {
        "show": {"text": "dialect"},
        "demo": {"status": "done", "folder": "here", "files": ["a.png"]},
        "access": {"case": "LR-0002", "rows": 5, "files": 7, "path": "package.zip", "withheld": 1},
        "answer": {"case": "LR-0002", "answer": {"decision": "granted", "effect": "Nothing changes."}},
        "extend": {"case": "LR-0002", "due": "2027-03-01"},
        "export": {"name": "X_train", "path": "X.npy", "shape": [217, 9], "format": "npy"},
        "score": {"rows": 1, "path": "scores.csv", "note": "Means of the new rows."},
    }
    for command in COMMANDS:
        said = command.summary(answers[command.name])
        assert said.strip(), command.name
        assert SSN not in said
        assert not re.search(r"[{}\[\]]|None|nan", said), f"{command.name}: {said}"


def test_summaries_of_a_no(erased: Made) -> None:
    by_name = {c.name: c for c in COMMANDS}
    for name, key in (("replay", "equal"), ("ask-original", "equal"), ("check-certificate", "valid"), ("audit", "intact")):
        answer_no = erased[1][name] | {key: False, "first_bad": 3}
        assert by_name[name].says_no(answer_no)
        said = by_name[name].summary(answer_no)
        assert "NOT" in said or "something else" in said or "breaks at entry 3" in said
    nobody = by_name["trace"].summary(erased[1]["trace"] | {"found": False})
    assert nobody.startswith("Nobody")


def test_json_has_numbers_only_where_they_mean_something() -> None:
    assert json.loads(_json({"a": [float("inf"), 1.5], "b": {"c": float("nan")}})) == {"a": [None, 1.5], "b": {"c": None}}


def test_a_case_that_is_not_there(project: Path) -> None:
    for name in ("plan", "apply"):
        assert_mendable(lester(name, project, "LR-0099"), "There is no case LR-0099", "LR-0001")
