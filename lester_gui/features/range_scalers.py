"""Scalers by extremes and quantiles: MinMaxScaler, MaxAbsScaler, RobustScaler. Their statistics are the values with their counts.

A column's extremes and quantiles need every value, but no order of rows; so a value that leaves is one less, and what is left
gives scikit-learn's own numbers, bit for bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Counts
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.features.one_hot import count
from lester_gui.ir.learning import Transformer

_EPS = float(np.finfo(np.float64).eps)
Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """What a column is moved by and stretched with; `low` and `high` are the statistics behind it, for a look at changes."""

    low: float
    high: float
    minus: float = 0.0
    by: float = 1.0
    times: float = 1.0
    plus: float = 0.0


class RangeScaler(ABC):
    """Base of the scalers whose statistics are a column's values."""

    stateful = True
    keeps_open = False

    @abstractmethod
    def check(self, step: Transformer) -> None: ...

    @abstractmethod
    def fitted(self, values: Column, step: Transformer) -> Range:
        """Return the fitted values of a column, from its values in ascending order."""

    def measure(self, lane: Lane, step: Transformer) -> Counts:
        numbers = lane.numbers()
        if np.isinf(numbers).any():
            raise UserError(f"The column {lane.name!r} holds infinite values, which cannot be scaled")
        return count(replace(lane, values=numbers, kind="float"))

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Range:
        assert isinstance(statistics, Counts)
        if lane.fill is not None:
            if isinstance(lane.fill, str):
                raise UserError(f"The imputer puts text into column {lane.name!r}, which is then scaled")
            statistics = statistics.filled(float(lane.fill))
        if not statistics.values:
            raise UserError(
                f"Too few rows have a value in column {lane.name!r} to scale it",
                "The remaining training rows cannot carry this pipeline.",
            )
        items = sorted((float(v), n) for v, n in statistics.values.items())
        return self.fitted(np.repeat([v for v, _ in items], [n for _, n in items]), step)

    def apply(self, lane: Lane, fitted: Range, step: Transformer) -> tuple[Lane, ...]:
        values = lane.closed().numbers()
        # in scikit-learn's order of operations: each rounds
        values = (values - fitted.minus) / fitted.by if (fitted.minus, fitted.by) != (0.0, 1.0) else values
        values = values * fitted.times + fitted.plus if (fitted.times, fitted.plus) != (1.0, 0.0) else values
        values = self.bounded(values, step)
        return (replace(lane, label=f"{lane.label}, scaled", kind="float", values=values, fill=None),)

    def bounded(self, values: Column, step: Transformer) -> Column:
        """Return the values, cut where the script asks for it."""
        return values


class MinMaxScaler(RangeScaler):
    """Parameters: feature_range, clip."""

    def check(self, step: Transformer) -> None:
        only(step, feature_range=None, clip=(True, False), copy=None)
        low, high = _pair(step, "feature_range", (0, 1))
        if low >= high:
            raise UserError("The feature_range of min_max_scaler has no extent")

    def fitted(self, values: Column, step: Transformer) -> Range:
        low, high = _pair(step, "feature_range", (0, 1))
        times = (high - low) / _not_zero(float(values[-1] - values[0]))
        return Range(float(values[0]), float(values[-1]), times=times, plus=low - float(values[0]) * times)

    def bounded(self, values: Column, step: Transformer) -> Column:
        return np.clip(values, *_pair(step, "feature_range", (0, 1))) if step.get("clip", False) else values


class MaxAbsScaler(RangeScaler):
    """Parameters: clip."""

    def check(self, step: Transformer) -> None:
        only(step, clip=(True, False), copy=None)

    def fitted(self, values: Column, step: Transformer) -> Range:
        largest = float(max(abs(values[0]), abs(values[-1])))
        return Range(float(values[0]), float(values[-1]), by=_not_zero(largest))

    def bounded(self, values: Column, step: Transformer) -> Column:
        return np.clip(values, -1.0, 1.0) if step.get("clip", False) else values


class RobustScaler(RangeScaler):
    """Parameters: with_centering, with_scaling, quantile_range, unit_variance."""

    def check(self, step: Transformer) -> None:
        flags = (True, False)
        only(step, with_centering=flags, with_scaling=flags, quantile_range=None, unit_variance=flags, copy=None)
        low, high = _pair(step, "quantile_range", (25.0, 75.0))
        if not 0 <= low <= high <= 100:
            raise UserError("The quantile_range of robust_scaler is none")

    def fitted(self, values: Column, step: Transformer) -> Range:
        bounds = _pair(step, "quantile_range", (25.0, 75.0))
        low, high = (float(q) for q in np.percentile(values, bounds))
        centre = float(np.median(values)) if step.get("with_centering", True) else 0.0
        by = 1.0
        if step.get("with_scaling", True):
            by = _not_zero(high - low)
            if step.get("unit_variance", False):
                # The quantiles of scipy.stats.norm, which takes long to import.
                by /= float(ndtri(bounds[1] / 100.0) - ndtri(bounds[0] / 100.0))
        return Range(low, high, minus=centre, by=by)


def _not_zero(scale: float) -> float:
    return 1.0 if scale < 10 * _EPS else scale  # as scikit-learn's _handle_zeros_in_scale


def _pair(step: Transformer, name: str, default: tuple[float, float]) -> tuple[float, float]:
    value = step.get(name, default)
    if not (isinstance(value, tuple) and len(value) == 2 and all(type(v) in (int, float) for v in value)):
        raise UserError(f"{name} of {step.kind} is no pair of numbers")
    return float(value[0]), float(value[1])
