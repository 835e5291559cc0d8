"""Expressions that Python would refuse are refused when they are built, not when a plan runs."""

import pytest

from lester_gui.ir.expressions import Apply, col, lit, op
from lester_gui.ir.schema import PlanError


@pytest.mark.parametrize(
    ("operator", "arguments"),
    [
        ("regex_search", (lit("(a"),)),
        ("regex_count", (lit("(?Sa)"),)),
        ("regex_replace", (lit("a"), lit(r"\2"))),
        ("regex_replace", (lit("a"), lit(r"\g<name>"))),
        ("regex_get", (lit("(a)"), lit(2))),
        ("regex_get", (lit("*"), lit(0))),
    ],
)
def test_patterns_are_read_when_the_expression_is_built(operator, arguments):
    with pytest.raises(PlanError):
        op(operator, col("a"), *arguments)


def test_patterns_that_python_reads_pass():
    assert isinstance(op("regex_replace", col("a"), lit("(a)"), lit(r"\1b")), Apply)
    assert isinstance(op("regex_get", col("a"), lit("(a)(b)"), lit(2)), Apply)
    assert isinstance(op("regex_search", col("a"), col("pattern")), Apply)
