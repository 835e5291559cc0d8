"""Values that people share: group means, groups that are persons, one row that speaks for everybody."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Aggregate, Broadcast, Join, JoinKind, Measure, Read, Reader, Take
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import dumps, plan_hash
from lester_gui.runtime.read import observe_schema
from lester_gui.session import Session
from lester_gui.session.execution import view_results
from lester_gui.store import catalogue
from lester_gui.verify.lineage_check import surviving
from lester_gui.verify.plan_result import PlanResult
from lester_gui.verify.sources import Ancestry

PEOPLE = "email,team,score\n" + "".join(f"p{i}@example.org,{'red' if i % 2 else 'blue'},{i * i}\n" for i in range(20))
MAILS = "sender,desk,length\n" + "".join(f"p{i}@example.org,desk{i % 4}@example.org,{10 * i}\n" for i in range(20))


def small_plan(folder: Path) -> Plan:
    def read(name: str) -> Read:
        fields = observe_schema(folder / f"{name}.csv", Reader.PANDAS_CSV).fields
        return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=fields, inferred=True)

    people, mails = read("people"), read("mails")
    teams = Aggregate(name="teams", parent=people, by=("team",), measures=(Measure("mean_score", "mean", "score"),))
    desks = Aggregate(name="desks", parent=mails, by=("desk",), measures=(Measure("letters", "sum", "length"),))
    with_team = Join(name="with_team", left=people, right=teams, how=JoinKind.INNER, on=(("team", "team"),))
    with_mail = Join(
        name="with_mail", left=with_team, right=mails, how=JoinKind.INNER, on=(("email", "sender"),), take=Take.FIRST
    )
    with_desk = Join(name="with_desk", left=with_mail, right=desks, how=JoinKind.INNER, on=(("desk", "desk"),))
    prepared = Broadcast(name="stale", parent=with_desk, of=people, values=(("last_score", "score"),))
    return Plan(
        pipeline="train",
        prepared=prepared,
        label=Label(expr=op("pandas_gt", col("score"), lit(100))),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=1),
        encode=Encode(blocks=(Block("numbers", ("mean_score", "letters", "last_score"), (Transformer("standard_scaler"),)),)),
        model=Model(estimator="sklearn.linear_model.LogisticRegression"),
    )


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("small")
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "mails.csv").write_text(MAILS)
    (folder / "train.py").write_text(
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\npeople = pd.read_csv('people.csv')\n"
        "mails = pd.read_csv('mails.csv')\nLogisticRegression().fit(people[['score']], people['team'])\n"
    )
    (folder / "lester.toml").write_text(
        '[project]\nname = "Small"\n\n[sources.people]\npath = "people.csv"\nsubject_keys = ["email"]\n'
        '\n[sources.mails]\npath = "mails.csv"\nsubject_keys = ["sender", "desk"]\n\n[pipelines.train]\nscript = "train.py"\n'
    )
    with Session.open(folder, user="ines") as opened:
        plan = small_plan(folder)
        record = catalogue.Pipeline(
            name="train",
            script="train.py",
            script_hash=opened.file_hash("train.py"),
            status="verified",
            plan_json=dumps(plan),
            plan_hash=plan_hash(plan),
            verdict_json="{}",
            updated_at=datetime.now(UTC).replace(tzinfo=None),
        )
        with opened.transaction() as connection:
            catalogue.put_pipeline(connection, record)
        opened.run("train")
        yield opened


def test_means_are_named_and_groups_that_are_persons_are_masked(session: Session) -> None:
    (pipeline,) = session.trace("people.email=p4@example.org", influence=True)["pipelines"]
    values = {v["view"]: v for v in pipeline["influence"]["values_of_others"]}
    blue = [i * i for i in range(0, 20, 2)]
    mean = values["teams"]
    assert (mean["text"], mean["key"], mean["before"]) == ("the average score of team blue", "blue", sum(blue) / 10)
    assert mean["after"] == (sum(blue) - 16) / 9
    total = values["desks"]
    assert (total["text"], total["key"]) == ("the total length of desk ••••••", "••••••")
    assert (total["before"], total["before"] - total["after"]) == (400, 40)
    assert set(values) == {"teams", "desks"}


def test_one_row_that_speaks_for_everybody_is_no_own_row(session: Session) -> None:
    """Everybody has the last person's score; only one row is theirs."""
    trace = session.trace("people.email=p19@example.org", influence=True)
    views = {v["view"]: v for v in trace["views"]}
    assert (views["stale"]["own_rows"], views["stale"]["rows"]) == (1, 1)
    (pipeline,) = trace["pipelines"]
    assert pipeline["train_rows"] + pipeline["test_rows"] == 1
    (last,) = [v for v in pipeline["influence"]["values_of_others"] if v["view"] == "stale"]
    assert (last["before"], last["after"], last["column"]) == (361, 324, "score")
    assert last["text"] == "the last score of people, which every row of stale has"
    assert pipeline["influence"]["others"]["features"] == 19
    graph = session.graph(trace["subject"])
    facts = {n["id"]: (n["fact"], n["touched"]) for n in graph["nodes"]}
    assert facts["view:train:stale"] == ("1 of 20 rows", True)
    assert facts["feature:train:last_score"] == ("1 of 1 column", True)


def test_rows_of_a_group_are_followed_to_their_records(session: Session) -> None:
    """Also where the group is made of a source itself, whose rows go by the numbers of their records."""
    plan = small_plan(session.folder)
    with session.transaction() as connection:
        run = catalogue.latest_run(connection, "train")
        assert run is not None
        entries = {v.name: v for v in catalogue.find(connection, catalogue.View, run=run.id)}
        views, edges = view_results(connection, plan, entries)
    ancestry = Ancestry(plan, PlanResult(views, edges))
    groups = views["teams"].table.column("team").to_pylist()
    red = {("people", i + 1) for i in range(20) if i % 2}
    assert ancestry.sources("teams", [groups.index("red")], members=20) == red
    survivors = surviving(plan, PlanResult(views, edges), "teams", red)
    assert survivors is not None and survivors.tolist() == [g != "red" for g in groups]
