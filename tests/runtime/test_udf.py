"""User functions: once per distinct input, remembered across runs, forgotten with the last row that needs them."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Call, col, lit, op
from lester_gui.ir.learning import Encode, Function, Label, Model, Split
from lester_gui.ir.nodes import Filter, Opaque, Project, Read, Reader
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.lineage.footprint import CONTROL, DATA, STATE, footprint
from lester_gui.runtime import udf
from lester_gui.runtime.materialize import evaluate_expression, fetch_table, materialise
from lester_gui.runtime.readable_sql import readable_sql
from lester_gui.store.connection import transaction
from tests.runtime.engine import carried, delete_rows, run_plan

READ = Read(name="df", source="df", reader=Reader.PANDAS_CSV, columns=(Field("text", Type.STR),), inferred=True)
SCORE = Function("score", "def score(text):\n    return [len(text) / 2, 1.0]\n")
SHOUT = Function("shout", "def shout(text):\n    return text.upper()\n")
DATA_BYTES = b"text\nann\nbob\nann\ncarla\n"


def plan_of(*functions: Function) -> Plan:
    inner = Call("shout", (col("text"),), Type.STR)
    outer = Call("score", (op("concat_text", inner, lit("!")),), Type.FLOATS)
    made = Project(name="made", parent=READ, assigned=(("loud", inner), ("vector", outer)))
    kept = Filter(name="kept", parent=made, predicate=op("py_ne", Call("shout", (col("text"),), Type.STR), lit("BOB")))
    label = op("py_eq", Call("shout", (col("text"),), Type.STR), lit("ANN"))
    return Plan(
        pipeline="p", prepared=kept, label=Label(expr=label), split=Split(kind="none"), encode=Encode(blocks=()),
        model=Model(estimator="x"), functions=functions or (SCORE, SHOUT),
    )  # fmt: skip


class Counting:
    """Evaluates functions and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def __call__(self, function: Function, arguments: pa.Table) -> pa.Array:
        self.asked.append((function.name, arguments.column("a0").to_pylist()))
        return carried(function, arguments)


def test_results_stand_beside_their_rows(tmp_path: Path) -> None:
    asked = Counting()
    connection, made, _ = run_plan(plan_of(), {"df": DATA_BYTES}, tmp_path, asked)
    with connection:
        assert fetch_table(connection, 1, "kept").to_pydict() == {
            "text": ["ann", "ann", "carla"], "loud": ["ANN", "ANN", "CARLA"], "vector": [[2.0, 1.0], [2.0, 1.0], [3.0, 1.0]],
        }  # fmt: skip
        assert asked.asked == [("shout", ["ann", "bob", "carla"]), ("score", ["ANN!", "BOB!", "CARLA!"])]
        labels = evaluate_expression(connection, made.plan, 1, made.plan.prepared, made.plan.label.expr, asked)
        assert labels.to_pylist() == [True, True, False]
        assert len(asked.asked) == 2, "the label's calls come from the cache"


def test_what_was_computed_is_not_computed_again_unless_the_function_changed(tmp_path: Path) -> None:
    asked = Counting()
    connection, _, snapshots = run_plan(plan_of(), {"df": DATA_BYTES}, tmp_path, asked)
    with connection, transaction(connection):
        materialise(connection, plan_of(), 2, snapshots, None)
        changed = Function("shout", SHOUT.source.replace("upper", "title"))
        materialise(connection, plan_of(SCORE, changed), 3, snapshots, asked)
        assert [name for name, _ in asked.asked] == ["shout", "score", "shout", "score"]
        assert fetch_table(connection, 3, "made", ["loud"]).to_pydict() == {"loud": ["Ann", "Bob", "Ann", "Carla"]}


def test_the_cache_forgets_with_the_last_row(tmp_path: Path) -> None:
    connection, made, snapshots = run_plan(plan_of(SCORE, SHOUT), {"df": DATA_BYTES}, tmp_path)
    with connection, transaction(connection):
        delete_rows(connection, snapshots["df"], [1, 4])  # one of two anns, and carla
        again = materialise(connection, plan_of(), 2, snapshots, carried)
        tables = {name: f"lester.{v.table_name}" for name, v in again.views.items()}
        udf.prune(connection, made.plan, tables)
        left = {v for (v,) in connection.execute("SELECT value_json FROM lester.call_cache").fetchall()}
        assert '"ANN"' in left and '"BOB"' in left
        assert '"CARLA"' not in left and "[3.0, 1.0]" not in left


def test_without_a_worker_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'shout' cannot run here"):
        run_plan(plan_of(), {"df": DATA_BYTES}, tmp_path, None)


def test_a_missing_result_where_none_is_expected(tmp_path: Path) -> None:
    nothing = Function("shout", "def shout(text):\n    return None\n")
    with pytest.raises(UserError, match="missing value"):
        run_plan(plan_of(SCORE, nothing), {"df": DATA_BYTES}, tmp_path)


def opaque_plan(keeps_rows: bool, *columns: Field) -> Plan:
    step = Opaque(
        name="odd", inputs=(READ,), variables=("df",), source="odd = …", output="odd",
        columns=(Field("text", Type.STR), *columns),
        reason="no rule", keeps_rows=keeps_rows,
    )  # fmt: skip
    return Plan(
        pipeline="p", prepared=step, label=Label(expr=op("py_eq", col("text"), lit("x"))), split=Split(kind="none"),
        encode=Encode(blocks=()), model=Model(estimator="x"),
    )  # fmt: skip


def test_an_opaque_step_runs_and_its_lineage_is_coarse(tmp_path: Path) -> None:
    def reverse(node: Opaque, inputs: object) -> pa.Table:
        (table,) = inputs  # type: ignore[misc]
        return pa.table({"text": [t[::-1] for t in table.column("text").to_pylist()]})

    for keeps_rows in (True, False):
        folder = tmp_path / str(keeps_rows)
        folder.mkdir()
        connection, made, _ = run_plan(opaque_plan(keeps_rows), {"df": DATA_BYTES}, folder, run_opaque=reverse)
        with connection:
            rows = fetch_table(connection, 1, "odd", hidden=True).to_pydict()
            assert rows["text"] == ["nna", "bob", "nna", "alrac"]
            assert rows["__p0"] == ([1, 2, 3, 4] if keeps_rows else rows["__row_no"])
            touched = footprint(connection, made.plan, 1, {"df": [2]}).views["odd"]
            assert (touched.count(DATA), touched.count(CONTROL), touched.count(STATE)) == ((1, 3, 0) if keeps_rows else (0, 0, 4))
            assert made.views["odd"].coarse


def test_a_nan_of_an_opaque_step_is_a_missing_value(tmp_path: Path) -> None:
    answer = pa.table({"text": list("abcd"), "score": [1.5, float("nan"), None, float("inf")]})
    plan = opaque_plan(False, Field("score", Type.FLOAT, True))
    connection, _, _ = run_plan(plan, {"df": DATA_BYTES}, tmp_path, run_opaque=lambda node, inputs: answer)
    with connection:
        assert fetch_table(connection, 1, "odd").column("score").to_pylist() == [1.5, None, None, float("inf")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [(pa.table({"other": ["x"]}), "other columns"), (pa.table({"text": ["x"]}), "did not keep its rows")],
)
def test_an_opaque_step_that_does_something_else(tmp_path: Path, answer: pa.Table, said: str) -> None:
    with pytest.raises(UserError, match=said):
        run_plan(opaque_plan(True), {"df": DATA_BYTES}, tmp_path, run_opaque=lambda node, inputs: answer)


def test_nothing_can_run_an_opaque_step(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="opaque"):
        run_plan(opaque_plan(True), {"df": DATA_BYTES}, tmp_path)


def test_the_sql_of_a_plan_is_readable() -> None:
    text = readable_sql(plan_of())
    assert '"score"(("shout"("text") || \'!\'))' in text
    assert text.count("CREATE VIEW") == 2


def test_a_step_that_fails_beside_a_call_says_why_and_leaves_nothing_behind(tmp_path: Path) -> None:
    call = Call("shout", (col("text"),), Type.STR)
    number = op("py_int", col("text"))
    plan = plan_of().map_nodes(lambda n: replace(n, assigned=(("loud", call), ("number", number))) if n.name == "made" else n)
    with pytest.raises(UserError) as found:
        run_plan(plan, {"df": DATA_BYTES}, tmp_path)
    assert "aborted" not in str(found.value)
    again = tmp_path / "again"
    again.mkdir()
    connection, _, _ = run_plan(plan_of(), {"df": DATA_BYTES}, again)
    with connection:
        expression = op("py_int", call)
        with pytest.raises(UserError, match="no whole number"), transaction(connection):
            evaluate_expression(connection, plan_of(), 1, plan_of().views[0], expression, carried)
        left = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'call_result%'").fetchall()
        assert left == []
