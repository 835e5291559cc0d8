"""Which columns show a person."""

from __future__ import annotations

import pytest

from lester_gui.errors import UserError
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Aggregate, Join, JoinKind, Measure, Node, Opaque, Project, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.session.masking import identifies, numbers_persons, personal_columns, require_reason

PATIENTS = Read(
    name="patients",
    source="people",
    reader=Reader.PANDAS_CSV,
    columns=(
        Field("id", Type.INT),
        Field("ssn", Type.STR),
        Field("first_name", Type.STR),
        Field("county", Type.STR),
        Field("notes", Type.STR),
        Field("visits", Type.INT),
    ),
)


def plan_over(node: Node, *kept: Node) -> Plan:
    return Plan(
        pipeline="p",
        prepared=node,
        kept=kept,
        label=Label(expr=lit(True)),
        split=Split(kind="none"),
        encode=Encode(blocks=(Block("numbers", (node.schema.names[-1],), (Transformer("passthrough"),)),)),
        model=Model(estimator="sklearn.linear_model.LogisticRegression"),
    )


def personal(node: Node, unique: set[tuple[str, str]] = frozenset(), keys: tuple[str, ...] = ("ssn",)) -> set[str]:  # type: ignore[assignment]
    found = personal_columns(plan_over(node), {"people": keys}, lambda view, column: (view, column) in unique)
    return set(found[node.name])


@pytest.mark.parametrize(
    "name",
    ["name", "first_name", "lastName", "Last Name", "surname", "customer_name", "patient-name", "email", "e-mail", "eMail"]
    + ["sender_email", "phone", "mobile_number", "address", "street_address", "address_2", "date of birth", "birthdate", "dob"]
    + ["SSN", "iban", "passport_no", "tax_id", "username"],
)
def test_names_of_direct_identifiers(name: str) -> None:
    assert identifies(name)


@pytest.mark.parametrize(
    "name", ["county_name", "email_count", "has_phone", "income", "product_name", "filename", "mean_age", "title", "race"]
)
def test_names_of_other_columns(name: str) -> None:
    assert not identifies(name)


def test_keys_and_identifiers_of_a_source_are_personal() -> None:
    assert personal(PATIENTS) == {"ssn", "first_name"}


def test_text_that_differs_in_most_rows_is_personal() -> None:
    assert personal(PATIENTS, {("patients", "notes")}) == {"ssn", "first_name", "notes"}


def test_a_number_per_row_is_personal_only_if_its_name_says_so() -> None:
    unique = {("patients", "id"), ("patients", "visits")}
    assert personal(PATIENTS, unique) == {"ssn", "first_name", "id"}
    assert numbers_persons("customerId")
    assert not numbers_persons("visits")


def test_a_renamed_column_stays_personal() -> None:
    chosen = Select(name="chosen", parent=PATIENTS, columns=(("a", "ssn"), ("b", "first_name"), ("c", "county")))
    assert personal(chosen) == {"a", "b"}


def test_near_uniqueness_is_judged_where_the_column_was_made() -> None:
    groups = Aggregate(name="groups", parent=PATIENTS, by=("county",), measures=(Measure("n", "size", None),))
    seen: list[tuple[str, str]] = []
    personal_columns(plan_over(groups), {"people": ("ssn",)}, lambda v, c: bool(seen.append((v, c))))
    assert ("patients", "county") in seen
    assert ("groups", "county") not in seen


def test_derived_numbers_and_truth_values_are_not_personal_and_derived_text_is() -> None:
    made = Project(
        name="made",
        parent=PATIENTS,
        assigned=(
            ("known", op("py_eq", col("ssn"), lit("1"))),
            ("lower", op("lower", col("ssn"))),
            ("twice", op("mul", col("visits"), lit(2))),
            ("again", col("ssn")),
            ("number", op("py_int", op("strip", col("ssn")))),
        ),
    )
    assert personal(made) == {"ssn", "first_name", "lower", "again", "number"}


def test_a_number_that_is_a_subject_key_stays_personal_through_joins_and_extremes() -> None:
    groups = Aggregate(
        name="groups",
        parent=PATIENTS,
        by=("county",),
        measures=(Measure("least", "min", "id"), Measure("n", "count", "id"), Measure("mean_id", "mean", "id")),
    )
    joined = Join(name="joined", left=PATIENTS, right=groups, how=JoinKind.INNER, on=(("county", "county"),))
    assert personal(joined, keys=("id",)) == {"id", "ssn", "first_name", "least"}


def test_text_of_an_opaque_step_is_masked_and_its_numbers_are_not() -> None:
    step = Opaque(
        name="step",
        inputs=(PATIENTS,),
        variables=("patients",),
        source="out = patients",
        output="out",
        columns=(Field("county", Type.STR), Field("score", Type.FLOAT)),
        reason="a loop",
    )
    assert personal(step) == {"county"}


def test_a_reason_says_something() -> None:
    assert require_reason("  check\n the case ") == "check the case"
    with pytest.raises(UserError, match="with a reason only"):
        require_reason(" a ")
