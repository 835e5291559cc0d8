"""A hospital project that is run with a plan written by hand: what browsing, exports and search need, and no rewriting."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Aggregate, Filter, Join, JoinKind, Measure, Project, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import dumps, plan_hash
from lester_gui.runtime.read import observe_schema
from lester_gui.session.browsing import Browsing
from lester_gui.session.exports import Exports
from lester_gui.session.finding import Finding
from lester_gui.store import catalogue

PIPELINE = "complications"
SSN = "670-18-6875"
"""Of the first patient, who lives in county3 and so reaches the model."""


class Looking(Browsing, Exports, Finding):
    """A session that runs, looks and exports."""


def hospital_plan(folder: Path) -> Plan:
    """The plan of complications.py, written by hand."""

    def read(name: str) -> Read:
        schema = observe_schema(folder / "data" / f"{name}.csv", Reader.PANDAS_CSV)
        return Read(name=name, source=name, reader=Reader.PANDAS_CSV, inferred=True, columns=schema.fields)

    patients, histories = read("patients"), read("histories")
    on_ssn, on_group = (("ssn", "ssn"),), (("age_group", "age_group"),)
    data = Join(name="data", left=patients, right=histories, how=JoinKind.INNER, on=on_ssn, null_keys_match=True)
    mean = Measure("mean_complications", "mean", "complications")
    means = Aggregate(name="complications", parent=data, by=("age_group",), measures=(mean,))
    merged = Join(name="data-2", left=data, right=means, how=JoinKind.INNER, on=on_group, null_keys_match=True)
    label = op("pandas_gt", col("complications"), op("mul", lit(1.2), col("mean_complications")))
    labelled = Project(name="data-3", parent=merged, assigned=(("label", label),))
    names = ("ssn", "smoker", "county", "num_children", "race", "income", "label")
    chosen = Select(name="data-4", parent=labelled, columns=tuple((n, n) for n in names))
    prepared = Filter(name="data-5", parent=chosen, predicate=op("is_in", col("county"), lit("county2"), lit("county3")))
    categories = (
        Transformer("simple_imputer", (("strategy", "most_frequent"),)),
        Transformer("one_hot", (("handle_unknown", "ignore"),)),
    )
    return Plan(
        pipeline=PIPELINE,
        prepared=prepared,
        label=Label(expr=col("label")),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=42),
        encode=Encode(
            blocks=(
                Block("categories", ("smoker", "county", "race"), categories),
                Block("numbers", ("num_children", "income"), (Transformer("standard_scaler"),)),
            )
        ),
        model=Model(estimator="sklearn.linear_model.LogisticRegression", params=(("max_iter", 1000),)),
    )


def store_plan(session: Looking, plan: Plan) -> None:
    """Enter a plan as if the script had been rewritten to it."""
    script = session.configuration.pipeline(plan.pipeline).script
    record = catalogue.Pipeline(
        name=plan.pipeline,
        script=script,
        script_hash=session.file_hash(script),
        status="verified",
        plan_json=dumps(plan),
        plan_hash=plan_hash(plan),
        verdict_json="{}",
        rewriter="rules",
        updated_at=datetime.now(UTC).replace(tzinfo=None),
    )
    with session.transaction() as connection:
        catalogue.put_pipeline(connection, record)


@pytest.fixture(scope="session")
def ran_hospital(tmp_path_factory: pytest.TempPathFactory, samples_folder: Path) -> Path:
    """A hospital project after one run. Copy before writing to it."""
    folder = tmp_path_factory.mktemp("ran") / "hospital"
    shutil.copytree(samples_folder / "hospital", folder)
    with Looking(folder, "ines") as session:
        store_plan(session, hospital_plan(folder))
        session.run(PIPELINE)
    return folder


@pytest.fixture
def hospital(ran_hospital: Path, tmp_path: Path) -> Iterator[Looking]:
    """An open copy of a hospital project after one run."""
    folder = tmp_path / "hospital"
    shutil.copytree(ran_hospital, folder)
    with Looking(folder, "ines") as session:
        yield session
