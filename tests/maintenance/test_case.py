"""A case from plan to purge on a small project."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from lester_gui.audit.chain import verify_chain
from lester_gui.errors import Refused, UserError
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Split
from lester_gui.maintenance import pending, purge
from lester_gui.maintenance.apply import Applied, Authorisation, apply
from lester_gui.maintenance.plan import MaintenancePlan, Stale, make_plan
from lester_gui.maintenance.purge import PurgeReport
from lester_gui.maintenance.replay import replay
from lester_gui.maintenance.search import search
from lester_gui.maintenance.work import NewValue, Work, runs
from lester_gui.progress import silent
from lester_gui.runtime.split import recorded_split
from lester_gui.store import subjects, suppression
from tests.maintenance.clinic import WORKER, Clinic, make_clinic, open_clinic, plan, run_all, write_sources


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = make_clinic(tmp_path)
    yield clinic
    clinic.close()


def planned(clinic: Clinic, work: Work) -> MaintenancePlan:
    return make_plan(clinic.con, clinic.site, work, silent())


def agreed(found: MaintenancePlan, by: str = "A. Moreau", on_hold: bool = False) -> Authorisation:
    return Authorisation("J. Lindqvist", by, found.plan_hash, on_hold)


def applied(clinic: Clinic, work: Work, approved: MaintenancePlan | None = None) -> Applied:
    approved = approved or planned(clinic, work)

    def within(con: duckdb.DuckDBPyConnection, now: MaintenancePlan) -> None:
        clinic.journal.append(con, "apply", case=work.case, plan_hash=now.plan_hash)

    return apply(clinic.con, clinic.journal, clinic.site, work, approved, agreed(approved), silent(), within)


def purged(clinic: Clinic) -> PurgeReport:
    def finished(con: duckdb.DuckDBPyConnection, case: pending.PendingPurge, report: PurgeReport) -> None:
        clinic.journal.append(con, "purge", case=case.case)

    return purge.purge(clinic.store, clinic.journal, ["complications.py"], [], silent(), finished)


def check_replay(clinic: Clinic) -> None:
    report = replay(clinic.con, clinic.run, clinic.store.artifacts, WORKER, silent())
    assert [c for c in report.artefacts if not c.equal] == []
    assert {c.kind for c in report.artefacts} >= {
        "view",
        "edges",
        "split",
        "labels",
        "encoder",
        "features",
        "model",
        "predictions",
    }


def state_of(clinic: Clinic) -> dict[str, object]:
    """Everything in the database and the folder, to see whether something wrote."""
    tables = clinic.con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'lester' ORDER BY 1").fetchall()
    found: dict[str, object] = {
        t: clinic.con.execute(f"SELECT md5(string_agg(x::VARCHAR, '|')) FROM (SELECT t AS x FROM lester.{t} t)").fetchall()
        for (t,) in tables
    }
    for path in sorted(clinic.folder.rglob("*")):
        if path.is_file() and path.parent.name != ".lester":
            found[str(path)] = path.read_bytes()
    return found


def test_a_run_equals_its_replay(clinic: Clinic) -> None:
    check_replay(clinic)


def test_a_plan_says_what_will_happen_and_writes_nothing(clinic: Clinic) -> None:
    work = clinic.work(clinic.ssns[-1])
    before = state_of(clinic)
    plan = planned(clinic, work)
    assert state_of(clinic) == before
    document = plan.document
    assert document["counts"]["source_rows"] == 3 and len(document["lines"]) == 3
    assert not any(clinic.ssns[-1] in str(v) for v in document.values())
    actions = {a["artefact"]: a for a in plan.actions}
    assert actions["data/patients.csv"]["rows"] == 1 and actions["data/histories.csv"]["rows"] == 2
    assert actions["complications/data"]["removed"] == 2 and actions["complications/data"]["method"] == "delta"
    assert actions["complications/complications"]["changed"] == 1
    assert actions["complications/split"]["moved"] == 0
    assert actions["complications/model"]["guarantee"] == "solver"
    assert actions["out/model.pkl"]["method"] == "removed" and actions["out/predictions.csv"]["method"] == "removed"
    assert {a["kind"] for a in plan.actions} == {
        "source", "view", "split", "labels", "encoder", "features", "model", "predictions", "file",
    }  # fmt: skip
    assert document["full_rerun_seconds"] > 0 and document["seconds"] > 0
    assert document["others"][0]["view"] == "complications" and document["others"][0]["before"] != document["others"][0]["after"]
    assert "Erases 3 source rows and everything made from them" in document["sentence"]
    assert planned(clinic, work).plan_hash == plan.plan_hash
    assert MaintenancePlan.from_json(plan.to_json()) == plan


def test_the_sentence_counts_the_views_that_are_listed(clinic: Clinic) -> None:
    found = planned(clinic, clinic.work(clinic.ssns[3]))  # lives elsewhere: the last view looks at the row and loses none
    views = [a for a in found.actions if a["kind"] == "view"]
    assert [a["rows"] for a in views if a["artefact"] == "complications/data-5"] == [0]
    assert found.document["counts"]["views"] == len(views)
    assert f"brings {len(views)} views" in found.document["sentence"]


@pytest.mark.parametrize("who", [0, 3, 7, -1])
def test_erasing_a_person_equals_a_rerun_without_them(clinic: Clinic, who: int) -> None:
    """One row; filtered out; a group of their own; several rows."""
    ssn = clinic.ssns[who]
    sides = sides_of(clinic)
    own = own_keys(clinic, ssn)
    applied(clinic, clinic.work(ssn))
    check_replay(clinic)
    after = sides_of(clinic)
    assert after == {k: v for k, v in sides.items() if k not in own}
    assert subjects.search(clinic.con, ssn) == ()
    assert verify_chain(clinic.con, clinic.journal.mirror_path).intact


def sides_of(clinic: Clinic) -> dict[str, str]:
    table = recorded_split(clinic.con, clinic.run.id or 0).to_pydict()
    return dict(zip(table["row_key"], table["side"], strict=True))


def own_keys(clinic: Clinic, ssn: str) -> set[str]:
    rows = clinic.con.execute(
        f"SELECT s.row_key FROM lester.split_{clinic.run.id} s JOIN lester.view_{clinic.run.id}_7 v ON v.__row_no = s.row_no"
        " WHERE v.ssn = ?", [ssn],
    ).fetchall()  # fmt: skip
    return {key for (key,) in rows}


def test_several_cases_one_after_the_other(clinic: Clinic) -> None:
    for who in (10, 20, 7, 3):
        applied(clinic, clinic.work(clinic.ssns[who]))
    check_replay(clinic)
    purged(clinic)
    check_replay(clinic)
    for who in (11, 21):
        applied(clinic, clinic.work(clinic.ssns[who]))
        purged(clinic)
    check_replay(clinic)


def test_a_purge_takes_the_lines_and_leaves_no_trace(clinic: Clinic) -> None:
    ssn = clinic.ssns[-1]
    texts = {n: (clinic.folder / "data" / n).read_text() for n in ("patients.csv", "histories.csv")}
    old_models = {p.name for p in clinic.store.artifacts.folder.iterdir()}
    work = clinic.work(ssn)
    applied(clinic, work)
    shown = purge.preview(clinic.con)
    assert {f["path"]: [x["number"] for x in f["lines"]] for f in shown} == {
        f"data/{n}": [i for i, line in enumerate(t.splitlines(), 1) if line.startswith(ssn)] for n, t in texts.items()
    }
    report = purged(clinic)
    assert report.status == "done" and report.search["hits"] == [] and report.search["values"] == 1
    for name, text in texts.items():
        left = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(ssn))
        assert (clinic.folder / "data" / name).read_text() == left
    assert not (clinic.folder / "out" / "model.pkl").exists() and not (clinic.folder / "out" / "predictions.csv").exists()
    assert not {p.name for p in clinic.store.artifacts.folder.iterdir()} & old_models
    assert search([clinic.folder], [ssn], silent(), (clinic.store.database, clinic.con)).hits == []
    assert ssn.encode() not in clinic.store.database.read_bytes()
    assert subjects.aliases_of_token(clinic.con, work.token) == () and suppression.count(clinic.con) == 1
    assert pending.purges(clinic.con) == [] and not (clinic.store.folder / "purge.key").exists()
    check_replay(clinic)
    planned(clinic, clinic.work(clinic.ssns[0]))  # the files are what the snapshots say


def test_lesters_copy_only(clinic: Clinic) -> None:
    ssn = clinic.ssns[2]
    before = (clinic.folder / "data" / "patients.csv").read_bytes()
    plan = planned(clinic, clinic.work(ssn, keep=True))
    assert any("Lester's copy only" in n["why"] for n in plan.document["not_removed"])
    applied(clinic, clinic.work(ssn, keep=True), plan)
    report = purged(clinic)
    assert (clinic.folder / "data" / "patients.csv").read_bytes() == before
    assert [n.what for n in report.not_removed if n.found] == ["data/histories.csv", "data/patients.csv"]


def test_appended_rows_make_a_plan_stale_and_survive_a_purge(clinic: Clinic) -> None:
    work = clinic.work(clinic.ssns[1])
    plan = planned(clinic, work)
    path = clinic.folder / "data" / "histories.csv"
    original = path.read_bytes()
    path.write_bytes(original + b"999-99-9999,3\n" * 12)
    with pytest.raises(Stale, match=r"12 rows were appended in data/histories\.csv") as caught:
        applied(clinic, work, plan)
    assert caught.value.exit_code == 4 and pending.purges(clinic.con) == []
    with pytest.raises(Refused, match="The sources changed since the last run: 12 rows were appended"):
        planned(clinic, work)
    path.write_bytes(original)
    applied(clinic, work, plan)
    path.write_bytes(original + b"999-99-9999,3\n")
    assert {s["path"]: s["appended"] for s in purged(clinic).sources} == {"data/patients.csv": 0, "data/histories.csv": 14}
    assert path.read_bytes().endswith(b"\n999-99-9999,3\n") and clinic.ssns[1].encode() not in path.read_bytes()
    with pytest.raises(Refused, match="1 row was appended"):
        planned(clinic, clinic.work(clinic.ssns[0]))


def test_a_plan_is_stale_after_another_case(clinic: Clinic) -> None:
    work = clinic.work(clinic.ssns[1])
    plan = planned(clinic, work)
    applied(clinic, clinic.work(clinic.ssns[2]))
    state = state_of(clinic)
    with pytest.raises(Stale, match="complications was run again or maintained"):
        applied(clinic, work, plan)
    assert state_of(clinic) == state


def test_who_may_not_apply(clinic: Clinic) -> None:
    work = clinic.work(clinic.ssns[1])
    plan = planned(clinic, work)
    for authorisation, words in (
        (agreed(plan, "j.  LINDQVIST"), "cannot approve"),
        (agreed(plan, on_hold=True), "on hold"),
        (Authorisation("J. Lindqvist", "A. Moreau", "00", False), "another plan"),
    ):
        with pytest.raises(Refused, match=words):
            apply(clinic.con, clinic.journal, clinic.site, work, plan, authorisation, silent(), lambda con, now: None)
    assert pending.purges(clinic.con) == []


def test_a_source_that_changed_keeps_the_purge_pending(clinic: Clinic) -> None:
    applied(clinic, clinic.work(clinic.ssns[1]))
    path = clinic.folder / "data" / "patients.csv"
    original = path.read_bytes()
    path.write_bytes(original.replace(b"county2", b"county8", 1))
    report = purged(clinic)
    assert report.status == "pending" and "left alone" in report.waiting[0]
    assert path.read_bytes() != original and len(pending.purges(clinic.con)) == 1
    path.write_bytes(original)
    done = purged(clinic)
    assert done.status == "done" and {s["path"] for s in done.sources} == {"data/patients.csv", "data/histories.csv"}
    check_replay(clinic)


@pytest.mark.parametrize(
    ("column", "value"),
    [("income", "12345.5"), ("county", "county9"), ("age_group", "young"), ("race", ""), ("num_children", "2.5")],
)
def test_a_correction_equals_a_run_on_the_corrected_file(clinic: Clinic, column: str, value: str) -> None:
    ssn = clinic.ssns[6]
    work = clinic.work(ssn, "rectification", [NewValue("patients", column, value)])
    sides, own = sides_of(clinic), own_keys(clinic, ssn)
    plan = planned(clinic, work)
    assert plan.document["sentence"].startswith("Corrects 1 source row")
    if column == "num_children":  # the column was of whole numbers and is not any more
        assert any("types of its columns" in a.get("why", "") for a in plan.actions)
    applied(clinic, work, plan)
    check_replay(clinic)
    after = sides_of(clinic)
    assert {k: v for k, v in after.items() if k not in own} == {k: v for k, v in sides.items() if k not in own}
    assert all(after.get(k, sides[k]) == sides[k] for k in own)
    purged(clinic)
    with (clinic.folder / "data" / "patients.csv").open(newline="") as file:
        rows = {r["ssn"]: r for r in csv.DictReader(file)}
    assert rows[ssn][column] == value and len(rows) == 60
    if column == "num_children":  # and now it is again
        applied(clinic, clinic.work(ssn))
        check_replay(clinic)


def test_a_corrected_key_moves_the_person(clinic: Clinic) -> None:
    ssn = clinic.ssns[5]
    work = clinic.work(ssn, "rectification", [NewValue("patients", "ssn", "999-00-1234")])
    applied(clinic, work)
    assert len(subjects.search(clinic.con, "999-00-1234")) == 1
    check_replay(clinic)
    assert purged(clinic).status == "done"


def test_a_pipeline_that_the_rest_cannot_carry_is_removed_and_the_erasure_goes_on(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    rows = ["a-1111,Yes,county2,1,a,10.5,old", "b-2222,No,county2,2,b,20.5,old"]
    rows += [f"c-{i}{i}{i}{i},No,county3,1,a,{i}.5,old" for i in range(3, 9)]
    header = "ssn,smoker,county,num_children,race,income,age_group"
    (tmp_path / "data" / "patients.csv").write_text("\n".join([header, *rows]) + "\n")
    told = ["a-1111,9", *(f"{r.split(',')[0]},0" for r in rows[1:])]
    (tmp_path / "data" / "histories.csv").write_text("\n".join(["ssn,complications", *told]) + "\n")
    clinic = open_clinic(tmp_path, ["a-1111"])
    run_all(clinic, [replace(plan(), split=Split(kind="none"))])
    found = planned(clinic, clinic.work("a-1111"))  # the only one with a label of her own
    assert found.document["stopped"][0]["pipeline"] == "complications"
    assert "Only one class is left" in found.document["stopped"][0]["why"]
    assert {a["kind"]: a["method"] for a in found.actions if a["kind"] in ("run", "file")} == {
        "run": "removed",
        "file": "removed",
    }
    applied(clinic, clinic.work("a-1111"), found)
    assert runs(clinic.con) == []
    assert purged(clinic).status == "done"
    assert search([tmp_path], ["a-1111"], silent(), (clinic.store.database, clinic.con)).hits == []
    clinic.close()


@pytest.mark.parametrize(
    ("model", "params"),
    [
        ("sklearn.ensemble.RandomForestClassifier", (("n_estimators", 5),)),
        ("sklearn.neural_network.MLPClassifier", (("max_iter", 20), ("hidden_layer_sizes", (4,)))),
        ("sklearn.linear_model.RidgeClassifier", ()),
    ],
)
def test_other_models_equal_a_retraining(tmp_path: Path, model: str, params: tuple[tuple[str, object], ...]) -> None:
    clinic = make_clinic(tmp_path, plan(model, params), patients=30)
    found = planned(clinic, clinic.work(clinic.ssns[0]))
    assert {a["guarantee"] for a in found.actions if a["kind"] == "model"} <= {"retrained", "rounding", "bit"}
    applied(clinic, clinic.work(clinic.ssns[0]), found)
    check_replay(clinic)
    clinic.close()


def test_every_pipeline_that_read_the_person_is_maintained(tmp_path: Path) -> None:
    second = replace(
        plan(), pipeline="complications-2", split=Split(kind="expression", test=op("pandas_gt", col("income"), lit(7e4)))
    )
    clinic = make_clinic(tmp_path, plan(), second, patients=40)
    site = clinic.site
    applied(clinic, clinic.work(clinic.ssns[0]))
    applied(clinic, clinic.work(clinic.ssns[4], "rectification", [NewValue("patients", "income", "99000.5")]))  # may change sides
    for run, _ in runs(clinic.con):
        report = replay(clinic.con, run, site.artifacts, WORKER, silent())
        assert [c for c in report.artefacts if not c.equal] == []
    assert purged(clinic).status == "done"
    clinic.close()


def test_where_a_person_is_the_line(tmp_path: Path) -> None:
    ssns = write_sources(tmp_path, 30)
    clinic = open_clinic(tmp_path, ssns)
    run_all(clinic, [plan()], {"patients": ["#row"], "histories": ["ssn"]})
    text = (tmp_path / "data" / "patients.csv").read_text().splitlines()[12]
    (tmp_path / "copy.txt").write_text(f"see {text}!")
    found = subjects.search(clinic.con, "12", source="patients")
    token = subjects.token_of(clinic.con, found[0])
    applied(clinic, Work("LR-0001", "erasure", token, found[0]))
    report = purged(clinic)
    assert text not in (tmp_path / "data" / "patients.csv").read_text()
    assert report.search["values"] == 1 and [n.what for n in report.not_removed if n.found] == ["copy.txt"]
    check_replay(clinic)
    assert subjects.search(clinic.con, "12", source="patients") == ()
    assert len(subjects.search(clinic.con, "13", source="patients")) == 1  # the others keep their numbers
    clinic.close()


def test_corrections_that_cannot_be(clinic: Clinic) -> None:
    other = subjects.search(clinic.con, clinic.ssns[6])[0].rows["patients"][0]
    for new, words in (
        (NewValue("patients", "nothing", "x"), "no column"),
        (NewValue("patients", "income", "1.0", other), "not a row of this person"),
        (NewValue("patients", "smoker", smoker_of(clinic, 5)), "old ones"),
    ):
        with pytest.raises(UserError, match=words):
            planned(clinic, clinic.work(clinic.ssns[5], "rectification", [new]))


def smoker_of(clinic: Clinic, who: int) -> str:
    with (clinic.folder / "data" / "patients.csv").open(newline="") as file:
        return next(r["smoker"] for r in csv.DictReader(file) if r["ssn"] == clinic.ssns[who])


def test_the_project_opens_again_after_everything(clinic: Clinic) -> None:
    applied(clinic, clinic.work(clinic.ssns[4]))
    clinic.store.close()
    again = open_clinic(clinic.folder, clinic.ssns)
    clinic.store, clinic.journal = again.store, again.journal
    assert purged(clinic).status == "done"
    check_replay(clinic)
    assert verify_chain(clinic.con, clinic.journal.mirror_path).intact
    assert hashlib.sha256((clinic.folder / "data" / "patients.csv").read_bytes()).hexdigest()
