"""Rules rewrite every sample but the one that is kept for a language model, and that one still runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lester_gui.session import Session
from tests.journey.projects import KEPT, VERIFIED, Prepared

Samples = Callable[[str], Prepared]
FUNCTIONS = {"sentiment", "predict_sentiment", "embed"}


@pytest.mark.parametrize(("sample", "pipeline"), VERIFIED, ids=[p for _, p in VERIFIED])
def test_rules_rewrite_it_whole(samples: Samples, sample: str, pipeline: str) -> None:
    made = samples(sample).answers
    said = made["rewrite"][pipeline]
    assert (said["status"], said["rewriter"], said["opaque_steps"], said["attempts"]) == ("verified", "rules", 0, 0)
    assert {s: x["status"] for s, x in said["stages"].items()} == dict.fromkeys(
        ("prepare", "encode", "label", "split", "model"), "equal"
    )
    assert said["inputs"] >= 10
    functions = {f["name"] for f in made["show"][pipeline].get("functions", [])}
    assert functions <= FUNCTIONS
    assert said["user_function_columns"] == len(functions)
    run = made["run"][pipeline]
    assert run["train_rows"] > 200
    assert run["test_rows"] > 50
    assert run["model"]["distance_from_script"]["disagreement_on_test"] <= 0.02


def test_the_stale_label_is_told_with_its_alternative(samples: Samples) -> None:
    findings = samples("bank_mails").answers["rewrite"]["complaints_v1"]["findings"]
    stale = [f for f in findings if "earlier loop" in f["text"] or f["kind"].startswith("stale")]
    assert len(stale) == 1
    assert "2,505" in " ".join(str(v) for v in stale[0].values()), stale  # labels that hang on one mail


def test_the_kept_step_is_opaque_and_the_rest_is_not(samples: Samples) -> None:
    said = samples(KEPT[0]).answers["rewrite"][KEPT[1]]
    assert (said["status"], said["opaque_steps"]) == ("partly-verified", 1)
    assert [s["reason"] for s in said["stops"]] == ["recurrence"]


def test_a_plan_with_an_opaque_step_runs_and_traces(samples: Samples, copy_of: Callable[[str], Path]) -> None:
    assert samples(KEPT[0]).answers["run"][KEPT[1]]["train_rows"] > 1000
    with Session.open(copy_of(KEPT[0])) as session:
        found = session.trace("000001")
        by_name = {p["pipeline"]: p for p in found["pipelines"]}
        assert by_name["priority"]["train_rows"] > 0
        views = {v["view"]: v for v in found["views"] if v["pipeline"] == "priority"}
        threads = views["threads"]  # the opaque step; its lineage is coarse: every row may hang on theirs
        assert threads["rows"] == 0 and threads["state_rows"] == threads["of"] > 0
