"""Column lineage by hand, and its promise: what names a source column neither as data nor as control does not depend on it."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lester_gui.ir.column_lineage import CONTROL, column_lineage, control, origins
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.nodes import (
    NODE_TYPES,
    Aggregate,
    Broadcast,
    Distinct,
    Filter,
    Join,
    JoinKind,
    Measure,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
)
from lester_gui.ir.schema import Field, Type
from tests.properties.strategies import LINE_TEXTS, POOLS, Case, plans
from tests.reference.interpreter import interpret
from tests.reference.operators import EvaluationError


def read(name: str, *columns: str) -> Read:
    fields = tuple(Field(c, Type.STR) for c in columns)
    return Read(name=name, source=name, reader=Reader.PYTHON_LINES, columns=fields)


a, b = read("a", "k", "x", "y"), read("b", "k", "z", "w")


def test_every_node_type_says_what_it_looks_at() -> None:
    assert set(CONTROL) == set(NODE_TYPES)


def test_a_chain() -> None:
    joined = Join(name="j", left=a, right=b, how=JoinKind.LEFT, on=(("k", "k"),))
    kept = Filter(name="f", parent=joined, predicate=op("not_null", col("w")))
    new = Project(name="p", parent=kept, assigned=(("n", op("concat_text", col("x"), op("coalesce", col("z"), lit("")))),))
    out = Select(name="s", parent=new, columns=(("m", "n"), ("k", "k")))
    assert origins(out) == {"m": {("a", "x"), ("b", "z")}, "k": {("a", "k"), ("b", "k")}}
    assert control(out) == {("a", "k"), ("b", "k"), ("b", "w")}
    assert column_lineage(out)["p"].of_expression(op("lower", col("n"))) == {("a", "x"), ("b", "z")}


def test_groups_order_and_last_rows() -> None:
    ordered = Sort(name="o", parent=b, by=(("w", True),))
    groups = Aggregate(name="g", parent=ordered, by=("k",), measures=(Measure("l", "last", "z"), Measure("n", "size", None)))
    out = Broadcast(name="b2", parent=a, of=groups, values=(("last", "l"), ("count", "n")))
    assert origins(out)["last"] == {("b", "z")} and origins(out)["count"] == frozenset()
    assert control(out) == {("b", "w"), ("b", "k")}


def test_distinct_of_everything_and_an_opaque_step() -> None:
    assert control(Distinct(name="d", parent=a)) == {("a", "k"), ("a", "x"), ("a", "y")}
    opaque = Opaque(
        name="o", inputs=(a,), variables=("t",), source="", output="", columns=(Field("q", Type.STR),), reason="no rule"
    )
    assert origins(opaque)["q"] == control(opaque) == {("a", "k"), ("a", "x"), ("a", "y")}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(plans(readers=[Reader.PYTHON_LINES]), st.data())
def test_what_does_not_name_a_column_does_not_depend_on_it(case: Case, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(case.plan.reads))
    lines = case.sources[node.source].decode().splitlines()
    assume(lines)
    place = data.draw(st.integers(0, len(node.columns) - 1))
    name = node.columns[place].name
    pool = LINE_TEXTS if name == "text" else POOLS[name]
    changed = []
    for line in lines:
        cells = line.split(",")
        cells[place] = data.draw(st.sampled_from(pool))
        changed.append(",".join(cells) + "\n")
    try:
        before = interpret(case.plan, case.sources)
        after = interpret(case.plan, {**case.sources, node.source: "".join(changed).encode()})
    except EvaluationError:
        return
    for view, lineage in column_lineage(case.plan.prepared).items():
        if (node.name, name) in lineage.control:
            continue
        assert len(before[view]) == len(after[view])
        for column, sources in lineage.origins.items():
            if (node.name, name) not in sources:
                assert [r.cells[column] for r in before[view]] == [r.cells[column] for r in after[view]], (view, column)
