"""The kept script of the sample, through the session: rules stop, a written reply resolves the step, and evidence decides."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lester_gui import settings as preferences
from lester_gui.session import Session
from tests.rewrite.ollama.double import Double

CASSETTE = json.loads((Path(__file__).parent / "cassettes" / "priority.json").read_text(encoding="utf-8"))
RIGHT = json.dumps(CASSETTE["answers"][0]["answer"])
WRONG = [json.dumps(answer) for answer in CASSETTE["wrong"]]


@pytest.fixture
def project(tmp_path, samples_folder):
    """Return a copy of the bank project with a part of the mails."""
    folder = tmp_path / "bank"
    shutil.copytree(samples_folder / "bank_mails", folder, ignore=shutil.ignore_patterns("out", ".lester", "__pycache__"))
    mails = folder / "data" / "mails.csv"
    mails.write_bytes(b"".join(mails.read_bytes().splitlines(keepends=True)[::12]))
    with Session.open(folder) as session:
        yield session


def prefer(double: Double) -> None:
    preferences.save(replace(preferences.Settings(), ollama_host=double.address))


def test_a_reply_resolves_the_step_that_no_rule_covers(project):
    with Double([WRONG[0], RIGHT, RIGHT, WRONG[0]]) as double:
        prefer(double)
        answer = project.rewrite("priority", with_="ollama")
        assert (answer["status"], answer["opaque_steps"], answer["attempts"]) == ("verified", 0, 2)
        assert answer["rewriter"] == "rules and qwen2.5-coder:14b"

        review = project.review("priority")
        assert [a["accepted"] for a in review["attempts"]] == [False, True]
        number = next(s["number"] for s in review["steps"] if s["made_by"].startswith("model:"))
        agrees, differs = (opinion(project, number) for _ in range(2))
        wire, chats = double.wire, double.chats

    assert agrees["agrees"] is True and agrees["text"] == "the same step"
    assert differs["agrees"] is False and "rows differ" in differs["text"]
    assert project.review("priority")["accepted"] == review["accepted"]
    assert "The code yields:" in chats[1]["messages"][1]["content"]
    assert "sorted by email, title, sent" in chats[0]["messages"][1]["content"]
    for name in ("customers", "mails"):
        for line in (project.folder / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines():
            assert not any(cell.encode() in wire for cell in line.split(",") if "@" in cell or len(cell) > 24)


def opinion(project, number):
    steps = project.second_opinion("priority", number)["steps"]
    return next(s for s in steps if s["number"] == number)["second_opinion"]


def test_without_a_server_the_rules_result_stands(project):
    preferences.save(replace(preferences.Settings(), ollama_host="http://127.0.0.1:9"))
    answer = project.rewrite("priority", with_="ollama")
    assert "Ollama is not running" in answer["message"]
    assert (answer["opaque_steps"], answer["rewriter"], answer["attempts"]) == (1, "rules", 0)
    assert answer["status"] != "verified"  # an opaque step was not compared with anything
