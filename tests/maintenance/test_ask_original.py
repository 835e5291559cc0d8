"""The untouched script on what is left, against what Lester holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lester_gui import cli_text
from lester_gui.discovery.scripts import load_script
from lester_gui.errors import UserError
from lester_gui.ir.learning import Split
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.ask_original import Answer, ask_original
from lester_gui.maintenance.work import NewValue, runs
from lester_gui.progress import silent
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.sandbox import Sandbox
from lester_gui.store import catalogue
from lester_gui.verify.capture import Original
from tests.maintenance.clinic import WORKER, Clinic, open_clinic, plan, run_all, write_sources
from tests.maintenance.test_case import applied, purged

READ = """\
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

patients = pd.read_csv('data/patients.csv')
histories = pd.read_csv('data/histories.csv')
data = patients.merge(histories, on=['ssn'])
complications = data.groupby('age_group').agg(mean_complications=('complications', 'mean'))
data = data.merge(complications, on=['age_group'])
data['label'] = data['complications'] > 1.2 * data['mean_complications']
data = data[['ssn', 'smoker', 'county', 'num_children', 'race', 'income', 'label']]
data = data[data['county'].isin(['county2', 'county3'])]
impute = Pipeline([('impute', SimpleImputer(strategy='most_frequent')), ('encode', OneHotEncoder(handle_unknown='ignore'))])
features = ColumnTransformer([
    ('categories', impute, ['smoker', 'county', 'race']),
    ('numbers', StandardScaler(), ['num_children', 'income']),
])
"""
DEAL = "train_data, test_data = train_test_split(data, test_size=0.25, random_state=42)\n"
DEAL_BY_HAND = """\
order = np.random.RandomState(42).permutation(len(data))
cut = int(len(data) * 0.75)
train_data, test_data = data.iloc[order[:cut]], data.iloc[order[cut:]]
"""
FIT = """\
model = Pipeline([('features', features), ('learner', LogisticRegression(max_iter=1000))])
model.fit(train_data, train_data['label'])
print('accuracy', model.score(test_data, test_data['label']))
predicted = model.predict(test_data)
"""
LINES = {
    "patients": 10,
    "histories": 11,
    "data": 12,
    "complications": 13,
    "data-2": 14,
    "data-3": 15,
    "data-4": 16,
    "data-5": 17,
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def located(found: Plan) -> Plan:
    """Give every view the line of the script that it comes from."""
    return found.map_nodes(lambda n: replace(n, lines=(LINES[n.name],)))


def ran(folder: Path, script: str, wanted: Plan) -> Clinic:
    ssns = write_sources(folder, 40)
    (folder / "complications.py").write_text(script)
    clinic = open_clinic(folder, ssns)
    run_all(clinic, [located(wanted)])
    return clinic


def ask(clinic: Clinic, sandbox: Sandbox, *, snapshots: bool = False) -> Answer:
    run, bound = runs(clinic.con)[0]
    sources = {"patients": "data/patients.csv", "histories": "data/histories.csv"}
    original = Original(clinic.folder, load_script(clinic.folder, "complications.py"), sources)
    remaining = None
    if snapshots:
        remaining = {}
        for name, path in sources.items():
            snapshot = catalogue.latest_snapshot(clinic.con, name)
            assert snapshot is not None
            remaining[path] = snapshot_records(clinic.con, snapshot).content
    return ask_original(clinic.con, run, bound, original, sandbox, WORKER, silent(), remaining)


def test_the_script_agrees_before_and_after_an_erasure(tmp_path: Path, sandbox: Sandbox) -> None:
    clinic = ran(tmp_path, READ + DEAL + FIT, plan())
    answer = ask(clinic, sandbox)
    assert answer.equal, answer.stages
    assert {s: r["status"] for s, r in answer.stages.items()} == dict.fromkeys(
        ("prepare", "encode", "label", "split", "model"), "equal"
    )
    assert answer.not_compared == []
    applied(clinic, clinic.work(clinic.ssns[-1]))
    assert not ask(clinic, sandbox).equal  # the files still have the lines
    assert ask(clinic, sandbox, snapshots=True).equal  # what Lester holds of them does not
    purged(clinic)
    answer = ask(clinic, sandbox)
    assert answer.equal, answer.stages
    assert answer.stages["split"]["status"] == "equal"
    clinic.close()


def test_the_script_agrees_after_a_correction(tmp_path: Path, sandbox: Sandbox) -> None:
    clinic = ran(tmp_path, READ + DEAL + FIT, plan())
    applied(clinic, clinic.work(clinic.ssns[4], "rectification", [NewValue("patients", "income", "77777.0")]))
    purged(clinic)
    assert ask(clinic, sandbox).equal
    clinic.close()


def test_a_script_that_deals_by_hand_is_compared_up_to_there(tmp_path: Path, sandbox: Sandbox) -> None:
    by_hand = Split(kind="random", method="numpy_legacy", train_size=0.75, seed=42)
    clinic = ran(tmp_path, READ + DEAL_BY_HAND + FIT, replace(plan(), split=by_hand))
    applied(clinic, clinic.work(clinic.ssns[0]))
    purged(clinic)
    answer = ask(clinic, sandbox)
    assert answer.equal and answer.stages["prepare"]["status"] == "equal"
    assert any("deals its rows by hand" in n for n in answer.not_compared)
    assert {answer.stages[s]["status"] for s in ("encode", "split")} == {"not-compared"}
    clinic.close()


def test_labels_of_sides_that_are_dealt_anew_are_not_those_of_all_rows(tmp_path: Path, sandbox: Sandbox) -> None:
    """The script calls its labels y_train, which holds those of other rows once somebody has left."""
    by_hand = Split(kind="random", method="numpy_legacy", train_size=0.75, seed=42)
    wanted = replace(plan(), split=by_hand, label=replace(plan().label, variable="y_train"))
    named = DEAL_BY_HAND + "y_train = train_data['label']\n"
    clinic = ran(tmp_path, READ + named + FIT.replace("train_data['label']", "y_train"), wanted)
    applied(clinic, clinic.work(clinic.ssns[0]))
    purged(clinic)
    answer = ask(clinic, sandbox)
    assert answer.stages["label"]["status"] == "not-compared"
    assert answer.equal and answer.compared
    clinic.close()


def test_an_answer_with_nothing_in_it_is_no_difference() -> None:
    stages = {s: {"status": "not-compared", "compared": 0, "fact": ""} for s in ("prepare", "label")}
    answer = Answer(False, stages, []).to_json()
    assert answer["compared"] is False
    assert cli_text.ask_original(answer).startswith("The untouched script gives nothing that could be compared")


def test_a_difference_is_seen(tmp_path: Path, sandbox: Sandbox) -> None:
    clinic = ran(tmp_path, READ + DEAL + FIT, plan())
    run, _ = runs(clinic.con)[0]
    clinic.con.execute(f"UPDATE lester.view_{run.id}_7 SET income = income + 1 WHERE ssn = ?", [clinic.ssns[0]])
    answer = ask(clinic, sandbox)
    assert not answer.equal and answer.stages["prepare"]["status"] == "differs"
    clinic.close()


def test_a_script_that_fails_says_so(tmp_path: Path, sandbox: Sandbox) -> None:
    clinic = ran(tmp_path, READ + DEAL + FIT + "raise KeyError('x')\n", plan())
    with pytest.raises(UserError, match="stopped with KeyError"):
        ask(clinic, sandbox)
    clinic.close()
