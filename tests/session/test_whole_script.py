"""A script that neither rules nor a model understand runs as one step: verified in parts, run, searched, and maintained."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from lester_gui.ir.nodes import Opaque
from lester_gui.ir.parse import parse
from lester_gui.ir.render import render
from lester_gui.ir.serialise import dumps, loads
from lester_gui.session import Session
from lester_gui.verify.equivalence import is_whole_script

SCRIPT = """
    import csv
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score

    rows = list(csv.DictReader(open("people.csv")))
    queue = list(range(len(rows)))
    X, y = [], []
    while queue:                            # as long as its own results say
        i = queue.pop()
        if rows[i]["age"] == "?" and queue:
            queue.pop()
            continue
        X.append([float(rows[i]["age"].replace("?", "0")), len(rows[i]["name"])])
        y.append(int(rows[i]["left"]))
    cut = len(X) * 3 // 4
    model = LogisticRegression(C=0.5, max_iter=500).fit(X[:cut], y[:cut])
    print({metric})
"""
WRITES = """
    import pickle

    for kind in ("model", "spare"):
        with open(f"{kind}.pkl", "wb") as file:
            pickle.dump(model, file)
    with open("scored.csv", "w") as file:
        for row in rows[cut:]:
            file.write(row["email"] + ",1" + chr(10))
    with open("columns.txt", "w") as file:
        file.write("age, name")
"""
METRIC, BY_HAND = "accuracy_score(y[cut:], model.predict(X[cut:]))", "sum(model.predict(X[cut:]) == y[cut:])"


@pytest.fixture(params=[METRIC, BY_HAND], ids=["metric", "by hand"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "churn.py").write_text(dedent(SCRIPT).replace("{metric}", request.param))
    lines = ["email,name,age,left"]
    for i in range(80):
        age = "?" if i % 11 == 3 else str(20 + (i * 7) % 50)
        lines.append(f'p{i}@example.org,"Name, {"x" * (i % 9)}",{age},{int((i * 7) % 50 > 24)}')
    (project / "people.csv").write_text("\n".join(lines) + "\n")
    return project


def test_it_runs_as_one_step_and_equals_the_script_after_an_erasure(folder: Path, tmp_path: Path) -> None:
    tested = METRIC in (folder / "churn.py").read_text()  # otherwise nothing says which labels the test rows have
    with Session.open(folder, user="ines") as session:
        said = session.rewrite("churn", "rules")
        assert (said["status"], said["opaque_steps"]) == ("partly-verified", 1)
        assert {s["status"] for s in said["stages"].values()} == {"equal"}
        plan = session.rewritten("churn").plan
        assert is_whole_script(plan) and isinstance(plan.prepared, Opaque)
        assert dict(plan.model.params) == {"C": 0.5, "max_iter": 500}
        assert loads(dumps(plan)) == plan and parse(render(plan).text, plan) == plan
        ran = session.run("churn")
        assert (ran["train_rows"] > 40, ran["test_rows"] > 10) == (True, tested)
        assert session.trace("p5@example.org")["found"]
        case = session.request("erasure", "p5@example.org", by="ines")["case"]
        session.plan(case)
        session.approve(case, by="maria", reason="identity checked")
        applied = session.apply(case)
        assert applied["status"] == "done" and applied["replay"]["equal"] and applied["ask_original"]["equal"]
        session.export("churn", "X_train", tmp_path / "x.npy")
        assert len(np.load(tmp_path / "x.npy")) == session.run("churn")["train_rows"]
    assert "p5@" not in (folder / "people.csv").read_text()


def test_what_the_script_writes_goes_where_the_person_went_into_it(folder: Path) -> None:
    script = folder / "churn.py"
    script.write_text(script.read_text() + dedent(WRITES))
    subprocess.run([sys.executable, script.name], cwd=folder, check=True, capture_output=True)
    with Session.open(folder, user="ines") as session:
        session.rewrite("churn", "rules")
        plan = session.rewritten("churn").plan
        assert is_whole_script(plan) and parse(render(plan).text, plan) == plan
        assert {w.path for w in plan.written} == {"model.pkl", "spare.pkl", "scored.csv", "columns.txt"}
        session.run("churn")
        case = session.request("erasure", "p79@example.org", by="ines")["case"]
        planned = session.plan(case)
        gone = {a["artefact"] for a in planned["actions"] if a["method"] == "removed"}
        assert {"model.pkl", "spare.pkl", "scored.csv"} <= gone
        session.approve(case, by="maria", reason="identity checked")
        session.apply(case)
    assert not any((folder / name).exists() for name in ("model.pkl", "spare.pkl", "scored.csv"))


def test_a_file_that_is_no_source_is_named(folder: Path) -> None:
    script = folder / "churn.py"
    script.write_text(script.read_text().replace('"people.csv"', '"people" + chr(46) + "csv"'))
    with Session.open(folder, user="ines") as session:
        said = session.rewrite("churn", "rules")
    assert said["status"] == "not-run" and "people.csv, which is no source" in said["message"]


LIFTED = """
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    df = pd.read_csv("people.csv")
    df["size"] = df["name"].str.len()
    model = LogisticRegression().fit(df[["size"]], df["left"])
    print(model.predict(df[["size"]])[:3])
"""


OWN = """
    class Nearest{base}:
        def fit(self, X, y):
            self.X, self.y = X, y
            return self

        def predict(self, X):
            queue = [min(range(len(self.X)), key=lambda i: abs(self.X[i][0] - x[0])) for x in X]
            return [self.y[i] for i in queue]

    Nearest().fit(X[:cut], y[:cut]).predict(X[cut:])
"""


@pytest.mark.parametrize("base", ["", "(BaseEstimator, ClassifierMixin)"])
def test_a_model_of_the_scripts_own_says_what_a_person_can_do(folder: Path, base: str) -> None:
    before, _, _ = dedent(SCRIPT).partition("model = ")
    own = "from sklearn.base import BaseEstimator, ClassifierMixin\n" + before + dedent(OWN).replace("{base}", base)
    (folder / "churn.py").write_text(own)
    with Session(folder) as session:
        session.scan(write=True)
        found = session.rewrite("churn", "rules")
    assert found["status"] == "not-run"
    assert "trained again" in found["message"]
    assert "fit an estimator of scikit-learn on the same X and y" in found["message"]
    (folder / "churn.py").write_text(own + "from sklearn.dummy import DummyClassifier\nDummyClassifier().fit(X[:cut], y[:cut])\n")
    with Session(folder) as session:
        found = session.rewrite([p["name"] for p in session.scan()["pipelines"]][-1], "rules")
    assert found["status"] == "partly-verified"


def test_a_plan_that_is_refused_on_the_given_data_gives_way_to_the_whole_script(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "churn.py").write_text(dedent(LIFTED))
    with Session.open(folder, user="ines") as session:
        found, _ = session._rules("churn", session.script_of("churn"))
        assert found.plan is not None
        wrong = replace(found, plan=replace(found.plan, model=replace(found.plan.model, params=(("C", 9.0),))))
        monkeypatch.setattr(session, "_rules", lambda *_: (wrong, None))
        said = session.rewrite("churn", "rules")
        assert (said["status"], said["opaque_steps"]) == ("partly-verified", 1)
        assert "opaque step" in said["message"] and said["inputs"] >= 3
        assert next(f for f in said["findings"] if f["kind"] == "plan-refused")["text"]
        assert is_whole_script(session.rewritten("churn").plan)


def test_a_script_of_chance_is_called_that(folder: Path) -> None:
    script = folder / "churn.py"
    script.write_text(
        script.read_text()
        .replace("int(rows[i]", "int(random.random() < 0.5) * int(rows[i]")
        .replace("import csv", "import csv, random")
    )
    with Session.open(folder, user="ines") as session:
        said = session.rewrite("churn", "rules")
    assert said["status"] == "partly-verified"
    assert {"kind", "title"} <= set(said["findings"][0])
    assert "The script gives other results each time it runs" in {f["title"] for f in said["findings"]}
    assert said["stages"]["label"]["status"] == "excluded"


def test_a_file_that_the_script_makes_and_reads_again_does_not_stop_it(folder: Path) -> None:
    script = folder / "churn.py"
    before = "import csv, shutil\nshutil.copyfile('people.csv', 'copy.csv')\n"
    script.write_text(script.read_text().replace("import csv", before, 1).replace('open("people.csv")', 'open("copy.csv")'))
    with Session.open(folder, user="ines") as session:
        said = session.rewrite("churn", "rules")
        assert said["status"] == "partly-verified" and said["inputs"] >= 3


def test_a_script_that_spoils_its_project_spoils_copies_only(folder: Path) -> None:
    script = folder / "churn.py"
    spoil = "import os, glob\nfor path in glob.glob('**', recursive=True):\n    if os.path.isfile(path): os.remove(path)\n"
    script.write_text(script.read_text() + spoil)
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    with Session.open(folder, user="ines") as session:
        assert session.rewrite("churn", "rules")["status"] == "partly-verified"
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
