"""One column per category. Counts are integers, so a category disappears exactly when its last training row leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from lester_gui.errors import UserError
from lester_gui.features.accumulators import Accumulator, Counts
from lester_gui.features.family import only
from lester_gui.features.lanes import Lane
from lester_gui.ir.expressions import Scalar
from lester_gui.ir.learning import Transformer


@dataclass(frozen=True, slots=True)
class Categories:
    """The categories in column order (None is the missing value), and the index of one that gets no column, or -1.

    `as_float`: whole numbers are written with a decimal point, as pandas does for a column with gaps.
    """

    values: tuple[Scalar | None, ...]
    dropped: int = -1
    as_float: bool = False

    def name(self, value: Scalar | None) -> str:
        if value is None:
            return "nan"
        return str(float(value)) if self.as_float else str(value)


class OneHot:
    """Parameters: categories (``auto``, ``first_seen`` or literals), handle_unknown, drop, missing.

    ``missing`` is ``category`` where a missing value has a column of its own, as in scikit-learn, and ``none`` where it has none,
    as with ``pandas.get_dummies``.
    """

    stateful = True
    keeps_open = False

    def check(self, step: Transformer) -> None:
        only(
            step,
            categories=None,
            handle_unknown=("error", "ignore"),
            drop=None,
            sparse_output=(True, False),
            dtype=None,
            feature_name_combiner=("concat",),
            missing=("category", "none"),
        )
        categories = step.get("categories", "auto")
        if not isinstance(categories, tuple) and categories not in ("auto", "first_seen"):
            raise UserError(f"categories={categories!r} of one_hot is not supported yet")

    def measure(self, lane: Lane, step: Transformer) -> Counts:
        ordered = step.get("categories") == "first_seen"
        counts = count(lane)
        if ordered:
            if counts.missing:
                raise UserError(f"Categories by first sight are not supported yet for column {lane.name!r}, which has gaps")
            return Counts(dict(Counter(v for v in lane.scalars() if v is not None)), 0, True)
        return counts

    def resolve(self, statistics: Accumulator, lane: Lane, step: Transformer, position: int) -> Categories:
        assert isinstance(statistics, Counts)
        as_float = lane.kind == "int" and statistics.missing > 0
        if lane.fill is not None:
            statistics = statistics.filled(lane.fill)
        fixed = step.get("categories", "auto")
        values: tuple[Scalar | None, ...]
        if isinstance(fixed, tuple):
            values = fixed[position] if fixed and isinstance(fixed[0], tuple) else fixed
        else:
            _require_one_kind(statistics.values, lane)
            values = tuple(statistics.values) if statistics.ordered else tuple(_sorted(statistics.values))
            if statistics.missing and step.get("missing", "category") == "category":
                values = (*values, None)
        if not values:
            raise UserError(
                f"No training row has a value in column {lane.name!r}", "The remaining rows cannot carry this encoder."
            )
        return Categories(values, _dropped(step.get("drop"), values, lane, position), as_float)

    def apply(self, lane: Lane, fitted: Categories, step: Transformer) -> tuple[Lane, ...]:
        index = {v: i for i, v in enumerate(fitted.values)}
        values, places = lane.closed().distinct()
        known = np.array([index.get(v, -1) for v in values], dtype=np.int64)
        codes = known[places]
        gaps_pass = step.get("missing", "category") == "none"
        unknown = any(code < 0 and not (v is None and gaps_pass) for v, code in zip(values, known.tolist(), strict=True))
        if step.get("handle_unknown", "error") == "error" and unknown:
            raise UserError(
                f"Column {lane.name!r} has a value that no training row has, and the script's encoder refuses such values",
                "Nothing was changed. Let the encoder ignore unknown values (handle_unknown='ignore').",
            )
        return tuple(
            replace(
                lane,
                name=f"{lane.name}_{fitted.name(v)}",
                label=f"{lane.label}: {'missing' if v is None else fitted.name(v)}",
                kind="float",
                values=(codes == i).astype(np.float64),
                fill=None,
            )
            for i, v in enumerate(fitted.values)
            if i != fitted.dropped
        )


def count(lane: Lane) -> Counts:
    """Return how often each value of a lane occurs, whatever its fill."""
    if lane.is_number:
        present = lane.values[~lane.missing()]
        values, numbers = np.unique(present + 0, return_counts=True)
        scalars: Iterable[Scalar] = (int(v) for v in values) if lane.kind == "int" else (float(v) for v in values + 0.0)
        return Counts(dict(zip(scalars, numbers.tolist(), strict=True)), len(lane.values) - len(present))
    counter = Counter(lane.values.tolist())
    missing = counter.pop(None, 0)
    return Counts(dict(counter), missing)


def _require_one_kind(values: Iterable[Scalar], lane: Lane) -> None:
    if len({isinstance(v, str) for v in values}) > 1 or len({isinstance(v, bool) for v in values}) > 1:
        raise UserError(
            f"The imputer mixes text with other values in column {lane.name!r}, which the script's encoder refuses",
            "Give the imputer a fill value of the column's own type.",
        )


def _sorted(values: Iterable[Scalar]) -> list[Scalar]:
    return sorted(values)  # one kind, as checked


def _dropped(drop: object, values: tuple[Scalar | None, ...], lane: Lane, position: int) -> int:
    if drop is None:
        return -1
    if drop == "first":
        return 0
    if drop == "if_binary":
        return 0 if len(values) == 2 else -1
    if isinstance(drop, tuple) and position < len(drop):
        if drop[position] in values:
            return values.index(drop[position])
        raise UserError(
            f"The category that the script drops from column {lane.name!r} is in no training row",
            "The script itself would fail on these rows.",
        )
    raise UserError(f"drop={drop!r} of one_hot is not supported yet")
