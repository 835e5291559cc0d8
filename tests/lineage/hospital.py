"""The hospital sample as a plan made by hand, run in memory: what lineage tests walk through."""

from pathlib import Path

import duckdb

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Encode, Label, Model, Split
from lester_gui.ir.nodes import Aggregate, Filter, Join, JoinKind, Measure, Project, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.runtime.read import observe_schema
from lester_gui.runtime.split import deal
from lester_gui.store.catalogue import Snapshot
from lester_gui.store.connection import transaction
from tests.runtime.engine import run_plan


def hospital_plan(data: Path) -> Plan:
    """Return the plan of ``complications.py`` up to the split."""

    def read(name: str) -> Read:
        fields = observe_schema(data / f"{name}.csv", Reader.PANDAS_CSV).fields
        return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=fields, inferred=True)

    joined = Join(
        name="data",
        left=read("patients"),
        right=read("histories"),
        how=JoinKind.INNER,
        on=(("ssn", "ssn"),),
        null_keys_match=True,
    )
    means = Aggregate(
        name="complications", parent=joined, by=("age_group",), measures=(Measure("mean_complications", "mean", "complications"),)
    )
    merged = Join(
        name="data-2", left=joined, right=means, how=JoinKind.INNER, on=(("age_group", "age_group"),), null_keys_match=True
    )
    label = op("pandas_gt", col("complications"), op("mul", lit(1.2), col("mean_complications")))
    labelled = Project(name="data-3", parent=merged, assigned=(("label", label),))
    names = ["ssn", "smoker", "county", "num_children", "race", "income", "label"]
    selected = Select(name="data-4", parent=labelled, columns=tuple((n, n) for n in names))
    kept = Filter(name="data-5", parent=selected, predicate=op("is_in", col("county"), lit("county2"), lit("county3")))
    return Plan(
        pipeline="complications",
        prepared=kept,
        label=Label(expr=col("label")),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=42),
        encode=Encode(blocks=()),
        model=Model(estimator="sklearn.linear_model.LogisticRegression"),
    )


def hospital_run(data: Path, folder: Path) -> tuple[duckdb.DuckDBPyConnection, Plan, dict[str, Snapshot]]:
    """Run it as run 1, split included."""
    plan = hospital_plan(data)
    sources = {name: (data / f"{name}.csv").read_bytes() for name in ("patients", "histories")}
    connection, made, snapshots = run_plan(plan, sources, folder)
    with transaction(connection):
        deal(connection, made.plan, 1)
    return connection, made.plan, snapshots
