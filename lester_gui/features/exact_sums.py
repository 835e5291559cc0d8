"""Sums of floats that do not depend on order. Every double is an integer times a power of two, so is every sum of them.

Adding and then subtracting a row leaves the same integer as never having added it; that is what makes a mean class bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_HALF = 27  # a 53-bit mantissa splits into 26 + 27 bits, so that int64 sums of 2**36 halves cannot overflow
_LOW = (1 << _HALF) - 1


@dataclass(frozen=True, slots=True)
class ExactSum:
    """The number ``mantissa * 2**exponent``, normalised (odd mantissa, or zero with exponent 0): equal sums are equal objects."""

    mantissa: int = 0
    exponent: int = 0

    def __post_init__(self) -> None:
        m, e = self.mantissa, self.exponent
        if m == 0:
            e = 0
        else:
            zeros = (m & -m).bit_length() - 1
            m, e = m >> zeros, e + zeros
        object.__setattr__(self, "mantissa", m)
        object.__setattr__(self, "exponent", e)

    def __add__(self, other: ExactSum) -> ExactSum:
        low = min(self.exponent, other.exponent)
        return ExactSum((self.mantissa << (self.exponent - low)) + (other.mantissa << (other.exponent - low)), low)

    def __neg__(self) -> ExactSum:
        return ExactSum(-self.mantissa, self.exponent)

    def __sub__(self, other: ExactSum) -> ExactSum:
        return self + -other

    def __mul__(self, other: ExactSum) -> ExactSum:
        return ExactSum(self.mantissa * other.mantissa, self.exponent + other.exponent)

    def times(self, count: int) -> ExactSum:
        """Return this number `count` times."""
        return ExactSum(self.mantissa * count, self.exponent)

    def divided_by(self, count: int) -> float:
        """Return the quotient as the nearest double."""
        if self.exponent >= 0:
            return (self.mantissa << self.exponent) / count
        return self.mantissa / (count << -self.exponent)

    def to_json(self) -> list[object]:
        return [hex(self.mantissa), self.exponent]

    @classmethod
    def from_json(cls, data: list[object]) -> ExactSum:
        mantissa, exponent = data
        assert isinstance(mantissa, str) and isinstance(exponent, int)
        return cls(int(mantissa, 16), exponent)

    @classmethod
    def of(cls, value: float) -> ExactSum:
        """Return one finite double."""
        numerator, denominator = float(value).as_integer_ratio()
        return cls(numerator, 1 - denominator.bit_length())


def exact_sums(values: NDArray[np.float64]) -> tuple[ExactSum, ExactSum]:
    """Return the exact sum and the exact sum of squares.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite.

    Notes
    -----
    Per binary exponent the mantissas are summed as integers in halves; the square of a mantissa ``a * 2**27 + b`` is
    ``a*a * 2**54 + 2*a*b * 2**27 + b*b``, each product below 2**54 and split once more before it is summed.
    """
    total, squares = ExactSum(), ExactSum()
    if len(values) == 0:
        return total, squares
    fractions, exponents = np.frexp(values)
    mantissas = np.ldexp(fractions, 53).astype(np.int64)
    for exponent in np.unique(exponents):
        m = mantissas[exponents == exponent]
        shift = int(exponent) - 53
        sign = np.sign(m)
        size = np.abs(m)
        high, low = size >> _HALF, size & _LOW
        total += ExactSum((int((sign * high).sum()) << _HALF) + int((sign * low).sum()), shift)
        square = (_wide(high * high) << (2 * _HALF)) + (_wide(high * low) << (_HALF + 1)) + _wide(low * low)
        squares += ExactSum(square, 2 * shift)
    return total, squares


def _wide(products: NDArray[np.int64]) -> int:
    return (int((products >> _HALF).sum()) << _HALF) + int((products & _LOW).sum())
