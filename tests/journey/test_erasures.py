"""Erase very different people from the samples: what remains is what a run without them gives, and they are nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lester_gui.session import Session
from tests.journey.officers import (
    Done,
    assert_as_from_scratch,
    assert_equal,
    assert_same_plan,
    handle,
    labels,
    sides,
    sides_of_cells,
)
from tests.journey.places import places
from tests.journey.projects import PIPELINES

Copy = Callable[[str], Path]


@dataclass(frozen=True)
class Someone:
    """A person of a sample.

    Attributes
    ----------
    values : tuple of str
        What names them in files.
    rows : int
        Source rows.
    prepared : dict
        Pipeline → rows of its training and test set that are theirs; they are traced in all of them.
    written : tuple of str
        Files of scripts in which they are named before.
    """

    sample: str
    subject: str
    values: tuple[str, ...]
    rows: int
    prepared: dict[str, int]
    written: tuple[str, ...] = ()


LINE_1 = "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40"
LINE_28 = "54, ?, 180211, Some-college, 10, Married-civ-spouse, ?, Husband, Asian-Pac-Islander, Male, 0, 0, 60, South"
PEOPLE = {
    "many rows": Someone(
        "bank_mails", "000001", ("selma.daubner@courrier.example",), 121,
        {"complaints": 38, "complaints_v1": 41, "priority": 20}, ("out/selected.tsv",),
    ),
    "a single row": Someone(
        "bank_mails", "nils.marchand@post.example", ("nils.marchand@post.example",), 1,
        {"complaints": 0, "complaints_v1": 0, "priority": 0},
    ),
    "filtered out": Someone(
        "bank_mails", "customers.customer_id=000003", ("selma.quist@mail.example",), 8,
        {"complaints": 0, "complaints_v1": 0, "priority": 7},
    ),
    "the last record": Someone(
        "bank_mails", "000004", ("theo.valois@example.net",), 4,
        {"complaints": 1, "complaints_v1": 1, "priority": 3}, ("out/selected.tsv",),
    ),
    "a training patient": Someone(
        "hospital", "670-18-6875", ("670-18-6875",), 2, {"complications": 1}
    ),
    "a test patient": Someone(
        "hospital", "patients.ssn=372-79-4813", ("372-79-4813",), 2, {"complications": 1}, ("out/predictions.csv",)
    ),
    "a patient without a county": Someone(
        "hospital", "844-92-1943", ("844-92-1943",), 2, {"complications": 0}
    ),
    "a census line": Someone("census", "train.#row=1", (LINE_1,), 1, {"income": 1}),
    "a dropped census line": Someone("census", "train.#row=28", (LINE_28,), 1, {"income": 0}),
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_the_rest_is_a_run_without_them(copy_of: Copy, tmp_path: Path, temporary: Path, private_home: Path, who: str) -> None:
    someone = PEOPLE[who]
    folder, papers = copy_of(someone.sample), tmp_path / "papers"
    papers.mkdir()
    held_before = places(someone.values, [folder])
    assert any(p.startswith("data/") for p in held_before)  # the search finds what is there: in sources …
    assert any(".duckdb:" in p for p in held_before)  # … and in tables
    assert set(someone.written) <= held_before
    with Session.open(folder, user="ines") as session:
        before = {p: sides(session, p) for p in PIPELINES[someone.sample]}
        dealt = {p: sides_of_cells(session, p) for p in before}
        y = labels(session, "complaints_v1", tmp_path) if someone.sample == "bank_mails" else None
        done = handle(session, someone.subject)
        assert_equal(done.applied)
        assert done.plan["counts"]["source_rows"] == someone.rows
        for pipeline, old in before.items():
            new = sides(session, pipeline)
            assert new.items() <= old.items(), f"somebody of {pipeline} changed sides"
            assert len(old) - len(new) == someone.prepared[pipeline]
            assert sides_of_cells(session, pipeline) <= dealt[pipeline]
            assert_same_plan(session, pipeline)
            assert_as_from_scratch(session, pipeline, tmp_path)
        if y is not None and who == "the last record":
            _all_labels_turn(done, y, labels(session, "complaints_v1", tmp_path))
        assert not session.trace(someone.subject)["found"]
        session.certificate(done.case, papers / "certificate.json")
        session.evidence(done.case, papers / "evidence.html")
        assert places(someone.values, [temporary]) == set()
    certificate = json.loads((papers / "certificate.json").read_text())
    assert certificate["complete"], certificate["incomplete_because"]
    told = {n["what"] for n in certificate["not_removed"]}
    assert places(someone.values, [folder, private_home, temporary, papers]) <= told
    assert Session.check_certificate(papers / "certificate.json")["valid"]


def _all_labels_turn(done: Done, before: np.ndarray, after: np.ndarray) -> None:
    """The last mail of the file decides every label of the first version; the plan says so before anybody agrees."""
    assert (set(before), set(after)) == ({1.0}, {0.0})
    actions = {a["artefact"]: a for a in done.plan["actions"]}
    assert actions["complaints_v1/labels"]["rows"] == len(after)
    assert done.plan["counts"]["other_labels"] >= len(after)
    assert f"{len(after):,} labels and " in done.plan["sentence"]
    assert {o["column"] for o in done.plan["others"] if o["pipeline"] == "complaints_v1"} == {"last_is_premium", "last_sentiment"}
    shown = json.dumps(done.plan["others"])
    assert "negative" not in shown  # of another person's mail
