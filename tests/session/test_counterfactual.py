"""A person left out of the original script: the yardstick of the fast lineage, and all there is without a plan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lester_gui.ir.expressions import col
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Opaque, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.ir.serialise import dumps, plan_hash
from lester_gui.runtime.read import observe_schema
from lester_gui.session import Session
from lester_gui.session.counterfactual import LABEL, METHOD, _by_content
from lester_gui.store import catalogue

PIPELINE = "complications"


@pytest.fixture(scope="module")
def hospital_copy(ran_hospital: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("counterfactual") / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Session.open(folder, user="ines") as session:
        yield session


# 167 turns a decision about somebody else, 8 is a test row, 2 was filtered out.
@pytest.mark.parametrize("row", [167, 8, 2])
def test_the_influence_is_that_of_the_original_script(hospital_copy: Session, row: int) -> None:
    trace = hospital_copy.trace(f"patients.#row={row}", influence=True, counterfactual=True)
    (pipeline,) = trace["pipelines"]
    fast, script = pipeline["refit"], pipeline["influence"]
    assert (fast["method"] != METHOD, script["method"]) == (True, METHOD)
    assert LABEL in script["sentence"].lower()
    seen = pipeline["counterfactual"]
    assert seen["split_imposed"]
    assert (seen["train_rows"], seen["test_rows"]) == (pipeline["train_rows"], pipeline["test_rows"])
    assert seen["rows_into_fit"] == {"before": 217, "after": 217 - pipeline["train_rows"]}
    assert (script["changed_decisions"], script["test_rows"]) == (fast["changed_decisions"], fast["test_rows"])
    for name in ("now", "without", "low", "high"):
        assert script["accuracy"][name] == pytest.approx(fast["accuracy"][name], abs=1e-12)
    moved = {c["feature"]: c["change"] for c in fast["coefficients"]}
    for c in script["coefficients"]:  # the script stops short of the optimum
        assert c["change"] == pytest.approx(moved[c["feature"]], abs=5e-3)
    written = {f["path"]: (f["rows_before"], f["rows_after"]) for f in seen["files"]}
    assert written == {"out/predictions.csv": (74, 74 - pipeline["test_rows"])}
    assert not [m for m in trace["not_searched"] if m["kind"] == "pipeline"]
    assert not (hospital_copy.folder / "out").exists(), "the script ran in a copy"


def test_without_a_plan_footprint_and_influence_come_from_the_script(samples_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    shutil.copytree(samples_folder / "hospital", folder)
    with Session.open(folder, user="ines") as session:
        trace = session.trace("patients.#row=167")
        (pipeline,) = trace["pipelines"]
        assert pipeline["basis"] == LABEL
        assert (pipeline["train_rows"], pipeline["test_rows"]) == (1, 0)
        assert (pipeline["train_of"], pipeline["test_of"], pipeline["features_of"]) == (217, 73, 9)
        assert (pipeline["feature_cells"], pipeline["models"]) == (9, [PIPELINE])
        assert pipeline["influence"]["changed_decisions"] == 1
        (turned,) = pipeline["predictions"]
        assert (turned["own"], {turned["before"], turned["after"]}) == (False, {"False", "True"})
        assert [a["path"] for a in pipeline["artefacts"]] == ["out/predictions.csv"]
        assert trace["views"] == []
        assert "reached 1 training row" in trace["sentence"]
        graph = session.graph(trace["subject"])
        facts = {n["id"]: (n["fact"], n["touched"]) for n in graph["nodes"]}
        assert facts["source:patients"] == ("1 of 887 rows", True)
        assert facts[f"split:{PIPELINE}:train"] == ("1 of 217 rows", True)
        assert facts[f"prediction:{PIPELINE}:others"] == ("1 of 73 change", True)
        path = session.path(trace["subject"], f"prediction:{PIPELINE}:others")
        assert {"source:patients", f"model:{PIPELINE}"} <= set(path["nodes"])


# --- other scripts -----------------------------------------------------------------------------------------------------

NO_SPLIT = """\
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

rows = [line.strip().split(',') for line in open('people.txt')]
data = pd.DataFrame(rows, columns=['email', 'age', 'ill'])
X, y = data[['age']].astype(float), data['ill']
model = DecisionTreeClassifier(max_depth=2, random_state=0)
model.fit(X, y)
test = pd.read_csv('new.csv')
print(model.predict(test[['age']].astype(float)))
"""
PEOPLE = "".join(f"p{i}@example.org,{20 + i},{'yes' if i % 3 == 0 else 'no'}\n" for i in range(30))


def write_project(folder: Path, script: str) -> None:
    folder.mkdir()
    (folder / "train.py").write_text(script)
    (folder / "people.txt").write_text(PEOPLE)
    (folder / "new.csv").write_text("age\n21\n27\n40\n")
    (folder / "lester.toml").write_text(
        '[project]\nname = "Small"\n\n[sources.people]\npath = "people.txt"\nsubject_keys = ["email"]\n'
        '\n[sources.new]\npath = "new.csv"\nsubject_keys = []\n\n[pipelines.train]\nscript = "train.py"\n'
    )


def trace(folder: Path, subject: str, script: str, **options: Any) -> Any:
    write_project(folder, script)
    with Session.open(folder, user="ines") as session:
        return session.trace(subject, **options)


LOOP = """\
rows = []
for line in open('people.txt'):
    email, age, ill = line.strip().split(',')
    rows.append((email, age, ill))"""


def named(script: str) -> str:
    """The same script with a loop whose text names the columns of the file."""
    return script.replace("rows = [line.strip().split(',') for line in open('people.txt')]", LOOP)


def test_a_script_without_a_split_is_matched_by_content(tmp_path: Path) -> None:
    found = trace(tmp_path / "small", "p7@example.org", named(NO_SPLIT))
    (pipeline,) = found["pipelines"]
    assert found["stage_counts"]["features"] == pipeline["features_of"] == pipeline["feature_cells"]  # one row has all columns
    assert (pipeline["train_rows"], pipeline["train_of"]) == (1, 30)
    assert (pipeline["test_rows"], pipeline["test_of"], pipeline["influence"]["test_rows"]) == (0, 3, 3)
    assert pipeline["counterfactual"]["labels"] == [
        {"label": "no", "before": 20, "after": 19},
        {"label": "yes", "before": 10, "after": 10},
    ]


def test_a_script_that_stops_without_somebody_is_named(tmp_path: Path) -> None:
    script = named(NO_SPLIT).replace("model =", "assert 'p7@example.org' in set(data['email'])\nmodel =")
    found = trace(tmp_path / "small", "p7@example.org", script)
    assert found["pipelines"] == []
    (missed,) = [m for m in found["not_searched"] if m["kind"] == "pipeline"]
    assert missed["path"] == "train.py"
    assert "train.py stopped with AssertionError" in missed["reason"]
    assert "p7@" not in missed["reason"]
    assert "is not known: train.py stopped with" in found["sentence"] and ".." not in found["sentence"]


def test_a_pipeline_without_rows_of_the_person_is_not_run(tmp_path: Path) -> None:
    script = named(NO_SPLIT) + "\nraise RuntimeError\n"
    found = trace(tmp_path / "small", "nobody@example.org", script)
    assert (found["found"], found["pipelines"]) == (False, [])
    assert not [m for m in found["not_searched"] if m["kind"] == "pipeline"]


def test_an_opaque_step_leaves_the_footprint_to_the_script(tmp_path: Path) -> None:
    """Coarse lineage touches every row; the script says which rows are really theirs."""
    folder = tmp_path / "small"
    write_project(folder, named(NO_SPLIT))
    options = (("sep", ","),)
    schema = observe_schema(folder / "people.txt", Reader.PYTHON_LINES, options, ("email", "age", "ill"))
    people = Read(name="people", source="people", reader=Reader.PYTHON_LINES, options=options, columns=schema.fields)
    step = Opaque(
        name="data",
        inputs=(people,),
        variables=("people",),
        source="data = people.assign(age=people['age'].astype(float))[['age', 'ill']]",
        output="data",
        columns=(Field("age", Type.FLOAT), Field("ill", Type.STR)),
        reason="test",
    )
    plan = Plan(
        pipeline="train",
        prepared=step,
        label=Label(expr=col("ill")),
        split=Split(kind="positional", method="slice", train_size=0.8),
        encode=Encode(blocks=(Block("numbers", ("age",), (Transformer("standard_scaler"),)),)),
        model=Model(estimator="sklearn.tree.DecisionTreeClassifier", params=(("max_depth", 2), ("random_state", 0))),
    )
    with Session.open(folder, user="ines") as session:
        record = catalogue.Pipeline(
            name="train",
            script="train.py",
            script_hash=session.file_hash("train.py"),
            status="partly-verified",
            plan_json=dumps(plan),
            plan_hash=plan_hash(plan),
            verdict_json="{}",
            rewriter="rules",
            updated_at=datetime.now(UTC).replace(tzinfo=None),
        )
        with session.transaction() as connection:
            catalogue.put_pipeline(connection, record)
        session.run("train")
        coarse = session.trace("p7@example.org")
        assert coarse["pipelines"][0]["basis"].startswith("coarse lineage")
        assert coarse["pipelines"][0]["train_rows"] == coarse["pipelines"][0]["train_of"] == 24
        assert coarse["sentence"].endswith("because a step is opaque: each of them may, and the model.")
        exact = session.trace("p7@example.org", influence=True)["pipelines"][0]
        assert (exact["basis"], exact["train_rows"], exact["train_of"]) == (LABEL, 1, 30)


@pytest.mark.long
def test_a_stale_label_makes_everybody_depend_on_the_last_record(samples_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bank_mails"
    shutil.copytree(samples_folder / "bank_mails", folder)
    with Session.open(folder, user="ines") as session:
        session.rewrite("complaints_v1", with_="rules")
        session.run("complaints_v1")
        trace = session.trace("mails.#row=12000", influence=True, counterfactual=True)
        (pipeline,) = [p for p in trace["pipelines"] if p["pipeline"] == "complaints_v1"]
        fast, script = pipeline["refit"], pipeline["influence"]
        assert fast["changed_decisions"] == script["changed_decisions"] == fast["test_rows"] == pipeline["test_of"]
        assert fast["others"]["labels"] == pipeline["train_of"] + pipeline["test_of"] - 1
        assert pipeline["train_rows"] == pipeline["counterfactual"]["train_rows"] == 1


def test_rows_that_a_script_deals_by_hand_are_not_paired_by_their_places() -> None:
    """As many rows with other labels are other people: a new shuffle is no change of anybody's prediction."""
    before, after = np.array([[0.1, 1.0], [0.2, 2.0], [0.3, 3.0]]), np.array([[0.31, 2.9], [0.11, 0.9], [0.21, 1.9]])
    assert _by_content(before, after, [0, 0, 1], [1, 0, 0]) is None
    kept = _by_content(before, before * 1.01, [0, 0, 1], [0, 0, 1])
    assert kept is not None and kept.place == (0, 1, 2)
