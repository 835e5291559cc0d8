"""Conditions in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from lester_gui.ir.expressions import Expr, col, lit, op
from lester_gui.session.row_story import _condition
from tests.session.conftest import hospital_plan


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        (op("pandas_eq", col("a"), lit("x")), "a is x"),
        (op("not", op("py_lt", col("a"), lit(5))), "a from 5"),
        (op("not", op("is_in", col("a"), lit("x"), lit("y"))), "a is not x nor y"),
        (op("is_null", col("a")), "a is missing"),
        (op("not", op("is_null", col("a"))), "a is there"),
        (op("contains", col("a"), lit("card")), "a contains card"),
        (op("not", op("startswith", col("a"), lit("m"))), "a does not begin with m"),
        (op("and", op("py_ge", col("a"), lit(1000)), op("py_ne", col("b"), lit(True))), "a from 1,000 and b is not yes"),
        (
            op("and", op("py_gt", col("a"), lit(1)), op("or", op("py_gt", col("b"), lit(1)), op("py_lt", col("c"), lit(2.5)))),
            "a more than 1 and (b more than 1 or c less than 2.5)",
        ),
        (op("py_gt", col("a"), col("b")), "py_gt(a, b)"),
        (op("py_eq", col("ssn"), lit("670-18-6875")), "a condition on ssn"),
        (op("and", op("not_null", col("a")), op("contains", col("ssn"), lit("670"))), "a is there and a condition on ssn"),
    ],
)
def test_conditions(samples_folder: Path, expr: Expr, words: str) -> None:
    plan = hospital_plan(samples_folder / "hospital")
    assert _condition(plan, expr, frozenset({"ssn"})) == words


def test_many_conditions_are_counted(samples_folder: Path) -> None:
    plan = hospital_plan(samples_folder / "hospital")
    expr = op("py_ne", col("c0"), lit("?"))
    for i in range(1, 10):
        expr = op("and", expr, op("py_ne", col(f"c{i}"), lit("?")))
    found = _condition(plan, expr, frozenset())
    assert found == "c0 is not ?, c1 is not ?, c2 is not ?, c3 is not ? and 6 more conditions"
