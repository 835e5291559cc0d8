"""The palette: things by a few letters, persons by an exact value only."""

from __future__ import annotations

import json
import shutil
import threading
import time
from pathlib import Path

from lester_gui.audit.entries import Actor
from lester_gui.audit.journal import entries
from lester_gui.requests.cases import Right, file_case
from tests.session.conftest import PIPELINE, SSN, Looking


def kinds(found: list[dict[str, str]]) -> set[str]:
    return {hit["kind"] for hit in found}


def test_things_are_found_by_a_few_letters(hospital: Looking) -> None:
    def hits(text: str) -> list[tuple[str, ...]]:
        return [(h["kind"], h["title"], h["text"], h["target"]) for h in hospital.search(text)]

    found = hits("Compl")
    assert ("pipeline", PIPELINE, "complications.py", PIPELINE) in found
    assert ("view", "complications", "complications, 3 rows", "complications/complications") in found
    assert ("column", "complications", "complications, histories", "complications/histories") in found
    assert ("source", "patients", "887 rows", "patients") in hits("pati")
    assert ("source", "patients", "data/patients.csv", "patients") in hits("patients.csv")
    assert [hit["target"] for hit in hospital.search("audit")] == ["audit"]
    assert hospital.search("  ") == []
    assert hospital.search("nothing of the kind") == []


def test_a_case_is_found_by_number_and_by_right(hospital: Looking) -> None:
    token = hospital.search(SSN)[0]["target"]
    file_case(hospital.connection, hospital.journal, Right.ERASURE, token, Actor.current("ines"))
    case = {"kind": "case", "title": "LR-0001", "text": "erasure, new", "target": "LR-0001"}
    for text in ("LR-0001", "lr", "eras", token):
        assert case in hospital.search(text)


def test_a_person_is_found_by_an_exact_value_only(hospital: Looking) -> None:
    (person,) = hospital.search(f"  {SSN} ")
    assert person["kind"] == "person"
    assert person["title"] == person["target"]
    assert person["target"].startswith("P-")
    assert person["text"] == "known by histories.ssn, patients.ssn"
    for part in (SSN[:-1], SSN[1:], "670", "Tabby"):
        assert "person" not in kinds(hospital.search(part))
    assert hospital.search(person["target"]) == [person]
    assert hospital.search(person["target"].lower()) == [person]
    assert hospital.search(f"patients.ssn={SSN}") == [person]
    assert "person" not in kinds(hospital.search("P-ZZZZZZ"))


def test_a_person_is_journalled_once_by_token(hospital: Looking) -> None:
    before = len(entries(hospital.connection))
    token = hospital.search(SSN)[0]["target"]
    hospital.search(SSN)
    new = entries(hospital.connection)[before:]
    assert [(e.action, e.details) for e in new] == [("search", {"subject": token})]
    assert SSN not in json.dumps([e.details for e in new])


def test_search_is_quick_and_does_not_wait_for_a_run(hospital: Looking) -> None:
    known = hospital.search(SSN)
    answers: list[object] = []
    with hospital._lock:
        start = time.perf_counter()
        searcher = threading.Thread(target=lambda: answers.extend([hospital.search("data"), hospital.search(SSN)]))
        searcher.start()
        searcher.join(20)
        assert time.perf_counter() - start < 2
    assert len(answers) == 2
    assert answers[1] == known


def test_before_a_run_names_of_the_project_are_found(tmp_path: Path, samples_folder: Path) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(samples_folder / "hospital", folder)
    with Looking(folder) as session:
        assert kinds(session.search("complications")) == {"pipeline"}
        assert session.search("histories")[0]["kind"] == "source"
        assert session.search(SSN) == []
        assert not (folder / ".lester").exists()
