import math
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.features.accumulators import Moments
from lester_gui.features.exact_sums import ExactSum, exact_sums

finite = st.floats(allow_nan=False, allow_infinity=False)


def exact(value: ExactSum) -> Fraction:
    return Fraction(value.mantissa) * Fraction(2) ** value.exponent


@settings(max_examples=50, deadline=None)
@given(st.lists(finite, max_size=30))
def test_sums_are_those_of_fractions(values: list[float]) -> None:
    total, squares = exact_sums(np.array(values, dtype=np.float64))
    assert exact(total) == sum((Fraction(v) for v in values), Fraction(0))
    assert exact(squares) == sum((Fraction(v) ** 2 for v in values), Fraction(0))


def test_many_large_mantissas_do_not_overflow() -> None:
    value = 1.0 + (2**52 - 1) / 2**52  # every bit of the mantissa set
    total, squares = exact_sums(np.full(100_000, value))
    assert exact(total) == 100_000 * Fraction(value)
    assert exact(squares) == 100_000 * Fraction(value) ** 2


@settings(max_examples=50, deadline=None)
@given(st.lists(finite, min_size=1, max_size=20))
def test_a_single_value_and_json_round_trip(values: list[float]) -> None:
    for v in values:
        one = ExactSum.of(v)
        assert one.divided_by(1) == v
        assert ExactSum.from_json(one.to_json()) == one


def test_quotients_are_rounded_once() -> None:
    total, _ = exact_sums(np.array([1e16, 1.0, 1.0]))
    assert total.divided_by(3) == float(Fraction(10**16 + 2, 3))


def test_variance_survives_a_large_mean() -> None:
    values = 1e8 + np.array([0.0, 1.0, 2.0, 3.0])
    total, squares = exact_sums(values)
    assert Moments(4, 0, total, squares).variance() == 1.25
    assert math.isclose(Moments(4, 0, total, squares).variance(ddof=1), 5 / 3, rel_tol=1e-15)
