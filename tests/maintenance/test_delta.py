"""Maintained views against views made from nothing, and against the reference interpreter."""

import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Call, col, lit, op
from lester_gui.ir.learning import Block, Encode, Function, Label, Model, Split, Transformer
from lester_gui.ir.nodes import (
    NODE_TYPES,
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Take,
    Window,
    WindowColumn,
)
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.maintenance.comparison import Side, compare_views
from lester_gui.maintenance.delta import Maintained, maintain_views
from lester_gui.maintenance.delta_rules import HANDLERS, SourceChange
from lester_gui.maintenance.learned import Worker, drop_run
from lester_gui.progress import silent
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.materialize import fetch_table, materialise
from lester_gui.store.catalogue import Snapshot
from tests.properties.expression_strategies import FUNCTION_SOURCE
from tests.properties.strategies import FUNCTIONS, plans
from tests.reference.interpreter import interpret
from tests.runtime.engine import carried, run_plan
from tests.runtime.test_materialize import same

Con = duckdb.DuckDBPyConnection
WORKER = Worker(evaluate=carried)


def test_every_class_of_node_has_a_handler() -> None:
    assert set(HANDLERS) == set(NODE_TYPES)


def change(con: Con, snapshots: dict[str, Snapshot], source: str, removed: set[int], corrected: dict[int, bytes]) -> SourceChange:
    """Take records out of a snapshot and put others in place, as a case does."""
    table = snapshots[source].table_name
    for row_id in removed:
        con.execute(f"DELETE FROM lester.{table} WHERE row_id = ?", [row_id])
    for row_id, record in corrected.items():
        con.execute(f"UPDATE lester.{table} SET record = ? WHERE row_id = ?", [record, row_id])
    return SourceChange(frozenset(removed), frozenset(corrected))


def check_equal(con: Con, maintained: Maintained, plan: Plan, snapshots: dict[str, Snapshot]) -> None:
    fresh = materialise(con, plan, 2, snapshots, carried)
    found = compare_views(Side(con, 1, maintained.plan), Side(con, 2, fresh.plan))
    assert [c for c in found if not c.equal] == []
    drop_run(con, 2)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_sequence_of_changes_equals_a_run_from_nothing_and_the_reference(data: st.DataObject) -> None:
    case = data.draw(plans(functions=True))
    with tempfile.TemporaryDirectory() as folder:
        try:
            con, made, snapshots = run_plan(case.plan, case.sources, Path(folder))
        except UserError:
            return
        with con:
            plan = made.plan
            for _ in range(data.draw(st.integers(1, 3))):
                source = data.draw(st.sampled_from(sorted(snapshots)))
                records = snapshot_records(con, snapshots[source])
                if not records.records:
                    continue
                touched = sorted(data.draw(st.sets(st.sampled_from(records.row_ids), min_size=1, max_size=3)))
                gone = set(touched[: data.draw(st.integers(0, len(touched)))])
                # a correction gives a row the text of another one, which the reader surely accepts
                texts = {i: data.draw(st.sampled_from(records.records)) for i in touched if i not in gone}
                if not all(r.endswith(b"\n") for r in records.records):
                    texts = {}
                con.begin()
                moved = change(con, snapshots, source, gone, texts)
                try:
                    fresh = materialise(con, case.plan, 2, snapshots, carried)
                except UserError:
                    con.rollback()
                    return
                drop_run(con, 2)
                maintained = maintain_views(con, plan, 1, {source: moved}, snapshots, WORKER, silent())
                for view_change in maintained.changes.values():
                    event(f"{view_change.kind} {view_change.method}")
                maintained.close(con)
                con.commit()
                plan = maintained.plan
                assert plan == fresh.plan
                check_equal(con, maintained, case.plan, snapshots)
            left = {s: snapshot_records(con, snapshot) for s, snapshot in snapshots.items()}
            expected = interpret(
                plan, {s: r.content for s, r in left.items()}, FUNCTIONS, {s: r.row_ids for s, r in left.items()}
            )
            for node in plan.views:
                found = fetch_table(con, 1, node.name).to_pylist()
                assert len(found) == len(expected[node.name])
                for row, wanted in zip(found, expected[node.name], strict=True):
                    assert all(same(row[n], wanted.cells[n]) for n in node.schema.names), node.name


PEOPLE = b"id,g,v\n1,a,1.5\n2,b,2.5\n3,a,0.1\n4,c,7.0\n5,b,0.2\n6,a,0.3\n7,c,1.0\n8,a,2.0\n"
GROUPS = b"g,w\nb,10\na,20\nc,30\na,40\n"


def reading(name: str, columns: dict[str, Type]) -> Read:
    fields = tuple(Field(n, t) for n, t in columns.items())
    return Read(name=name, source=name, reader=Reader.PANDAS_CSV, columns=fields, inferred=True)


def over(node: Node, *kept: Node, functions: tuple[Function, ...] = ()) -> Plan:
    return Plan(
        pipeline="p",
        prepared=node,
        kept=kept,
        label=Label(expr=lit(True)),
        split=Split(kind="none"),
        encode=Encode(blocks=(Block("x", node.schema.names[:1], (Transformer("passthrough"),)),)),
        model=Model(estimator="sklearn.dummy.DummyClassifier"),
        functions=functions,
    )


def people() -> Read:
    return reading("people", {"id": Type.INT, "g": Type.STR, "v": Type.FLOAT})


def groups() -> Read:
    return reading("groups", {"g": Type.STR, "w": Type.INT})


def every_class() -> dict[str, Node]:
    p, g = people(), groups()
    means = Aggregate(name="means", parent=p, by=("g",), measures=(Measure("m", "mean", "v"), Measure("n", "size", None)))
    seen = Aggregate(name="seen", parent=p, by=("g",), measures=(Measure("f", "first", "v"),), order=GroupOrder.FIRST_SEEN)
    return {
        "read": p,
        "filter": Filter(name="f", parent=p, predicate=op("pandas_gt", col("v"), lit(0.25))),
        "project": Project(name="f", parent=p, assigned=(("z", op("mul", col("v"), lit(2.0))),)),
        "select": Select(name="f", parent=p, columns=(("b", "v"), ("a", "g"))),
        "join all": Join(name="f", left=p, right=g, how=JoinKind.INNER, on=(("g", "g"),)),
        "join left": Join(name="f", left=g, right=p, how=JoinKind.LEFT, on=(("g", "g"),)),
        "join outer": Join(name="f", left=g, right=p, how=JoinKind.OUTER, on=(("g", "g"),)),
        "join right": Join(name="f", left=p, right=g, how=JoinKind.RIGHT, on=(("g", "g"),)),
        "join first": Join(name="f", left=p, right=g, how=JoinKind.LEFT, on=(("g", "g"),), take=Take.FIRST),
        "join last": Join(name="f", left=g, right=p, how=JoinKind.INNER, on=(("g", "g"),), take=Take.LAST),
        "join semi": Join(name="f", left=g, right=p, how=JoinKind.SEMI, on=(("g", "g"),)),
        "join anti": Join(name="f", left=g, right=p, how=JoinKind.ANTI, on=(("g", "g"),)),
        "join cross": Join(name="f", left=p, right=Select(name="h", parent=g, columns=(("w", "w"),)), how=JoinKind.CROSS, on=()),
        "join means": Join(name="f", left=p, right=means, how=JoinKind.INNER, on=(("g", "g"),)),
        "aggregate": means,
        "aggregate first seen": seen,
        "aggregate all": Aggregate(name="f", parent=p, by=(), measures=(Measure("m", "mean", "v"),)),
        "distinct first": Distinct(name="f", parent=p, subset=("g",)),
        "distinct last": Distinct(name="f", parent=p, subset=("g",), keep=Keep.LAST),
        "distinct none": Distinct(name="f", parent=p, subset=("g",), keep=Keep.NONE),
        "concat": Concat(name="f", inputs=(p, Filter(name="h", parent=p, predicate=op("pandas_gt", col("v"), lit(1.0))))),
        "sort": Sort(name="f", parent=p, by=(("g", False), ("v", True))),
        "limit": Limit(name="f", parent=p, count=3, offset=1),
        "limit last": Limit(name="f", parent=p, count=2, offset=-2),
        "broadcast": Broadcast(name="f", parent=g, of=p, values=(("lv", "v"),)),
        "window": Window(
            name="f",
            parent=p,
            by=("g",),
            columns=(
                WindowColumn("r", "pandas_rank_average", "v"),
                WindowColumn("s", "pandas_cumsum", "v"),
                WindowColumn("b", "shift", "id"),
                WindowColumn("m", "mean", "v"),
            ),
            order=(("v", False),),
        ),
        "explode": Explode(
            name="f", parent=Project(name="h", parent=p, assigned=(("g", op("py_split", col("g"), lit("a"))),)), column="g"
        ),
        "window over all": Window(name="f", parent=p, columns=(WindowColumn("n", "row_number"), WindowColumn("d", "diff", "v"))),
        "aggregate over sort": Aggregate(
            name="f",
            parent=Sort(name="s", parent=p, by=(("v", True),)),
            by=("g",),
            measures=(Measure("l", "last", "id"),),
            order=GroupOrder.FIRST_SEEN,
        ),
    }


CHANGES: dict[str, tuple[set[int], dict[int, bytes]]] = {
    "the first": ({1}, {}),
    "a whole group": ({4, 7}, {}),
    "several": ({1, 2, 8}, {}),
    "a value": (set(), {6: b"6,a,9.5\n"}),
    "a key": (set(), {2: b"2,a,2.5\n"}),
    "both, and a new key": ({5}, {3: b"3,0new,0.1\n"}),
    "another type": ({2}, {3: b"3,a,text\n"}),
}


PROMOTE = {
    "join left",
    "join outer",
    "join right",
    "join anti",
    "distinct first",
    "distinct last",
    "distinct none",
    "limit",
    "limit last",
}
"""Where a row may appear that was not there: one that moves up when another leaves."""
MOVE = {"aggregate first seen", "aggregate over sort"}
"""Where groups stand in the order of their first rows, which may leave. Splits know groups by their keys."""


@pytest.mark.parametrize("kind", every_class())
def test_each_class_after_each_change(tmp_path: Path, kind: str) -> None:
    plan = over(every_class()[kind])
    con, made, snapshots = run_plan(plan, {"people": PEOPLE, "groups": GROUPS}, tmp_path)
    with con:
        before = {n.name: numbers_of(con, n) for n in made.plan.views}
        for what in CHANGES:
            con.begin()
            check_change(con, made.plan, snapshots, kind, what, before)
            con.rollback()


def check_change(
    con: Con, plan: Plan, snapshots: dict[str, Snapshot], kind: str, what: str, before: dict[str, list[int]]
) -> None:
    moved = change(con, snapshots, "people", *CHANGES[what])
    try:
        materialise(con, plan, 2, snapshots, carried)
    except UserError:
        with pytest.raises(UserError):
            maintain_views(con, plan, 1, {"people": moved}, snapshots, WORKER, silent())
        return
    drop_run(con, 2)
    maintained = maintain_views(con, plan, 1, {"people": moved}, snapshots, WORKER, silent())
    check_equal(con, maintained, plan, snapshots)
    if not moved.corrected:  # an erasure never renumbers
        for name, numbers in before.items():
            assert kind in PROMOTE | MOVE or set(numbers_of(con, plan.view(name))) <= set(numbers), what
            assert kind in MOVE or not maintained.changes[name].renumbered
    maintained.close(con)
    assert temporary_tables(con) == []


def numbers_of(con: Con, node: Node) -> list[int]:
    found: list[int] = fetch_table(con, 1, node.name, columns=[], hidden=True).column("__row_no").to_pylist()
    return found


def words() -> Read:
    return Read(
        name="words", source="words", reader=Reader.PYTHON_CSV, options=(("header", True),), columns=(Field("w", Type.STR),)
    )


def test_a_value_for_which_the_script_stops_is_told_and_not_a_failed_transaction(tmp_path: Path) -> None:
    first = Broadcast(name="f", parent=words(), of=people(), values=(("v", "v"),), position="first")
    number = op("py_int", col("w"))
    called = Project(name="f", parent=words(), assigned=(("t", Call("tag", (col("w"),), Type.STR)), ("n", number)))
    for node, source, change_of in (
        (first, "people", ({1, 2, 3, 4, 5, 6, 7, 8}, {})),
        (called, "words", (set(), {2: b"two\n"})),
    ):
        plan = over(node, functions=(Function("tag", FUNCTION_SOURCE),))
        con, made, snapshots = run_plan(plan, {"people": PEOPLE, "words": b"w\n1\n2\n"}, tmp_path)
        with con:
            con.begin()
            moved = change(con, snapshots, source, *change_of)  # type: ignore[arg-type]
            with pytest.raises(UserError, match="'f' stops"):
                maintain_views(con, made.plan, 1, {source: moved}, snapshots, WORKER, silent())
            con.rollback()
            assert temporary_tables(con) == []


def temporary_tables(con: Con) -> list[str]:
    found = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary AND table_name LIKE 'maintained%'").fetchall()
    return [name for (name,) in found]


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("join means", "delta"),
        ("aggregate", "delta"),
        ("distinct first", "delta"),
        ("sort", "delta"),
        ("window", "delta"),
        ("explode", "delta"),
        ("limit", "recomputed"),
    ],
)
def test_a_deletion_costs_the_delta_where_it_can(tmp_path: Path, kind: str, method: str) -> None:
    plan = over(every_class()[kind])
    con, made, snapshots = run_plan(plan, {"people": PEOPLE, "groups": GROUPS}, tmp_path)
    with con:
        moved = change(con, snapshots, "people", {3}, {})
        maintained = maintain_views(con, made.plan, 1, {"people": moved}, snapshots, WORKER, silent())
        found = maintained.changes[plan.prepared.name]
        assert found.method == method and (found.why != "") == (method == "recomputed")
        if kind == "aggregate":  # a's mean and size
            assert (found.removed, found.added, found.changed, found.cells) == (0, 0, 1, 2)
        if kind == "window":  # the smallest of a leaves: three ranks and three means move, the sums from above do not
            assert (found.removed, found.changed, found.cells) == (1, 3, 6)
        if kind == "join means":  # the person's row leaves, three others of the group have another mean
            assert (found.removed, found.changed, found.cells) == (1, 3, 6)


def test_opaque_steps_run_again(tmp_path: Path) -> None:
    p = people()
    columns = (Field("total", Type.FLOAT),)
    node = Opaque(name="f", inputs=(p,), variables=("p",), source="f = ...", output="f", columns=columns, reason="test")
    plan = over(node)

    def run_opaque(step: Opaque, inputs: list[object]) -> object:
        import pyarrow as pa

        return pa.table({"total": [float(sum(inputs[0].column("v").to_pylist()))]})  # type: ignore[attr-defined]

    con, made, snapshots = run_plan(plan, {"people": PEOPLE}, tmp_path, run_opaque=run_opaque)  # type: ignore[arg-type]
    with con:
        moved = change(con, snapshots, "people", {4}, {})
        worker = Worker(run_opaque=run_opaque)  # type: ignore[arg-type]
        maintained = maintain_views(con, made.plan, 1, {"people": moved}, snapshots, worker, silent())
        assert maintained.changes["f"].method == "recomputed" and "nobody knows" in maintained.changes["f"].why
        assert fetch_table(con, 1, "f").to_pylist() == [{"total": pytest.approx(7.6)}]
