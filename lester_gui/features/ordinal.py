"""One number per category: OrdinalEncoder, LabelEncoder on a feature, category codes and factorize of pandas.

Counts are integers, so that the numbers of later categories move exactly when a category loses its last training row.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Counts
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.features.one_hot import Categories, OneHot
from lester_gui.ir.expressions import Scalar
from lester_gui.ir.learning import Transformer
from lester_gui.ir.options import Options


class Ordinal:
    """Parameters: categories (``auto``, ``first_seen``, literals), handle_unknown, unknown_value, encoded_missing_value.

    ``encoded_missing_value`` is ``last`` where a missing value is numbered behind all others, as LabelEncoder does.
    """

    stateful = True
    keeps_open = False

    def __init__(self) -> None:
        self._categories = OneHot()

    def check(self, step: Transformer) -> None:
        only(
            step,
            categories=None,
            handle_unknown=("error", "use_encoded_value"),
            unknown_value=None,
            encoded_missing_value=None,
            dtype=None,
        )
        self._categories.check(Transformer("one_hot", _categories(step)))
        if step.get("handle_unknown") == "use_encoded_value" and not isinstance(step.get("unknown_value"), int | float):
            raise UserError("An encoder that numbers unknown categories needs an unknown_value")

    def measure(self, lane: Lane, step: Transformer) -> Counts:
        counts = self._categories.measure(replace(lane, values=lane.values), Transformer("one_hot"))
        if step.get("categories") != "first_seen":
            return counts
        seen = dict.fromkeys(v for v in lane.scalars() if v is not None)
        return Counts({v: counts.values[v] for v in seen}, counts.missing, True)

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Categories:
        assert isinstance(statistics, Counts)
        return self._categories.resolve(statistics, lane, Transformer("one_hot", _categories(step)), position)

    def apply(self, lane: Lane, fitted: Categories, step: Transformer) -> tuple[Lane, ...]:
        codes: dict[Scalar | None, float] = {v: float(i) for i, v in enumerate(fitted.values)}
        if None in codes:  # a gap is known where training rows have one; it is the last category
            gap = step.get("encoded_missing_value", float("nan"))
            codes[None] = float(len(codes) - 1) if gap == "last" else float(str(gap))
        unknown = step.get("unknown_value") if step.get("handle_unknown") == "use_encoded_value" else None
        values, places = lane.closed().distinct()
        if unknown is None and any(v not in codes for v in values):
            raise UserError(
                f"Column {lane.name!r} has a value that no training row has, and the script's encoder refuses such values",
                "Nothing was changed. Let the encoder number unknown values (handle_unknown='use_encoded_value').",
            )
        other = float("nan") if unknown is None else float(str(unknown))
        numbers = np.array([codes.get(v, other) for v in values], dtype=np.float64)[places]
        return (replace(lane, label=f"{lane.label}, as a number", kind="float", values=numbers, fill=None),)


def _categories(step: Transformer) -> Options:
    return (("categories", dict(step.params).get("categories", "auto")),)
