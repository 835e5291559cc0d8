"""One person on the hospital project: search, footprint, influence, graph. Numbers are held to pandas on the same files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from lester_gui.audit.journal import entries
from lester_gui.discovery.configuration import Configuration, SourceEntry
from lester_gui.errors import UserError
from lester_gui.runtime import lookups
from lester_gui.session import Session
from lester_gui.session.subject import AmbiguousSubject, Query, parse, refuse_unknown_place
from lester_gui.store import catalogue

PIPELINE = "complications"
TURNS_A_DECISION = 167  # leaving this patient out changes one decision about somebody else


@pytest.fixture(scope="module")
def looked_at(ran_hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An open copy of a hospital project after one run; tests that only look share it."""
    folder = tmp_path_factory.mktemp("looked") / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session.open(folder, user="ines") as session:
        yield session


@pytest.fixture
def project(ran_hospital: Path, tmp_path: Path) -> Iterator[Session]:
    """An open copy of a hospital project after one run."""
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session.open(folder, user="ines") as session:
        yield session


@pytest.fixture(scope="module")
def patients(samples_folder: Path) -> pd.DataFrame:
    return pd.read_csv(samples_folder / "hospital" / "data" / "patients.csv")


@pytest.fixture(scope="module")
def prepared(samples_folder: Path, patients: pd.DataFrame) -> pd.DataFrame:
    """The script's prepared rows with the side that its split deals them to."""
    data = patients.merge(pd.read_csv(samples_folder / "hospital" / "data" / "histories.csv"), on=["ssn"])
    data = data[data["county"].isin(["county2", "county3"])].copy()
    train, _ = train_test_split(data, test_size=0.25, random_state=42)
    data["side"] = np.where(data.index.isin(train.index), "train", "test")
    return data


def ssn_on(prepared: pd.DataFrame, side: str, number: int = 0) -> str:
    return str(prepared[prepared["side"] == side]["ssn"].iloc[number])


def rows_of(session: Session, trace: dict[str, Any]) -> dict[str, int]:
    return {v["view"]: v["rows"] for v in trace["views"]}


# --- search ------------------------------------------------------------------------------------------------------------


def test_every_way_of_naming_a_person_leads_to_the_same_token(looked_at: Session, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "train")
    token = looked_at.trace(ssn)["subject"]
    row = int(pd.read_csv(looked_at.folder / "data" / "patients.csv")["ssn"].tolist().index(ssn)) + 1
    for subject in (f"patients.ssn={ssn}", f"histories.ssn={ssn}", f"patients.#row={row}", f"  {ssn} ", token):
        assert looked_at.trace(subject)["subject"] == token


def test_a_search_shows_and_journals_no_value(looked_at: Session, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "train", 1)
    trace = looked_at.trace(ssn, influence=True)
    graph = looked_at.graph(trace["subject"])
    assert ssn not in json.dumps([trace, graph])
    journal = [e for e in entries(looked_at.connection) if e.action == "search"]
    assert journal[-1].details["subject"] == trace["subject"]
    assert journal[-1].details["note"] == "influence"
    assert ssn not in looked_at.journal.mirror_path.read_text()


def test_an_unknown_person_is_searched_everywhere_and_not_found(looked_at: Session) -> None:
    trace = looked_at.trace("000-00-0000")
    assert (trace["found"], trace["subject"]) == (False, None)
    assert [(s["source"], s["columns"], s["values"], s["rows"], s["state"]) for s in trace["searched"]] == [
        ("patients", ["ssn"], 887, 0, "unchanged"),
        ("histories", ["ssn"], 887, 0, "unchanged"),
    ]
    assert not any(trace[key] for key in ("known_by", "sources", "views", "pipelines"))
    assert trace["sentence"] == "Nothing found: 2 sources searched."
    assert entries(looked_at.connection)[-1].details == {"note": "nothing-found", "sources": 2}
    with pytest.raises(UserError, match="Nobody with this value"):
        looked_at.require_subject("000-00-0000")


def test_a_token_without_a_person_is_not_found(looked_at: Session) -> None:
    assert not looked_at.trace("P-ZZZZ")["found"]
    with pytest.raises(UserError, match="P-ZZZZ stands for nobody"):
        looked_at.graph("P-ZZZZ")


def test_source_and_column_count_only_where_they_exist(looked_at: Session) -> None:
    configuration = looked_at.configuration
    assert parse("patients.ssn=1", configuration) == Query("1", "patients", "ssn")
    assert parse("patients.#row= 12 ", configuration) == Query("12", "patients", "#row")
    for text in ("patients.county=county2", "nurses.ssn=1", "ssn=1", "a.b=c@d.example"):
        assert parse(text, configuration) == Query(text)
    for text in ("", "  ", "patients.ssn="):
        with pytest.raises(UserError):
            parse(text, configuration)


def test_a_value_of_two_persons_lists_masked_candidates(tmp_path: Path) -> None:
    folder = tmp_path / "two"
    write_project(folder, {"people": "number,age\n17,30\n18,40\n"}, ("number",))
    toml = (folder / "lester.toml").read_text()
    (folder / "data" / "staff.csv").write_text("badge,team\n17,a\n19,b\n")
    (folder / "lester.toml").write_text(toml + '\n[sources.staff]\npath = "data/staff.csv"\nsubject_keys = ["badge"]\n')
    with Session.open(folder, user="ines") as session:
        with pytest.raises(AmbiguousSubject) as caught:
            session.trace("17")
        found = [(c["source"], c["column"], c["masked"]) for c in caught.value.candidates]
        assert sorted(found) == [("people", "number", "•••"), ("staff", "badge", "•••")]
        assert len({c["token"] for c in caught.value.candidates}) == 2
        assert caught.value.exit_code == 1
        assert "17" not in str(caught.value)
        assert entries(session.connection)[-1].details["note"] == "several-persons"
        assert session.require_subject("staff.badge=17").subject.rows == {"staff": (1,)}
        for candidate in caught.value.candidates:
            assert session.require_subject(candidate["token"]).subject.rows == {candidate["source"]: (1,)}


def test_a_changed_source_is_searched_as_it_was_read(project: Session, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "train")
    file = project.folder / "data" / "patients.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines, lines[1].replace(lines[1].rsplit(",", 1)[1], "999-99-9999\n")]))
    trace = project.trace(ssn)
    assert trace["found"]
    states = {s["source"]: (s["state"], s["note"]) for s in trace["searched"]}
    assert states == {"patients": ("changed", "1 row appended since it was read"), "histories": ("unchanged", "")}
    assert not project.trace("999-99-9999")["found"]


def test_a_missing_source_is_still_searched_in_its_snapshot(project: Session, prepared: pd.DataFrame) -> None:
    (project.folder / "data" / "histories.csv").unlink()
    trace = project.trace(ssn_on(prepared, "test"))
    assert {s["source"]: s["state"] for s in trace["searched"]} == {"patients": "unchanged", "histories": "missing"}
    assert trace["sources"][1]["rows"] == 1


# --- sources that no run has read --------------------------------------------------------------------------------------

SCRIPT = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
people = pd.read_csv('data/people.csv')
model = LogisticRegression().fit(people[['age']], people['age'] > 35)
"""


LOOP = """\
rows = []
for line in open('data/people.csv'):
    email, age = line.strip().split(';')
    rows.append((email, int(age)))
people = pd.DataFrame(rows, columns=['email', 'age'])"""


def write_project(folder: Path, tables: dict[str, str], keys: tuple[str, ...], script: str = SCRIPT) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "train.py").write_text(script)
    text = '[project]\nname = "Small"\n'
    for name, content in tables.items():
        (folder / "data" / f"{name}.csv").write_text(content)
        text += f'\n[sources.{name}]\npath = "data/{name}.csv"\nsubject_keys = {json.dumps(list(keys))}\n'
    (folder / "lester.toml").write_text(text + '\n[pipelines.train]\nscript = "train.py"\n')


def test_a_source_is_indexed_by_the_first_search(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    write_project(folder, {"people": 'email,age\nann@example.org,30\n"bob@example.org",40\n'}, ("email",))
    with Session.open(folder, user="ines") as session:
        assert session.require_subject("Bob@example.org").subject.rows == {"people": (2,)}
        assert session.require_subject("people.#row=1").subject.aliases[0].value == "ann@example.org"


def test_a_source_without_a_run_follows_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    write_project(folder, {"people": "email,age\nann@example.org,30\n"}, ("email",))
    with Session.open(folder, user="ines") as session:
        token = session.require_subject("ann@example.org").token
        (folder / "data" / "people.csv").write_text("email,age\nzoe@example.org,20\nann@example.org,30\n")
        assert session.require_subject("zoe@example.org").subject.rows == {"people": (2,)}, "row ids are never reused"
        assert session.require_subject(token).subject.rows == {"people": (1,)}
        assert len(catalogue.find(session.connection, catalogue.Snapshot, source="people")) == 1


def test_a_source_by_lines_has_the_names_that_the_script_unpacks(tmp_path: Path) -> None:
    script = SCRIPT.replace("people = pd.read_csv('data/people.csv')", LOOP)
    folder = tmp_path / "small"
    write_project(folder, {"people": "ann@example.org;30\n\nbob@example.org;40\n"}, ("email",), script)
    with Session.open(folder, user="ines") as session:
        assert session.require_subject("bob@example.org").subject.rows == {"people": (3,)}


def test_what_cannot_be_searched_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    write_project(folder, {"people": "email,age\nann@example.org,30\n", "gone": "email\n"}, ("email",))
    (folder / "data" / "gone.csv").unlink()
    toml = (folder / "lester.toml").read_text()
    (folder / "lester.toml").write_text(toml + '\n[sources.block]\npath = "data/block.parquet"\nsubject_keys = ["email"]\n')
    (folder / "data" / "block.parquet").write_bytes(b"PAR1")
    with Session.open(folder, user="ines") as session:
        missed = {m["path"]: (m["kind"], m["reason"]) for m in session.trace("nobody@example.org")["not_searched"]}
        assert missed["data/gone.csv"] == ("source", "the file is not in the folder")
        assert missed["data/block.parquet"] == ("source", "parquet files are not supported yet")


def test_other_subject_keys_are_indexed_at_once(project: Session) -> None:
    toml = (project.folder / "lester.toml").read_text().replace('subject_keys = ["ssn"]', 'subject_keys = ["ssn", "id"]', 1)
    (project.folder / "lester.toml").write_text(toml)
    project.scan()
    trace = project.trace("patients.id=1")
    assert [s["row_ids"] for s in trace["sources"]] == [[1], [1]], "the ssn of the row leads on"
    assert {(k["source"], k["column"]) for k in trace["known_by"]} == {
        ("patients", "id"),
        ("patients", "ssn"),
        ("histories", "ssn"),
    }


def test_a_row_that_names_nobody_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    write_project(folder, {"people": "email,age\nann@example.org,30\n,40\n"}, ("email",))
    with Session.open(folder, user="ines") as session:
        with pytest.raises(UserError, match="Row 2 of people names nobody"):
            session.require_subject("people.#row=2")
        assert session.trace("people.#row=99")["found"] is False


# --- footprint ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["train", "test"])
def test_the_footprint_is_what_pandas_says(looked_at: Session, prepared: pd.DataFrame, side: str) -> None:
    for number in (0, 7, 20):
        trace = looked_at.trace(ssn_on(prepared, side, number))
        (pipeline,) = trace["pipelines"]
        assert (pipeline["train_rows"], pipeline["test_rows"]) == (int(side == "train"), int(side == "test"))
        counts = prepared["side"].value_counts()
        assert (pipeline["train_of"], pipeline["test_of"]) == (counts["train"], counts["test"])
        assert rows_of(looked_at, trace) == dict.fromkeys(rows_of(looked_at, trace), 1)
        assert len(pipeline["features"]) == pipeline["features_of"] == pipeline["feature_cells"] == 9
        assert trace["sentence"].startswith("2 rows in 2 sources reached")


def test_who_was_filtered_out_has_a_part_in_a_mean_only(
    looked_at: Session, patients: pd.DataFrame, prepared: pd.DataFrame
) -> None:
    out = patients[~patients["ssn"].isin(prepared["ssn"])].iloc[0]
    trace = looked_at.trace(out["ssn"], influence=True)
    views = {v["view"]: v for v in trace["views"]}
    group = patients[patients["age_group"] == out["age_group"]]
    assert (views["complications"]["rows"], views["complications"]["kind"]) == (1, "state")
    assert views["data-2"]["state_rows"] == len(group) - 1
    assert (views["data-5"]["rows"], views["data-5"]["kind"]) == (0, "state")
    (pipeline,) = trace["pipelines"]
    assert (pipeline["train_rows"], pipeline["test_rows"], pipeline["features"]) == (0, 0, [])
    assert pipeline["influence"]["changed_decisions"] == 0
    (mean,) = pipeline["influence"]["values_of_others"]
    assert mean["text"] == f"the average complications of age_group {out['age_group']}"
    rest = pd.read_csv(looked_at.folder / "data" / "histories.csv").merge(group[group["ssn"] != out["ssn"]], on="ssn")
    assert mean["after"] == pytest.approx(rest["complications"].mean(), rel=1e-12)
    assert trace["sentence"].startswith("2 rows in 2 sources reached no training row and no test row.")


def test_columns_are_named_with_their_use(looked_at: Session, prepared: pd.DataFrame) -> None:
    sources = {s["source"]: s for s in looked_at.trace(ssn_on(prepared, "train"))["sources"]}
    used = {"race", "county", "num_children", "income", "age_group", "ssn"}
    assert set(sources["patients"]["columns_used"]) == used
    assert set(sources["histories"]["columns_used"]) == {"smoker", "complications", "ssn"}
    assert {s["kind"] for s in sources.values()} == {"data"}


def test_files_that_scripts_wrote_are_searched(project: Session, prepared: pd.DataFrame) -> None:
    ssn, other = ssn_on(prepared, "test"), ssn_on(prepared, "test", 1)
    out = project.folder / "out"
    out.mkdir()
    lines = [ssn, other, f"{ssn}0", ssn]
    (out / "predictions.csv").write_text("ssn,county\n" + "".join(f"{v},county2\n" for v in lines))
    joblib.dump({"weights": [1]}, out / "model.pkl")
    artefacts = {a["path"]: a for a in project.trace(ssn)["pipelines"][0]["artefacts"]}
    assert (artefacts["out/predictions.csv"]["rows"], artefacts["out/predictions.csv"]["how"]) == (2, "rows that name the person")
    assert (artefacts["out/model.pkl"]["rows"], artefacts["out/model.pkl"]["content"]) == (0, "model")
    trained = project.trace(ssn_on(prepared, "train"))["pipelines"][0]["artefacts"]
    assert {a["path"]: a["rows"] for a in trained} == {"out/predictions.csv": 0, "out/model.pkl": 1}


def test_a_pipeline_that_was_not_run_is_named(tmp_path: Path, ran_hospital: Path, prepared: pd.DataFrame) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session.open(folder, user="ines") as session:
        with session.transaction() as connection:
            catalogue.update(connection, catalogue.Run, {"status": "started"}, pipeline=PIPELINE)
        trace = session.trace(ssn_on(prepared, "train"))
        assert trace["found"]
        assert trace["pipelines"] == []
        assert [(m["path"], m["kind"]) for m in trace["not_searched"]] == [("complications.py", "pipeline")]
        assert "reached no" not in trace["sentence"], "what was not looked through is not said to hold nothing"
        assert trace["sentence"].startswith(
            "2 rows in 2 sources hold their data. Where their rows went in complications.py is not"
        )


# --- influence ---------------------------------------------------------------------------------------------------------


def test_influence_in_numbers(looked_at: Session) -> None:
    trace = looked_at.trace(f"patients.#row={TURNS_A_DECISION}", influence=True)
    (pipeline,) = trace["pipelines"]
    influence = pipeline["influence"]
    assert (influence["changed_decisions"], influence["test_rows"], influence["method"]) == (1, 73, "exact refit")
    assert influence["guarantee"] == "solver"
    moves = [abs(c["change"]) for c in influence["coefficients"]]
    assert moves == sorted(moves, reverse=True)
    assert moves[0] == influence["max_coefficient_change"] > 0
    shift = influence["probability_shift"]
    assert len(shift["edges"]) == len(shift["counts"]) + 1 <= 42
    assert sum(shift["counts"]) == 73
    assert len(shift["changed"]) == 1
    accuracy = influence["accuracy"]
    assert accuracy["low"] <= accuracy["without"] - accuracy["now"] <= accuracy["high"]
    (turned,) = pipeline["predictions"]
    assert not turned["own"]
    assert {turned["before"], turned["after"]} == {"False", "True"}
    assert influence["sentence"] in trace["sentence"]
    assert "changes 1 of 73 test decisions" in trace["sentence"]


def test_the_own_prediction_of_a_test_row_is_told(looked_at: Session, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "test")
    (before,) = looked_at.trace(ssn)["pipelines"]
    (own,) = before["predictions"]
    assert (own["own"], own["after"]) == (True, None)
    (after,) = looked_at.trace(ssn, influence=True)["pipelines"]
    assert after["predictions"][0] == own | {"after": after["predictions"][0]["after"]}
    assert after["predictions"][0]["after"] in ("True", "False")
    assert (after["influence"]["own_rows"], after["influence"]["test_rows"]) == (1, 72)


def test_leaving_out_writes_nothing(project: Session, prepared: pd.DataFrame) -> None:
    def tables() -> list[tuple[Any, ...]]:
        return project.connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() "
            "WHERE database_name = 'lester' AND table_name <> 'journal' ORDER BY 1"
        ).fetchall()

    ssn = ssn_on(prepared, "train")
    project.trace(ssn)
    before = tables()
    project.trace(ssn, influence=True)
    assert tables() == before


def test_a_new_run_is_looked_at_afresh(project: Session, patients: pd.DataFrame, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "train")
    first = project.trace(ssn, influence=True)
    file = project.folder / "data" / "patients.csv"
    gone = ssn_on(prepared, "train", 1)
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if gone not in line))
    project.run(PIPELINE)
    again = project.trace(first["subject"], influence=True)
    assert again["pipelines"][0]["train_of"] == first["pipelines"][0]["train_of"] - 1
    assert again["pipelines"][0]["influence"]["coefficients"] != first["pipelines"][0]["influence"]["coefficients"]


# --- the picture -------------------------------------------------------------------------------------------------------


def test_the_graph_leads_from_sources_to_predictions(looked_at: Session) -> None:
    trace = looked_at.trace(f"patients.#row={TURNS_A_DECISION}", influence=True)
    graph = looked_at.graph(trace["subject"], PIPELINE)
    nodes = {n["id"]: n for n in graph["nodes"]}
    assert {n["lane"] for n in nodes.values()} == set(graph["lanes"])
    assert all(e["from"] in nodes and e["to"] in nodes for e in graph["edges"])
    assert all(nodes[e["from"]]["touched"] and nodes[e["to"]]["touched"] for e in graph["edges"] if e["touched"])
    assert nodes["source:patients"]["fact"] == "1 of 887 rows"
    assert nodes[f"view:{PIPELINE}:complications"]["fact"] == "1 of 3 rows"
    assert nodes[f"feature:{PIPELINE}:race"]["fact"] == "3 of 3 columns"
    assert nodes[f"prediction:{PIPELINE}:others"]["fact"] == "1 of 73 change"
    kinds = {(e["from"].rpartition(":")[2], e["to"].rpartition(":")[2]): e["kind"] for e in graph["edges"]}
    assert kinds[("data", "data-2")] == "data"
    assert kinds[("complications", "data-2")] == "state"
    path = looked_at.path(trace["subject"], f"prediction:{PIPELINE}:others")
    assert {"source:patients", "source:histories", f"model:{PIPELINE}"} <= set(path["nodes"])
    assert all(edge[0] in path["nodes"] and edge[1] in path["nodes"] for edge in path["edges"])
    assert path["sentence"].startswith(f"How 1 decision about other people depends on {trace['subject']}: ")
    assert "complications and the model’s weights" in path["sentence"]
    forward = looked_at.path(trace["subject"], "source:histories")
    assert f"model:{PIPELINE}" in forward["nodes"]


def test_nodes_that_were_not_reached_say_so(looked_at: Session, patients: pd.DataFrame, prepared: pd.DataFrame) -> None:
    out = patients[~patients["ssn"].isin(prepared["ssn"])].iloc[1]
    trace = looked_at.trace(out["ssn"], influence=True)
    graph = looked_at.graph(trace["subject"])
    touched = {n["id"]: n["touched"] for n in graph["nodes"]}
    assert touched["source:patients"]
    assert not touched[f"model:{PIPELINE}"]
    assert looked_at.path(trace["subject"], f"model:{PIPELINE}") == {
        "nodes": [f"model:{PIPELINE}"],
        "edges": [],
        "sentence": f"{trace['subject']} did not reach the model of {PIPELINE}.",
    }
    with pytest.raises(UserError):
        looked_at.path(trace["subject"], "view:nothing")


def test_a_feature_leads_back_to_its_source_cell(looked_at: Session, patients: pd.DataFrame, prepared: pd.DataFrame) -> None:
    ssn = ssn_on(prepared, "train")
    features = looked_at.trace(ssn)["pipelines"][0]["features"]
    (income,) = [f for f in features if f["column"] == "numbers__income"]
    chain = looked_at.feature_origin(PIPELINE, income["name"], income["row_no"])["chain"]
    row = patients["ssn"].tolist().index(ssn) + 1
    assert [(link["kind"], link["name"], link["column"], link["row"]) for link in chain] == [
        ("feature", PIPELINE, "income, scaled", income["row_no"]),
        ("view", "data-5", "income", income["row_no"]),
        ("source", "patients", "income", row),
    ]
    assert {link["value"] for link in chain} == {"••••••"}
    columns_only = looked_at.feature_origin(PIPELINE, "numbers__income")["chain"]
    assert [(link["row"], link["value"]) for link in columns_only] == [(None, None)] * 3
    with pytest.raises(UserError, match="has no feature"):
        looked_at.feature_origin(PIPELINE, "shoe size")
    with pytest.raises(UserError, match="no such row"):
        looked_at.feature_origin(PIPELINE, "income", 7)


@pytest.mark.parametrize("place", ["patient.ssn", "patients.snn"])
def test_a_search_aimed_at_a_place_that_does_not_exist_is_no_nobody(place: str) -> None:
    configuration = Configuration("p", sources=(SourceEntry("patients", "data/patients.csv", ("ssn",)),))
    with pytest.raises(UserError) as error:
        refuse_unknown_place(f"{place}=670-18-6875", configuration)
    assert "670" not in str(error.value)
    refuse_unknown_place("patients.ssn=670-18-6875", configuration)
    refuse_unknown_place("romy@example.org", configuration)


def test_a_project_of_an_earlier_version_gets_its_lookup_tables_when_it_is_opened(
    project: Session, prepared: pd.DataFrame
) -> None:
    ssn = ssn_on(prepared, "train")
    before = project.trace(ssn)
    views = catalogue.find(project.connection, catalogue.View)
    assert any(lookups.lookups_of(view) for view in views)
    for view in views:
        lookups.drop_lookups(project.connection, view)
        catalogue.update(project.connection, catalogue.View, {"lookups_json": None}, run=view.run, name=view.name)
    folder = project.folder
    assert project.trace(ssn) == before, "without them a view is read as a whole"
    project.close()
    with Session.open(folder, user="ines") as again:
        assert catalogue.find(again.connection, catalogue.View) == views
        for table in (t for view in views for t in lookups.lookups_of(view).values()):
            assert again.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        assert again.trace(ssn) == before
