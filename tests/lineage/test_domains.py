from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Join, JoinKind, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.lineage.domains import domains


def read(name: str, *columns: str) -> Read:
    return Read(name=name, source=name, reader=Reader.PYTHON_LINES, columns=tuple(Field(c, Type.STR) for c in columns))


def plan(prepared: Join) -> Plan:
    return Plan(
        pipeline="p",
        prepared=prepared,
        label=Label(expr=op("py_eq", col("x"), lit("1"))),
        split=Split(kind="none"),
        encode=Encode(blocks=(Block("b", ("x",), (Transformer("one_hot"),)),)),
        model=Model(estimator="sklearn.linear_model.LogisticRegression"),
    )


def test_joined_columns_of_different_names_mean_one_thing() -> None:
    visits = Select(name="renamed", parent=read("visits", "patient_id", "x"), columns=(("p", "patient_id"), ("x", "x")))
    joined = Join(name="j", left=visits, right=read("patients", "id", "age"), how=JoinKind.INNER, on=(("p", "id"),))
    assert domains([plan(joined)]) == {"visits": {"patient_id": "patients.id"}, "patients": {"id": "patients.id"}}


def test_one_name_needs_no_domain_of_its_own() -> None:
    joined = Join(name="j", left=read("a", "ssn", "x"), right=read("b", "ssn", "y"), how=JoinKind.INNER, on=(("ssn", "ssn"),))
    assert domains([plan(joined)]) == {}
