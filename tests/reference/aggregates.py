"""Every aggregate in plain Python. Sums are fractions, rounded once at the end, so they do not depend on order."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from tests.reference.operators import clean

Values = Sequence[Any]  # of one group, in row order, missing ones left out


def nearest(value: Fraction) -> float:
    """Return the nearest double; beyond the largest one, infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _infinite(values: Values) -> float | None:
    """Return the sum of the infinities among `values`, or None if there are none."""
    infinities = {v for v in values if isinstance(v, float) and math.isinf(v)}
    return sum(infinities) if infinities else None


def _sum(values: Values) -> Any:
    if all(isinstance(v, int) for v in values):
        return clean(int(sum(values)))
    infinite = _infinite(values)
    return clean(infinite) if infinite is not None else nearest(sum(map(Fraction, values), Fraction()))


def _mean(values: Values) -> float | None:
    if not values:
        return None
    infinite = _infinite(values)
    return clean(infinite) if infinite is not None else nearest(sum(map(Fraction, values), Fraction()) / len(values))


def _var(ddof: int) -> Callable[[Values], float | None]:
    def apply(values: Values) -> float | None:
        n = len(values)
        if n - ddof <= 0 or _infinite(values) is not None:
            return None
        exact = [Fraction(v) for v in values]
        return nearest((n * sum(v * v for v in exact) - sum(exact) ** 2) / (n * (n - ddof)))

    return apply


def _std(ddof: int) -> Callable[[Values], float | None]:
    def apply(values: Values) -> float | None:
        variance = _var(ddof)(values)
        return None if variance is None else math.sqrt(variance)

    return apply


def _median(values: Values) -> float | None:
    if not values:
        return None
    middle, ordered = len(values) // 2, sorted(values)
    if len(values) % 2:
        return float(ordered[middle])
    a, b = ordered[middle - 1], ordered[middle]
    return clean((float(a) + float(b)) / 2) if _infinite([a, b]) is not None else nearest((Fraction(a) + Fraction(b)) / 2)


REFERENCE: dict[str, Callable[[Values], Any]] = {
    "count": len,
    "nunique": lambda values: len(set(values)),
    "sum": _sum,
    "mean": _mean,
    "var": _var(1),
    "std": _std(1),
    "var0": _var(0),
    "std0": _std(0),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "median": _median,
    "mode": lambda values: min(values, key=lambda v: (-values.count(v), v), default=None),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
}


def quantile(values: Values, share: float) -> float | None:
    """Return NumPy's quantile of the values that are not missing."""
    there = [float(v) + 0.0 for v in values if v is not None]
    with np.errstate(invalid="ignore", over="ignore"):
        return clean(float(np.quantile(np.array(there), share)) + 0.0) if there else None


def aggregate(function: str, values: Values) -> Any:
    """Return an aggregate of one column's cells, missing ones included; ``size`` is their number."""
    return len(values) if function == "size" else REFERENCE[function]([v for v in values if v is not None])
