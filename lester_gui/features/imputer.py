"""SimpleImputer: what stands in place of missing values. Ties go to the smallest value, as in scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Counts, Moments
from lester_gui.features.exact_sums import exact_sums
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.features.one_hot import count
from lester_gui.ir.expressions import Scalar
from lester_gui.ir.learning import Transformer


@dataclass(frozen=True, slots=True)
class Fill:
    """The imputed value; None: the column had no value at all and is left out."""

    value: Scalar | None


class SimpleImputer:
    """Parameters: strategy (mean, median, most_frequent, constant), fill_value, keep_empty_features."""

    stateful = True
    keeps_open = True

    def check(self, step: Transformer) -> None:
        only(
            step,
            strategy=("mean", "median", "most_frequent", "constant"),
            fill_value=None,
            keep_empty_features=(True, False),
            add_indicator=(False,),
            copy=None,
        )

    def measure(self, lane: Lane, step: Transformer) -> Moments | Counts:
        strategy = step.get("strategy", "mean")
        if strategy == "mean":
            values = lane.numbers()
            gaps = np.isnan(values)
            if np.isinf(values).any():
                raise UserError(f"The column {lane.name!r} holds infinite values, which have no mean")
            total, squares = exact_sums(values[~gaps])
            return Moments(int((~gaps).sum()), int(gaps.sum()), total, squares)
        if strategy == "median":
            lane.numbers()  # refuses text
        return count(lane)

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Fill:
        if lane.fill is not None:  # an imputer before this one has left no gap
            return Fill(lane.fill)
        strategy = step.get("strategy", "mean")
        assert isinstance(statistics, Moments | Counts)
        if statistics.count == 0:
            if not step.get("keep_empty_features", False):
                return Fill(None)
            return Fill(_constant(lane, step) if strategy == "constant" else 0)
        if isinstance(statistics, Moments):
            return Fill(statistics.mean())
        if strategy == "constant":
            return Fill(_constant(lane, step))
        if strategy == "median":
            return Fill(_median(statistics))
        most = max(statistics.values.values())
        return Fill(min(v for v, n in statistics.values.items() if n == most))  # one kind per column

    def apply(self, lane: Lane, fitted: Fill, step: Transformer) -> tuple[Lane, ...]:
        if fitted.value is None:
            return (replace(lane, dropped=True),)
        return (replace(lane, fill=fitted.value),)


def _constant(lane: Lane, step: Transformer) -> Scalar:
    value = step.get("fill_value")
    if value is None:
        return 0 if lane.is_number else "missing_value"
    assert isinstance(value, bool | int | float | str)
    if lane.is_number and isinstance(value, str):
        raise UserError(f"The imputer puts text into column {lane.name!r}, which holds numbers")
    return value


def _median(counts: Counts) -> float:
    ordered = sorted((float(v), n) for v, n in counts.values.items())
    half, odd = divmod(counts.count, 2)
    seen, lower = 0, None
    for value, n in ordered:
        seen += n
        if lower is None and seen >= half and not odd:
            lower = value
        if seen > half:
            return value if lower is None else (lower + value) / 2
    raise ValueError("no values")
