"""A small project in the manner of the hospital sample: two tables, a group's mean merged back, a logistic regression."""

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lester_gui.audit.journal import Journal
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer, WrittenFile
from lester_gui.ir.nodes import Aggregate, Filter, Join, JoinKind, Measure, Project, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.maintenance import canonical_run
from lester_gui.maintenance.learned import Worker
from lester_gui.maintenance.recovery import recover
from lester_gui.maintenance.work import NewValue, Site, Work, runs, subject_of
from lester_gui.progress import silent
from lester_gui.runtime import ingest, read
from lester_gui.runtime.records import dialect_of
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Artefact, Run, Source
from lester_gui.store.connection import Store, open_project

WORKER = Worker()
SOURCES = {"patients": ["ssn"], "histories": ["ssn"]}


def write_sources(folder: Path, patients: int = 60, seed: int = 7) -> list[str]:
    """Write both tables and return the ssns. The last patient has two histories, patient 3 lives elsewhere."""
    rng = random.Random(seed)
    ssns = [f"{rng.randrange(100, 999)}-{i:02d}-{rng.randrange(1000, 9999)}" for i in range(patients)]
    lines = ["ssn,smoker,county,num_children,race,income,age_group\n"]
    for i, ssn in enumerate(ssns):
        county = "county9" if i == 3 else rng.choice(["county2", "county3"])
        race = "" if i % 11 == 5 else rng.choice("abc")
        group = "lonely" if i == 7 else rng.choice(["young", "middle", "old"])
        lines.append(
            f"{ssn},{rng.choice(['Yes', 'No'])},{county},{rng.randrange(5)},{race},{rng.randrange(9, 99) * 1000.5},{group}\n"
        )
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "patients.csv").write_text("".join(lines))
    told = [*ssns, ssns[-1]]
    rng.shuffle(told)
    (folder / "data" / "histories.csv").write_text("ssn,complications\n" + "".join(f"{s},{rng.randrange(9)}\n" for s in told))
    return ssns


def plan(
    model: str = "sklearn.linear_model.LogisticRegression", params: tuple[tuple[str, object], ...] = (("max_iter", 1000),)
) -> Plan:
    texts = {"ssn": Type.STR, "smoker": Type.STR, "county": Type.STR, "num_children": Type.INT}
    more = {"race": Type.STR, "income": Type.FLOAT, "age_group": Type.STR}
    patients = Read(
        name="patients",
        source="patients",
        reader=Reader.PANDAS_CSV,
        columns=tuple(Field(n, t, n == "race") for n, t in (texts | more).items()),
        inferred=True,
    )
    told = (Field("ssn", Type.STR), Field("complications", Type.INT))
    histories = Read(name="histories", source="histories", reader=Reader.PANDAS_CSV, columns=told, inferred=True)
    data = Join(name="data", left=patients, right=histories, how=JoinKind.INNER, on=(("ssn", "ssn"),), null_keys_match=True)
    means = Aggregate(
        name="complications", parent=data, by=("age_group",), measures=(Measure("mean_complications", "mean", "complications"),)
    )
    merged = Join(
        name="data-2", left=data, right=means, how=JoinKind.INNER, on=(("age_group", "age_group"),), null_keys_match=True
    )
    limit = op("mul", lit(1.2), col("mean_complications"))
    labelled = Project(name="data-3", parent=merged, assigned=(("label", op("pandas_gt", col("complications"), limit)),))
    names = ("ssn", "smoker", "county", "num_children", "race", "income", "label")
    chosen = Select(name="data-4", parent=labelled, columns=tuple((n, n) for n in names))
    kept = Filter(name="data-5", parent=chosen, predicate=op("is_in", col("county"), lit("county2"), lit("county3")))
    impute = Transformer("simple_imputer", (("strategy", "most_frequent"),))
    encode = Transformer("one_hot", (("handle_unknown", "ignore"),))
    return Plan(
        pipeline="complications",
        prepared=kept,
        label=Label(expr=col("label")),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=42),
        encode=Encode(
            blocks=(
                Block("categories", ("smoker", "county", "race"), (impute, encode)),
                Block("numbers", ("num_children", "income"), (Transformer("standard_scaler"),)),
            )
        ),
        model=Model(estimator=model, params=params),  # type: ignore[arg-type]
        written=(
            WrittenFile("out/model.pkl", "model", "model"),
            WrittenFile("out/predictions.csv", "predictions", "predictions"),
        ),
    )


@dataclass
class Clinic:
    """An open project, as a session holds it."""

    folder: Path
    store: Store
    journal: Journal
    ssns: list[str]

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        return self.store.connection

    @property
    def site(self) -> Site:
        return Site(self.folder, self.store.artifacts, lambda plan, ctx: WORKER, {"complications": "complications.py"})

    @property
    def run(self) -> Run:
        return runs(self.con)[0][0]

    def token(self, ssn: str) -> str:
        found = subjects.search(self.con, ssn)
        assert len(found) == 1
        return subjects.token_of(self.con, found[0])

    def work(self, ssn: str, right: str = "erasure", new: Iterable[NewValue] = (), keep: bool = False) -> Work:
        token = self.token(ssn)
        return Work("LR-0001", right, token, subject_of(self.con, token), tuple(new), keep)

    def close(self) -> None:
        self.store.close()


def open_clinic(folder: Path, ssns: list[str]) -> Clinic:
    """Open the project as a session does: recovery included."""
    store = open_project(folder)
    journal = Journal(store.folder / "journal.jsonl")
    assert journal.open(store.connection)
    recover(store, journal)
    return Clinic(folder, store, journal, ssns)


def run_all(clinic: Clinic, plans: Iterable[Plan], subject_keys: Mapping[str, list[str]] = SOURCES) -> None:
    """Take snapshots, index the keys, run the plans and note a model file and predictions that a script wrote."""
    con = clinic.con
    with clinic.journal.transaction(con):
        for wanted in plans:
            snapshots = {}
            for reading in wanted.reads:
                keys = subject_keys[reading.source]
                path = f"data/{reading.source}.csv"
                source = catalogue.put_source(con, Source(name=reading.source, path=path, subject_keys_json=json.dumps(keys)))
                snapshots[reading.source] = ingest.ingest(con, source, clinic.folder / path, dialect_of(reading))
                subjects.index_source(con, reading.source, read.key_columns(con, snapshots[reading.source], reading, keys))
            canonical_run.execute(con, wanted, snapshots, WORKER, clinic.store.artifacts, silent())
            write_out(clinic, wanted)
        clinic.journal.append(con, "run", pipeline="complications")


def write_out(clinic: Clinic, wanted: Plan) -> None:
    import hashlib
    from datetime import datetime

    (clinic.folder / "out").mkdir(exist_ok=True)
    (clinic.folder / "out" / "model.pkl").write_bytes(b"\x80\x04a model")
    (clinic.folder / "out" / "predictions.csv").write_text("ssn,predicted\n" + "".join(f"{s},True\n" for s in clinic.ssns[::4]))
    for file in wanted.written:
        content = (clinic.folder / file.path).read_bytes()
        catalogue.add(
            clinic.con,
            Artefact(
                pipeline=wanted.pipeline,
                path=file.path,
                content=file.content,
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                status="present",
                found_at=datetime(2027, 1, 1),
            ),
        )


def make_clinic(folder: Path, *plans: Plan, patients: int = 60) -> Clinic:
    """Make and run the whole project."""
    ssns = write_sources(folder, patients)
    clinic = open_clinic(folder, ssns)
    run_all(clinic, plans or (plan(),))
    return clinic
