"""The reference's aggregates against pandas where pandas is exact enough, and by hand where it is not."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir.operators import AGGREGATES
from tests.reference.aggregates import REFERENCE, aggregate

CASES: dict[str, list[tuple[list[Any], Any]]] = {
    "size": [([1, None, 3], 3), ([], 0)],
    "count": [([1.0, None, 3.0], 2), ([None], 0), (["", None], 1)],
    "nunique": [([1.0, None, 1.0, 2.0], 2), (["", "a", None], 2), ([0.0, -0.0], 1)],
    "sum": [
        ([0.1] * 10, 1.0),
        ([1e16, 1.0, -1e16], 1.0),
        ([None], 0),
        ([1, 2, None], 3),
        ([math.inf, 1.0], math.inf),
        ([True, True], 2),
    ],
    "mean": [([0.1, 0.2, 0.3], 0.2), ([1, 2], 1.5), ([None, 4.0], 4.0), ([], None), ([1e308, 1e308], 1e308)],
    "var": [([1.0, 2.0, 4.0], 7 / 3), ([1.0], None), ([], None), ([1e8 + 1, 1e8 + 2, 1e8 + 3], 1.0)],
    "std": [([1.0, 3.0], math.sqrt(2)), ([5.0], None), ([2, 2, 2], 0.0)],
    "var0": [([1.0, 3.0], 1.0), ([5.0], 0.0), ([], None), ([math.inf, 1.0], None)],
    "std0": [([1.0, 3.0, None], 1.0), ([5.0], 0.0), ([None], None)],
    "min": [([3, 1, None], 1), (["b", "B", "é"], "B"), ([], None), (["10", "9"], "10")],
    "max": [([3, 1, None], 3), (["b", "é", "z"], "é"), ([None], None)],
    "median": [([3, 1, 2], 2.0), ([1, 2], 1.5), ([None, 5.0], 5.0), ([], None), ([0.1, 0.3], 0.2)],
    "mode": [([3, 1, 3, 1, None], 1), (["b", "a", "b"], "b"), ([None], None), ([0.5, 0.5, 0.1], 0.5)],
    "first": [([None, 2, 3], 2), ([None], None), (["", "a"], "")],
    "last": [([1, 2, None], 2), ([], None)],
}


def test_every_aggregate_is_here_and_has_cases() -> None:
    assert {*REFERENCE, "size"} == set(AGGREGATES) == set(CASES)


@pytest.mark.parametrize(("name", "values", "expected"), [(n, v, e) for n, cases in CASES.items() for v, e in cases])
def test_case(name: str, values: list[Any], expected: Any) -> None:
    result = aggregate(name, values)
    assert result == expected and type(result) is type(expected)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-100, 100, width=32)), min_size=1, max_size=8))
def test_pandas_says_nearly_the_same(values: list[float | None]) -> None:
    series = pd.Series(values, dtype="float64")
    grouped = series.groupby([0] * len(series))
    for name in set(AGGREGATES) - {"var0", "std0"}:
        expected = next(iter(series.mode()), None) if name == "mode" else getattr(grouped, name)().iloc[0]
        result = aggregate(name, values)
        assert pd.isna(expected) if result is None else math.isclose(result, expected, rel_tol=1e-9, abs_tol=1e-6), name


@settings(max_examples=30)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_order(values: list[float], random: Any) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    for name in ("sum", "mean", "var", "std0", "median"):
        assert aggregate(name, values) == aggregate(name, shuffled)
