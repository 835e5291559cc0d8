"""A script's texts in X as the numbers that a plan has in their place: the same rule, and the same texts."""

import numpy as np
import pyarrow as pa
import pytest

from lester_gui.ir.expressions import Apply, Column, Literal
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Project, Read, Reader
from lester_gui.ir.options import Unfitted
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.sandbox import TableValue
from lester_gui.verify.plan_result import PlanResult, ViewResult
from lester_gui.verify.text_codes import categories_of, numbered, same_categories, text_columns, texts_of

CODES = Transformer("ordinal", (("categories", "auto"), ("handle_unknown", "use_encoded_value"), ("unknown_value", -1)))
LISTED = Transformer("ordinal", (("categories", ("low", "high")), *CODES.params[1:]))


def _plan(told: tuple[float, ...] = (0.0, 1.0)) -> Plan:
    encoder = Unfitted("sklearn.preprocessing.OrdinalEncoder", (("categories", (told,)),) if told else ())
    fields = (Field("age", Type.INT), Field("city", Type.STR, True), Field("level", Type.STR), Field("y", Type.INT))
    read = Read(name="df", source="people", reader=Reader.PANDAS_CSV, columns=fields)
    filled = Apply("coalesce", (Column("city"), Literal("none")))
    prepared = Project(name="prepared", parent=read, assigned=(("town", filled),))
    blocks = (
        Block("age", ("age",), (Transformer("passthrough"),)),
        Block("city", ("town",), (CODES,)),
        Block("level", ("level",), (LISTED,)),
    )
    return Plan(
        pipeline="pipeline",
        prepared=prepared,
        label=Label(expr=Column("y")),
        split=Split(kind="none"),
        encode=Encode(blocks=blocks),
        model=Model(estimator="sklearn.model_selection.GridSearchCV", params=(("estimator", encoder),)),
        functions=(),
        written=(),
    )


def _given(cities: list[str | None]) -> TableValue:
    table = pa.table({"age": [1, 2, 3], "city": pa.array(cities, pa.string()), "level": ["high", "low", "high"]})
    return TableValue(type="DataFrame", table=table)


def _result(towns: list[str]) -> PlanResult:
    table = pa.table({"age": [1, 2, 3], "town": towns, "level": ["high", "low", "high"]})
    return PlanResult(views={"prepared": ViewResult(table, np.arange(3))}, train=np.arange(3))


def test_texts_are_numbered_as_the_plan_does() -> None:
    plan = _plan()
    columns = text_columns(plan)
    assert [(c.place, c.name, c.listed, c.fill) for c in columns] == [
        (1, "town", (), "none"),
        (2, "level", ("low", "high"), None),
    ]
    train = _given(["Rome", None, "Oslo"])
    texts = texts_of(train, columns)
    assert texts is not None
    categories = categories_of(texts, columns)
    assert categories == {1: ["Oslo", "Rome", "none"], 2: ["low", "high"]}
    assert np.array_equal(numbered(train, texts, categories), [[1, 1, 1], [2, 2, 0], [3, 0, 1]])
    test = _given(["Lima", "Rome", "Oslo"])
    assert np.array_equal(numbered(test, texts_of(test, columns) or {}, categories), [[1, -1, 1], [2, 1, 0], [3, 0, 1]])


@pytest.mark.parametrize(("towns", "same"), [(["Rome", "none", "Oslo"], True), (["Rome", "none", "Omsk"], False)])
def test_other_texts_with_the_same_numbers_are_told(towns: list[str], same: bool) -> None:
    plan = _plan()
    columns = text_columns(plan)
    texts = texts_of(_given(["Rome", None, "Oslo"]), columns)
    assert texts is not None
    assert same_categories(plan, _result(towns), categories_of(texts, columns)) is same


@pytest.mark.parametrize("told", [(), (0.0, 1.0, 2.0)])
def test_a_list_that_no_encoder_within_the_model_is_told_is_refused(told: tuple[float, ...]) -> None:
    plan = _plan(told)
    columns = text_columns(plan)
    texts = texts_of(_given(["Rome", None, "Oslo"]), columns)
    assert texts is not None
    assert not same_categories(plan, _result(["Rome", "none", "Oslo"]), categories_of(texts, columns))


def test_a_matrix_of_numbers_is_left_as_it_is() -> None:
    table = pa.table({"age": [1, 2], "city": [0.0, 1.0], "level": [1, 0]})
    assert texts_of(TableValue(type="DataFrame", table=table), text_columns(_plan())) is None
