"""Bad input gives one line and a hint, and changes nothing."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lester_gui.session import Session
from tests.cli.conftest import (
    PIPELINE,
    SSN,
    Result,
    answer,
    assert_mendable,
    child,
    contents,
    lester,
    obey_permissions,
)

JOURNAL = ".lester/journal.jsonl"


@pytest.fixture
def unchanged(project: Path) -> Iterator[Callable[[], None]]:
    """Remember the project; to be called when its preparation is complete. Checked at the end."""
    before: list[tuple[dict[str, str], list[str]]] = []
    yield lambda: before.append(state(project))
    assert before, "the test did not say when its preparation was complete"
    assert runs(project) == [1]
    assert state(project) == before[0]


def state(project: Path) -> tuple[dict[str, str], list[str]]:
    """Everything that a refused command must leave alone, and the journal.

    That somebody searched for a person is journalled whatever comes of it; so is what the next start tidied up.
    """
    kept = contents(project)
    del kept[JOURNAL]
    lines = (project / JOURNAL).read_text().splitlines()
    return kept, [line for line in lines if json.loads(line)["action"] not in ("search", "recover")]


def runs(project: Path) -> list[int]:
    """The runs that are kept."""
    with Session.open(project) as session:
        return [n for (n,) in session.connection.execute("SELECT id FROM lester.run ORDER BY id").fetchall()]


@pytest.mark.parametrize("name", ["scan", "audit"])
def test_no_such_folder(tmp_path: Path, name: str) -> None:
    assert_mendable(lester(name, tmp_path / "nowhere"), "There is no folder 'nowhere'")
    assert list(tmp_path.iterdir()) == []


def test_errors_as_json(tmp_path: Path) -> None:
    result = lester("scan", tmp_path / "nowhere", "--json")
    assert result.code == 1
    assert result.err == ""
    assert set(result.document["error"]) == {"message", "hint"}
    assert "nowhere" in result.document["error"]["message"]
    assert result.document["error"]["hint"]


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_mendable(lester("scan", tmp_path / "file"), "There is no folder")


def test_no_pipelines_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    assert_mendable(lester("scan", tmp_path), "No pipeline was found")
    assert_mendable(lester("rewrite", tmp_path, "notes"), "No pipeline was found")
    assert [p.name for p in tmp_path.iterdir()] == ["notes.py"]


def test_an_unknown_pipeline(project: Path, unchanged: Callable[[], None]) -> None:
    unchanged()
    for name in ("rewrite", "show", "run", "replay", "ask-original"):
        assert_mendable(lester(name, project, "other"), "There is no pipeline called other", PIPELINE)


def test_a_pipeline_that_was_not_rewritten(fresh: Path) -> None:
    before = contents(fresh)
    assert_mendable(lester("run", fresh, PIPELINE), "has no plan yet", "lester rewrite")
    assert_mendable(lester("show", fresh, PIPELINE), "has no plan yet")
    assert_mendable(lester("export", fresh, PIPELINE, "X_train", "--out", fresh / "x.npy"), "was not run yet")
    assert {k: v for k, v in contents(fresh).items() if not k.startswith(".lester/")} == before


def test_a_script_with_a_syntax_error(fresh: Path) -> None:
    script = fresh / "complications.py"
    script.write_text(script.read_text().replace("model.fit(train_data, train_data['label'])", "model.fit(train_data,"))
    before = contents(fresh)
    result = lester("rewrite", fresh, PIPELINE, "--with", "rules")
    assert_mendable(result, "complications.py")
    assert re.search(r"line \d+", result.err)
    assert {k: v for k, v in contents(fresh).items() if not k.startswith(".lester/")} == before


def test_a_script_that_changed_after_its_rewrite(project: Path, unchanged: Callable[[], None]) -> None:
    script = project / "complications.py"
    script.write_text(script.read_text().replace("1.2 *", "1.3 *"))
    unchanged()
    assert_mendable(lester("run", project, PIPELINE), "complications.py changed since it was rewritten")


def test_a_ragged_line(project: Path, unchanged: Callable[[], None]) -> None:
    file = project / "data/patients.csv"
    lines = file.read_text().splitlines(keepends=True)
    lines[41] = lines[41].replace("\n", ",too,many\n")
    file.write_text("".join(lines))
    unchanged()
    assert_mendable(lester("run", project, PIPELINE), "line 42: 11 fields where 9 were expected")


def test_a_ragged_line_before_the_rewrite(fresh: Path) -> None:
    file = fresh / "data/patients.csv"
    lines = file.read_text().splitlines(keepends=True)
    lines[41] = lines[41].replace("\n", ",too,many\n")
    file.write_text("".join(lines))
    assert_mendable(lester("rewrite", fresh, PIPELINE, "--with", "rules"), "line 42: 11 fields where 9 were expected")


def test_a_missing_column(project: Path, unchanged: Callable[[], None]) -> None:
    file = project / "data/patients.csv"
    file.write_text(file.read_text().replace("income", "earnings", 1))
    unchanged()
    assert_mendable(lester("run", project, PIPELINE), "income")


def test_a_missing_key_column(project: Path, unchanged: Callable[[], None]) -> None:
    file = project / "lester.toml"
    file.write_text(file.read_text().replace('subject_keys = ["ssn"]', 'subject_keys = ["ssn", "passport"]', 1))
    patients = project / "data/patients.csv"
    patients.write_text(patients.read_text() + "9999,A,B,race1,county2,1,5.0,group1,999-99-9999\n")
    unchanged()
    assert_mendable(lester("run", project, PIPELINE), "passport")


def test_a_missing_package(fresh: Path) -> None:
    script = fresh / "complications.py"
    script.write_text("import a_package_that_nobody_has\n" + script.read_text())
    before = contents(fresh)
    assert_mendable(lester("rewrite", fresh, PIPELINE, "--with", "rules"), "a_package_that_nobody_has")
    assert {k: v for k, v in contents(fresh).items() if not k.startswith(".lester/")} == before


def test_a_file_that_disappears_between_scan_and_run(project: Path, unchanged: Callable[[], None]) -> None:
    answer("scan", project)
    (project / "data/histories.csv").unlink()
    unchanged()
    assert_mendable(lester("run", project, PIPELINE), "histories.csv", "disappeared")


def test_a_broken_configuration(project: Path, unchanged: Callable[[], None]) -> None:
    (project / "lester.toml").write_text("[sources\n")
    assert_mendable(lester("scan", project), "lester.toml is not valid TOML")
    (project / "lester.toml").write_text('[sources.patients]\npath = "../../etc/passwd"\n')
    assert_mendable(lester("scan", project), "leaves the project folder")
    unchanged()


def test_a_request_for_an_unknown_subject(project: Path, unchanged: Callable[[], None]) -> None:
    unchanged()
    result = lester("request", project, "--right", "erasure", "--subject", "000-00-0000", "--by", "ines")
    assert_mendable(result)
    assert "000-00-0000" not in result.err


def test_an_ambiguous_subject(fresh: Path) -> None:
    histories = fresh / "data/histories.csv"
    lines = histories.read_text().splitlines()
    doctors = [f"{line},{'doctor_id' if i == 0 else 1 + i % 40}" for i, line in enumerate(lines)]
    histories.write_text("\n".join(doctors) + "\n")
    (fresh / "lester.toml").write_text(
        '[sources.patients]\npath = "data/patients.csv"\nsubject_keys = ["id"]\n'
        '[sources.histories]\npath = "data/histories.csv"\nsubject_keys = ["doctor_id"]\n'
    )
    for command in (["trace", fresh, "4"], ["request", fresh, "--right", "access", "--subject", "4", "--by", "ines"]):
        said = lester(*command)
        lines = [line for line in said.err.splitlines() if not re.match(r"( *\d+% )|Looking", line)]
        assert_mendable(Result(said.code, said.out, lines[0]), "This value names 2 persons")
        assert [line.split()[0] for line in lines[1:]] == ["histories.doctor_id", "patients.id"]
        error = lester(*command, "--json").document["error"]
        assert {(c["source"], c["column"]) for c in error["candidates"]} == {("patients", "id"), ("histories", "doctor_id")}
        assert all("4" not in c["masked"] for c in error["candidates"])
    chosen = answer("trace", fresh, "patients.id=4")
    assert [s["source"] for s in chosen["sources"] if s["rows"]] == ["patients"]


def test_a_second_process_on_the_same_project(project: Path, unchanged: Callable[[], None]) -> None:
    unchanged()
    with Session.open(project):
        result = child("run", project, PIPELINE)
        assert_mendable(result, "Another process holds this project", str(os.getpid()))


def test_a_request_with_bad_details(project: Path, unchanged: Callable[[], None]) -> None:
    unchanged()
    asked = ["request", project, "--subject", SSN, "--by", "ines", "--right"]
    assert_mendable(lester(*asked, "erasure", "--received", "yesterday"), "not a date")
    assert_mendable(lester(*asked, "erasure", "--received", "2999-01-01"), "future")
    assert_mendable(lester(*asked, "rectification"), "at least one new value")
    assert_mendable(lester(*asked, "rectification", "--set", "patients.nothing=1"), "No source has the column")
    assert_mendable(lester(*asked, "rectification", "--set", "income"), "SOURCE.COLUMN=VALUE")


# --- the disk -----------------------------------------------------------------------------------------------------------


def test_a_read_only_project(project: Path, unchanged: Callable[[], None]) -> None:
    unchanged()
    _permit(project, False)
    try:
        result = child("run", project, PIPELINE, before=obey_permissions)
    finally:
        _permit(project, True)
    assert_mendable(result, "cannot be written")


def test_a_read_only_folder_that_is_new(fresh: Path) -> None:
    before = contents(fresh)
    _permit(fresh, False)
    try:
        refused = child("trace", fresh, SSN, before=obey_permissions)
    finally:
        _permit(fresh, True)
    assert_mendable(refused, "cannot be written")
    assert contents(fresh) == before


def test_files_may_not_grow(project: Path, unchanged: Callable[[], None]) -> None:
    """Any write beyond a limit fails in the middle, as on a disk that fills up."""
    _other_rows(project)
    unchanged()
    limit = 100_000

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    assert_mendable(child("run", project, PIPELINE, before=small), "nothing was changed")


def test_a_full_disk(project: Path, tmp_path: Path) -> None:
    """A small file system of its own; where none can be mounted, the limit on file sizes above is what there is."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = sum(p.stat().st_size for p in project.rglob("*") if p.is_file()) + 300_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        return
    try:
        small = disk / "hospital"
        shutil.copytree(project, small)
        _other_rows(small)
        before = state(small)
        assert_mendable(child("run", small, PIPELINE), "The disk is full", "nothing was changed")
        assert runs(small) == [1]
        assert state(small) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _other_rows(project: Path) -> None:
    """Change the data, so that a run has something to write."""
    file = project / "data/patients.csv"
    file.write_text(file.read_text().replace(",county1,", ",county3,"))


def _permit(folder: Path, writing: bool) -> None:
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | 0o200 if writing else mode & ~0o222)


# --- refused ------------------------------------------------------------------------------------------------------------


def planned(project: Path) -> str:
    case: str = answer("request", project, "--right", "erasure", "--subject", SSN, "--by", "ines")["case"]
    answer("plan", project, case)
    return case


def test_self_approval_is_refused(project: Path) -> None:
    case = planned(project)
    for name in ("ines", " Ines ", "INES"):
        assert_mendable(lester("approve", project, case, "--by", name), code=4)
    assert_mendable(lester("apply", project, case), "not approved")
    assert SSN in (project / "data/patients.csv").read_text()


def test_a_plan_that_an_appended_row_made_stale_is_refused(project: Path) -> None:
    case = planned(project)
    answer("approve", project, case, "--by", "maria")
    file = project / "data/patients.csv"
    file.write_text(file.read_text() + "9999,Ada,Byron,race1,county2,1,5000.0,group1,999-99-9999\n")
    before = contents(project)
    result = lester("apply", project, case)
    assert_mendable(result, "patients", code=4)
    assert contents(project).keys() == before.keys()
    assert {k: v for k, v in contents(project).items() if not k.startswith(".lester/")} == {
        k: v for k, v in before.items() if not k.startswith(".lester/")
    }
    assert lester("apply", project, case, "--json").document["error"]["message"]
    assert_mendable(lester("plan", project, case), "Run the pipelines again", code=4)
    answer("run", project, PIPELINE)
    assert answer("plan", project, case)["plan_hash"]


def test_a_reason_that_names_the_person_is_refused(project: Path) -> None:
    case = planned(project)
    refused = lester("approve", project, case, "--by", "maria", "--reason", f"I know {SSN}")
    assert_mendable(refused, "contains a value of the person")


def test_erased_people_do_not_return_with_an_import(erased: tuple[Path, dict[str, object]], tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(erased[0], folder)
    file = folder / "data/patients.csv"
    file.write_text(file.read_text() + f"1,Tabby,Ward,race3,county3,1,159027.0,group3,{SSN}\n")
    assert_mendable(lester("run", folder, PIPELINE), "persons who were erased", code=4)
    assert runs(folder) == [1]
