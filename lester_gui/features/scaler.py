"""Standardisation: subtract the mean, divide by the standard deviation, both from exact sums.

Against scikit-learn's own StandardScaler the difference is rounding (its sums depend on the order of rows); against a
refit of ours there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Moments
from lester_gui.features.exact_sums import exact_sums
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.ir.learning import Transformer

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Scaling:
    """What a column is shifted and divided by; None: not at all."""

    mean: float | None
    scale: float | None


class StandardScaler:
    """Parameters: with_mean, with_std, ddof (0 or 1), zero_std (``one``, as scikit-learn; ``divide``, as NumPy by hand)."""

    stateful = True
    keeps_open = False

    def check(self, step: Transformer) -> None:
        only(step, with_mean=(True, False), with_std=(True, False), ddof=(0, 1), zero_std=("one", "divide"), copy=None)

    def measure(self, lane: Lane, step: Transformer) -> Moments:
        values = lane.numbers()
        gaps = np.isnan(values)
        present = values[~gaps]
        if np.isinf(present).any():
            raise UserError(f"The column {lane.name!r} holds infinite values, which cannot be standardised")
        total, squares = exact_sums(present)
        return Moments(len(present), int(gaps.sum()), total, squares)

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Scaling:
        assert isinstance(statistics, Moments)
        if lane.fill is not None:
            statistics = statistics.filled(_number(lane))
        ddof = int(str(step.get("ddof", 0)))
        if statistics.count <= ddof:
            raise UserError(
                f"Too few rows have a value in column {lane.name!r} to standardise it",
                "The remaining training rows cannot carry this pipeline.",
            )
        mean = statistics.mean()
        scale = None
        if step.get("with_std", True):
            variance = statistics.variance(ddof)
            scale = math.sqrt(variance)
            if step.get("zero_std", "one") == "one" and _is_constant(variance, mean, statistics.count):
                scale = 1.0
        return Scaling(mean if step.get("with_mean", True) else None, scale)

    def apply(self, lane: Lane, fitted: Scaling, step: Transformer) -> tuple[Lane, ...]:
        values = lane.closed().numbers()
        if fitted.mean is not None:
            values = values - fitted.mean
        if fitted.scale is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = values / fitted.scale
        return (replace(lane, label=f"{lane.label}, scaled", kind="float", values=values, fill=None),)


def _is_constant(variance: float, mean: float, count: int) -> bool:
    # scikit-learn's bound on the rounding error of a two-pass variance (preprocessing/_data.py, after Chan, Golub and LeVeque)
    return variance <= count * _EPS * variance + (count * mean * _EPS) ** 2


def _number(lane: Lane) -> float:
    if isinstance(lane.fill, str) or lane.fill is None:
        raise UserError(f"The imputer puts text into column {lane.name!r}, which is then standardised")
    if not math.isfinite(lane.fill):
        raise UserError(f"The imputer puts an infinite value into column {lane.name!r}, which is then standardised")
    return float(lane.fill)
